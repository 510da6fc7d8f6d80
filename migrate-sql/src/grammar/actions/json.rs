//! `JSON_TABLE`, `XMLTABLE` and JSON formats.

use super::{Site, Verdict, refuse_at};
use crate::grammar::symbol::symbol;
use crate::grammar::tree::Node;

/// PostgreSQL's own name for what `NOT NULL` means in `XMLTABLE`.
const NOT_NULL: &str = "__pg__is_not_null";

/// `FORMAT JSON ENCODING latin1`.
pub(super) fn judge_encoding(site: &Site<'_>) -> Verdict {
    let Some(name) = site.part(4).map(|name| site.name(&name)) else {
        return Ok(());
    };
    if ["utf8", "utf16", "utf32"].contains(&name.to_ascii_lowercase().as_str()) {
        return Ok(());
    }
    site.refuse(4, format!("unrecognized JSON encoding: {name}"))
}

/// The path of `JSON_TABLE` is a string, although the grammar takes any expression.
pub(super) fn judge_path(site: &Site<'_>) -> Verdict {
    match site.part(5) {
        Some(path) if !is_string(path) => site.refuse(
            5,
            "only string constants are supported in JSON_TABLE path specification",
        ),
        _ => Ok(()),
    }
}

/// Whether an expression is a string and nothing else, in brackets or not.
fn is_string(expression: Node<'_>) -> bool {
    let mut node = expression;
    loop {
        let parts: Vec<Node<'_>> = node.children().collect();
        node = match parts[..] {
            [] => return node.is(symbol!("SCONST")),
            [only] => only,
            [open, inner, _, indirection] if open.is(symbol!("(")) && indirection.is_empty() => {
                inner
            }
            _ => return false,
        };
    }
}

/// An option of a column of `XMLTABLE` that is no keyword.
pub(super) fn judge_xml_option(site: &Site<'_>) -> Verdict {
    match site.part(1) {
        Some(name) if name.is(symbol!("IDENT")) && site.name(&name) == NOT_NULL => site.refuse(
            1,
            format!("option name \"{NOT_NULL}\" cannot be used in XMLTABLE"),
        ),
        _ => Ok(()),
    }
}

/// The options of a column of `XMLTABLE`: each at most once.
pub(super) fn judge_xml_column(site: &Site<'_>) -> Verdict {
    let Some(options) = site.find(symbol!("xmltable_column_option_list")) else {
        return Ok(());
    };
    let (mut default, mut path, mut nullability) = (false, false, false);
    for option in options.items(symbol!("xmltable_column_option_el")) {
        let Some(word) = option.children().next() else {
            continue;
        };
        let (seen, message) = if word.is(symbol!("NOT")) || word.is(symbol!("NULL_P")) {
            let column = site
                .part(1)
                .map(|name| site.name(&name))
                .unwrap_or_default();
            let message = format!(
                "conflicting or redundant NULL / NOT NULL declarations for column \"{column}\""
            );
            (&mut nullability, message)
        } else {
            match site.name(&word).as_str() {
                "default" => (&mut default, "only one DEFAULT value is allowed".to_owned()),
                "path" => (
                    &mut path,
                    "only one PATH value per column is allowed".to_owned(),
                ),
                other => {
                    return refuse_at(&option, format!("unrecognized column option \"{other}\""));
                }
            }
        };
        if std::mem::replace(seen, true) {
            return refuse_at(&option, message);
        }
    }
    Ok(())
}
