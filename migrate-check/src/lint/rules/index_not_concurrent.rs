//! `CREATE INDEX` without `CONCURRENTLY` on a table that is in use.
//!
//! The build takes SHARE on the table, which blocks every write until it is done: seconds for a small table,
//! hours for a large one. Reads go on.
//!
//! Found:
//!
//! ```sql
//! CREATE INDEX orders_user_id_idx ON orders (user_id);
//! -- locks orders: SHARE
//! -- builds orders_user_id_idx
//! ```
//!
//! Build it `CONCURRENTLY`, in a file without a transaction. That takes longer, and blocks no session:
//!
//! ```sql
//! -- migrate: no-transaction
//! CREATE INDEX CONCURRENTLY orders_user_id_idx ON orders (user_id);
//! ```
//!
//! A table that the same file creates has no rows yet, and no other session sees it:
//!
//! ```sql
//! CREATE TABLE invoices (id bigint, user_id bigint);
//! CREATE INDEX ON invoices (user_id);
//! ```
//!
//! PostgreSQL refuses `CONCURRENTLY` for a partitioned table. There, create the index `ON ONLY` the parent, which
//! builds nothing, then one `CONCURRENTLY` on each partition, and attach each with
//! `ALTER INDEX … ATTACH PARTITION`.

use migrate_sql::ast::{Command, Concurrency, Descent, Kind};

use crate::diagnostics::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, InBlocks, Rule};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "index-not-concurrent",
    level: Level::Warn,
    summary: "an index is built under SHARE, which blocks writes",
    allowable: true,
    source: include_str!("index_not_concurrent.rs"),
    check: Check::Statement(InBlocks::Always, &[Kind::CreateIndex], check),
};

fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    let Command::CreateIndex(created) = context.command() else {
        return Vec::new();
    };
    let table = &created.table;
    if created.concurrency == Concurrency::Concurrent
        || created.descent == Descent::Only
        || !context.is_in_use(table)
        || context.is_emptied(table)
    {
        return Vec::new();
    }
    let message =
        format!("takes SHARE on \"{table}\" while the index is built, which blocks every write");
    let finding = context.find(&RULE, message);
    vec![if context.catalog.is_partitioned(table) {
        finding.help(format!(
            "create it `ON ONLY {}`, then `CONCURRENTLY` on each partition, and attach those with `ALTER INDEX … ATTACH PARTITION`",
            table.to_sql()
        ))
    } else {
        finding.help("write `CREATE INDEX CONCURRENTLY`, in a file of its own that begins with `-- migrate: no-transaction`")
    }]
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::{find, find_after};

    #[test]
    fn the_table_is_named() {
        assert_eq!(
            find(RULE, "CREATE UNIQUE INDEX ON app.users (email)"),
            [
                "1:1: takes SHARE on \"app.users\" while the index is built, which blocks every write | write `CREATE INDEX CONCURRENTLY`, in a file of its own that begins with `-- migrate: no-transaction`"
            ]
        );
    }

    #[test]
    fn an_index_that_is_not_built_blocks_no_session() {
        assert!(find(RULE, "CREATE INDEX i ON ONLY events (at)").is_empty());
        assert!(find(RULE, "TRUNCATE a, t; CREATE INDEX i ON t (at)").is_empty());
    }

    #[test]
    fn a_table_of_an_earlier_file_is_in_use() {
        let before = ["CREATE TABLE t (a int)"];
        let again = "CREATE TABLE IF NOT EXISTS public.t (a int); CREATE INDEX ON t (a)";
        assert_eq!(find_after(RULE, &before, again).len(), 1, "and it stays so");
        assert_eq!(find_after(RULE, &before, "CREATE INDEX ON t (a)").len(), 1);
        let before = ["CREATE TABLE t (a int) PARTITION BY RANGE (a)"];
        let found = find_after(RULE, &before, "CREATE INDEX ON t (a)").concat();
        assert!(found.contains("on each partition"), "{found}");
    }

    #[test]
    fn new_tables_keep_their_newness_under_another_name() {
        for sql in [
            "CREATE TABLE t (a int); CREATE INDEX ON public.t (a)",
            "CREATE TABLE IF NOT EXISTS app.t (a int); CREATE INDEX ON app.t (a)",
            "CREATE TABLE public.t (a int); CREATE INDEX ON t (a)",
            "CREATE TEMP TABLE \"T\" AS SELECT 1 a; CREATE INDEX ON \"T\" (a)",
            "CREATE TABLE t (a int); ALTER TABLE t RENAME TO u; CREATE INDEX ON u (a)",
            "CREATE MATERIALIZED VIEW m AS SELECT 1 a; CREATE UNIQUE INDEX ON m (a)",
        ] {
            assert!(find(RULE, sql).is_empty(), "{sql}");
        }
        assert_eq!(
            find(RULE, "CREATE TABLE a.t (a int); CREATE INDEX ON b.t (a)").len(),
            1
        );
    }
}
