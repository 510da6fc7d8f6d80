//! What a publication publishes: `TABLE a, b, TABLES IN SCHEMA s, t`. An entry without words of its own
//! is of the kind of the one before it, which a grammar cannot say.

use super::{Site, Verdict, refuse_at};
use crate::grammar::symbol::symbol;
use crate::grammar::tree::Node;

/// `CREATE PUBLICATION` and `ALTER PUBLICATION`.
pub(super) fn judge(site: &Site<'_>) -> Verdict {
    let Some(list) = site.find(symbol!("pub_obj_list")) else {
        return Ok(());
    };
    let mut of_tables = None;
    for entry in list.items(symbol!("PublicationObjSpec")) {
        if entry.child(symbol!("TABLE")).is_some() {
            of_tables = Some(true);
        } else if entry.child(symbol!("TABLES")).is_some() {
            of_tables = Some(false);
        } else {
            match of_tables {
                None => return refuse_at(&entry, "invalid publication object list"),
                Some(true) => judge_table(&entry)?,
                Some(false) => judge_schema(&entry)?,
            }
        }
    }
    Ok(())
}

fn judge_table(entry: &Node<'_>) -> Verdict {
    match entry.child(symbol!("CURRENT_SCHEMA")) {
        Some(_) => refuse_at(entry, "invalid table name"),
        None => Ok(()),
    }
}

fn judge_schema(entry: &Node<'_>) -> Verdict {
    for (clause, message) in [
        (
            symbol!("OptWhereClause"),
            "WHERE clause not allowed for schema",
        ),
        (
            symbol!("opt_column_list"),
            "column specification not allowed for schema",
        ),
        (symbol!("indirection"), "invalid schema name"),
        (symbol!("extended_relation_expr"), "invalid schema name"),
    ] {
        if entry.child(clause).is_some_and(|clause| !clause.is_empty()) {
            return refuse_at(entry, message);
        }
    }
    Ok(())
}
