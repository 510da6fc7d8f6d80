//! Names of several parts: the grammar takes subscripts and stars wherever it takes a dot.

use super::{Site, Verdict, refuse_at, refuse_near};
use crate::grammar::symbol::symbol;
use crate::grammar::tree::Node;

/// A name as PostgreSQL keeps it: unquoted, and in lower case if it was not quoted.
pub(super) fn value(written: &str) -> String {
    match written
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
    {
        Some(quoted) => quoted.replace("\"\"", "\""),
        None => written.to_ascii_lowercase(),
    }
}

/// The `.name`, `.*` and `[…]` of a node, wherever they are among its parts.
fn list_elements<'a>(site: &Site<'a>) -> Vec<Node<'a>> {
    let mut parts = site.node.children();
    parts
        .find(|part| part.is(symbol!("indirection")) || part.is(symbol!("opt_indirection")))
        .map(|list| list.items(symbol!("indirection_el")))
        .unwrap_or_default()
}

/// Whether it is `.name`.
fn is_attribute(element: &Node<'_>) -> bool {
    element.child(symbol!("attr_name")).is_some()
}

/// `a.*.b`: a star may only come last.
pub(super) fn judge_star(site: &Site<'_>) -> Verdict {
    match list_elements(site).split_last() {
        Some((_, before)) if before.iter().any(|e| e.child(symbol!("*")).is_some()) => {
            refuse_near("improper use of \"*\"")
        }
        _ => Ok(()),
    }
}

/// `f[1]()` and `f.*()`.
pub(super) fn judge_function_name(site: &Site<'_>) -> Verdict {
    if list_elements(site).iter().all(is_attribute) {
        Ok(())
    } else {
        refuse_near("syntax error")
    }
}

/// `t[1]`, `t.*` and `a.b.c.d` as the name of a table.
pub(super) fn judge_qualified_name(site: &Site<'_>) -> Verdict {
    judge_function_name(site)?;
    if list_elements(site).len() <= 2 {
        return Ok(());
    }
    let Some(first) = site.part(1) else {
        return Ok(());
    };
    let mut names = vec![site.name(&first)];
    for element in list_elements(site) {
        names.extend(
            element
                .child(symbol!("attr_name"))
                .map(|name| site.name(&name)),
        );
    }
    refuse_many(&first, &names)
}

/// `CREATE TYPE a.b.c.d AS (…)` and `ALTER TYPE a.b.c.d ADD ATTRIBUTE …`.
pub(super) fn judge_composite_type(site: &Site<'_>) -> Verdict {
    let makes_rows = site.has(2, symbol!("TYPE_P"))
        && (site.node.is(symbol!("AlterCompositeTypeStmt")) || site.has(5, symbol!("(")));
    match site.part(3) {
        Some(name) if makes_rows => judge_any_name(site, &name),
        _ => Ok(()),
    }
}

/// `ALTER TYPE a.b.c.d RENAME ATTRIBUTE …`.
pub(super) fn judge_renamed_attribute(site: &Site<'_>) -> Verdict {
    match site.part(3) {
        Some(name) if site.has(2, symbol!("TYPE_P")) && site.has(5, symbol!("ATTRIBUTE")) => {
            judge_any_name(site, &name)
        }
        _ => Ok(()),
    }
}

fn judge_any_name(site: &Site<'_>, name: &Node<'_>) -> Verdict {
    let mut names: Vec<String> = name
        .find_all(symbol!("attr_name"))
        .map(|part| site.name(&part))
        .collect();
    if names.len() <= 2 {
        return Ok(());
    }
    names.splice(
        0..0,
        name.child(symbol!("ColId")).map(|first| site.name(&first)),
    );
    refuse_many(name, &names)
}

fn refuse_many(place: &Node<'_>, names: &[String]) -> Verdict {
    let names = names.join(".");
    refuse_at(
        place,
        format!("improper qualified name (too many dotted names): {names}"),
    )
}
