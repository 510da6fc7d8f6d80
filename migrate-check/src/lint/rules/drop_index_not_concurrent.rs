//! `DROP INDEX` without `CONCURRENTLY`.
//!
//! It takes ACCESS EXCLUSIVE on the index's table, which blocks readers, too. The drop itself takes a moment, but
//! it has to wait for every running query on the table, and all later queries wait for it.
//!
//! Found:
//!
//! ```sql
//! DROP INDEX users_email_idx;
//! -- locks users: ACCESS EXCLUSIVE
//! ```
//!
//! Drop it `CONCURRENTLY`, in a file without a transaction:
//!
//! ```sql
//! -- migrate: no-transaction
//! DROP INDEX CONCURRENTLY IF EXISTS users_email_idx;
//! ```
//!
//! PostgreSQL refuses that for an index of a partitioned table.

use migrate_sql::ast::{Command, Concurrency, Kind, ObjectKind};

use crate::diagnostics::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, InBlocks, Rule};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "drop-index-not-concurrent",
    level: Level::Warn,
    summary: "an index is dropped under ACCESS EXCLUSIVE",
    allowable: true,
    source: include_str!("drop_index_not_concurrent.rs"),
    check: Check::Statement(InBlocks::Always, &[Kind::Drop], check),
};

fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    let Command::Drop(dropped) = context.command() else {
        return Vec::new();
    };
    if dropped.kind != ObjectKind::Index || dropped.concurrency == Concurrency::Concurrent {
        return Vec::new();
    }
    let mut indexes = dropped.names.iter();
    let Some(index) = indexes.find(|index| context.is_in_use(index)) else {
        return Vec::new();
    };
    // Where the table is known, its other indexes are not worth a warning of their own.
    let table = match context.catalog.table_of_index(index) {
        Some(table) => format!("\"{table}\""),
        None => format!("the table of \"{index}\""),
    };
    let message = format!(
        "takes ACCESS EXCLUSIVE on {table}, for which it waits until every query on it has ended"
    );
    vec![context.find(&RULE, message).help(format!(
        "write `DROP INDEX CONCURRENTLY IF EXISTS {}`, in a file of its own that begins with `-- migrate: no-transaction`",
        index.to_sql()
    ))]
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::{find, find_after};

    #[test]
    fn the_table_is_named_where_it_is_known() {
        let before = ["CREATE TABLE t (a int); CREATE INDEX i ON t (a)"];
        let found = find_after(RULE, &before, "DROP INDEX i");
        assert!(found[0].contains("on \"t\", for which"), "{found:?}");
        let found = find(RULE, "DROP INDEX app.i");
        assert!(found[0].contains("on the table of \"app.i\""), "{found:?}");
    }

    #[test]
    fn an_index_of_the_same_file_is_fine() {
        assert!(find(RULE, "CREATE INDEX i ON t (a); DROP INDEX i").is_empty());
        assert!(find(RULE, "DROP INDEX CONCURRENTLY i; DROP TABLE t").is_empty());
        assert_eq!(find(RULE, "DROP INDEX IF EXISTS app.i, j").len(), 1);
    }
}
