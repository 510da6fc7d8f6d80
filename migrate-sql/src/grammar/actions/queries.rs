//! Queries.

use super::{Site, Verdict, refuse_at};
use crate::grammar::symbol::symbol;
use crate::grammar::tree::Node;

/// `LIMIT 10, 20`.
pub(super) fn judge_limit(site: &Site<'_>) -> Verdict {
    if site.has(3, symbol!(",")) {
        return site.refuse(1, "LIMIT #,# syntax is not supported");
    }
    Ok(())
}

/// `row OVERLAPS row` and `UNIQUE (SELECT …)`.
pub(super) fn judge_expression(site: &Site<'_>) -> Verdict {
    if site.has(1, symbol!("UNIQUE")) {
        return site.refuse(1, "UNIQUE predicate is not yet implemented");
    }
    if !site.has(2, symbol!("OVERLAPS")) {
        return Ok(());
    }
    for (number, side) in [(1, "left"), (3, "right")] {
        if site.part(number).is_some_and(|row| count_fields(&row) != 2) {
            let message =
                format!("wrong number of parameters on {side} side of OVERLAPS expression");
            return site.refuse(number, message);
        }
    }
    Ok(())
}

fn count_fields(row: &Node<'_>) -> usize {
    let list = row.child(symbol!("expr_list"));
    let listed = list.map_or(0, |list| list.items(symbol!("a_expr")).len());
    listed + usize::from(row.child(symbol!("a_expr")).is_some())
}

/// What may appear before and after a query: the grammar takes it inside and outside its brackets.
#[derive(Default)]
struct Options<'a> {
    with: Option<Node<'a>>,
    sort: Option<Node<'a>>,
    limit: Option<Node<'a>>,
    offset: Option<Node<'a>>,
    /// `FOR UPDATE SKIP LOCKED`.
    skips_locked: bool,
    /// The query in the brackets.
    inner: Option<Node<'a>>,
}

impl<'a> Options<'a> {
    /// Those of a `select_no_parens` itself.
    fn of(query: Node<'a>) -> Self {
        let mut options = Self::default();
        for part in query.children() {
            if part.is_empty() {
                continue;
            }
            if part.is(symbol!("with_clause")) {
                options.with = Some(part);
            } else if part.is(symbol!("select_clause")) {
                options.inner = part.child(symbol!("select_with_parens")).and_then(open);
            } else if part.is(symbol!("sort_clause")) || part.is(symbol!("opt_sort_clause")) {
                options.sort = Some(part);
            } else if part.is(symbol!("select_limit")) {
                options.take_limit(part);
            } else if part.is(symbol!("opt_select_limit")) {
                part.children().for_each(|limit| options.take_limit(limit));
            } else {
                // A locking clause, which holds no expressions.
                options.skips_locked |= part.find(symbol!("SKIP")).is_some();
            }
        }
        options
    }

    fn take_limit(&mut self, limit: Node<'a>) {
        self.limit = limit.child(symbol!("limit_clause"));
        self.offset = limit.child(symbol!("offset_clause"));
    }
}

/// The query in brackets.
fn open(brackets: Node<'_>) -> Option<Node<'_>> {
    let mut brackets = brackets;
    while let Some(inner) = brackets.child(symbol!("select_with_parens")) {
        brackets = inner;
    }
    brackets.child(symbol!("select_no_parens"))
}

/// `(SELECT … LIMIT 1) LIMIT 1`, and `WITH TIES` without an order.
pub(super) fn judge_options(site: &Site<'_>) -> Verdict {
    let outer = Options::of(site.node);
    let mut merged = Options::default();
    let mut inner = outer.inner;
    while let Some(query) = inner {
        let options = Options::of(query);
        merged.with = merged.with.or(options.with);
        merged.sort = merged.sort.or(options.sort);
        merged.limit = merged.limit.or(options.limit);
        merged.offset = merged.offset.or(options.offset);
        merged.skips_locked |= options.skips_locked;
        inner = options.inner;
    }
    if let (Some(sort), Some(_)) = (&outer.sort, &merged.sort) {
        let first = sort.find(symbol!("sortby")).unwrap_or(*sort);
        return refuse_at(&first, "multiple ORDER BY clauses not allowed");
    }
    if let (Some(offset), Some(_)) = (&outer.offset, &merged.offset) {
        return refuse_at(offset, "multiple OFFSET clauses not allowed");
    }
    if let (Some(limit), Some(_)) = (&outer.limit, &merged.limit) {
        return refuse_at(limit, "multiple LIMIT clauses not allowed");
    }
    let ties = outer
        .limit
        .filter(|limit| limit.child(symbol!("TIES")).is_some());
    if let Some(ties) = ties.and_then(|limit| limit.child(symbol!("WITH"))) {
        if outer.sort.or(merged.sort).is_none() {
            return refuse_at(
                &ties,
                "WITH TIES cannot be specified without ORDER BY clause",
            );
        }
        if outer.skips_locked || merged.skips_locked {
            return refuse_at(
                &ties,
                "SKIP LOCKED and WITH TIES options cannot be used together",
            );
        }
    }
    if let (Some(with), Some(_)) = (&outer.with, &merged.with) {
        return refuse_at(with, "multiple WITH clauses not allowed");
    }
    Ok(())
}
