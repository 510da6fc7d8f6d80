//! A `CONCURRENTLY` that PostgreSQL refuses because of partitions.
//!
//! `CREATE INDEX CONCURRENTLY` on a partitioned table, `DROP INDEX CONCURRENTLY` of an index of one, and
//! `DETACH PARTITION … CONCURRENTLY` beside a default partition always fail. The rule knows the tables that the files of the
//! directory create.
//!
//! A partitioned table of an earlier file:
//!
//! ```sql
//! CREATE TABLE readings (at timestamptz NOT NULL, sensor bigint) PARTITION BY RANGE (at);
//! CREATE TABLE readings_2026 PARTITION OF readings FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
//! ```
//!
//! Found:
//!
//! ```sql
//! -- migrate: no-transaction
//! CREATE INDEX CONCURRENTLY readings_sensor_idx ON readings (sensor);
//! -- fails 0A000
//! ```
//!
//! Create the index `ON ONLY` the partitioned table, which builds nothing:
//!
//! ```sql
//! CREATE INDEX readings_sensor_idx ON ONLY readings (sensor);
//! -- locks readings: SHARE
//! ```
//!
//! Build one on each partition:
//!
//! ```sql
//! -- migrate: no-transaction
//! CREATE INDEX CONCURRENTLY readings_2026_sensor_idx ON readings_2026 (sensor);
//! ```
//!
//! And attach those:
//!
//! ```sql
//! ALTER INDEX readings_sensor_idx ATTACH PARTITION readings_2026_sensor_idx;
//! ```

use migrate_sql::ast::{AlterTableAction, Command, Concurrency, Detach, Kind, ObjectKind};

use crate::diagnostics::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, Rule};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "refused-for-partitions",
    level: Level::Warn,
    summary: "a concurrent statement that PostgreSQL refuses for partitioned tables",
    allowable: true,
    source: include_str!("refused_for_partitions.rs"),
    check: Check::Statement(&[Kind::AlterTable, Kind::CreateIndex, Kind::Drop], check),
};

fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    let catalog = context.catalog;
    match context.command() {
        Command::CreateIndex(created)
            if created.concurrency == Concurrency::Concurrent
                && catalog.is_partitioned(&created.table) =>
        {
            let table = &created.table;
            let message = format!(
                "fails: PostgreSQL builds no index `CONCURRENTLY` on \"{table}\", which is partitioned"
            );
            vec![context.find(&RULE, message).help(format!(
                "create it `ON ONLY {}`, then `CONCURRENTLY` on each partition, and attach those with `ALTER INDEX … ATTACH PARTITION`",
                table.to_sql()
            ))]
        }
        Command::Drop(dropped)
            if dropped.kind == ObjectKind::Index
                && dropped.concurrency == Concurrency::Concurrent =>
        {
            let indexes = dropped.names.iter();
            indexes
                .filter_map(|index| {
                    let table = catalog.partitioned_table_of(index)?;
                    let message = format!(
                        "fails: PostgreSQL drops no index of \"{table}\" `CONCURRENTLY`, which is partitioned"
                    );
                    Some(context.find(&RULE, message).help(format!(
                        "write `DROP INDEX {}` at a quiet time: it takes ACCESS EXCLUSIVE on \"{table}\" and its partitions for a moment",
                        index.to_sql()
                    )))
                })
                .collect()
        }
        _ => {
            let actions = context.actions();
            actions
                .filter_map(|(table, action)| {
                    let AlterTableAction::DetachPartition {
                        detach: Detach::Concurrently,
                        ..
                    } = &action.action
                    else {
                        return None;
                    };
                    let default = catalog.default_partition(table)?;
                    let message = format!(
                        "fails: PostgreSQL detaches no partition of \"{table}\" `CONCURRENTLY` beside its default partition \"{default}\""
                    );
                    let finding = context.find_at(&RULE, action.range.clone(), message);
                    Some(finding.help("leave out `CONCURRENTLY`, at a quiet time: it takes ACCESS EXCLUSIVE on the table for a moment"))
                })
                .collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::find_after;

    const TABLE: &str = "CREATE TABLE p (a int) PARTITION BY LIST (a)";

    #[test]
    fn what_the_server_refuses_is_found() {
        let index = "CREATE INDEX i ON p (a)";
        let default = "CREATE TABLE d PARTITION OF p DEFAULT";
        let attached = "CREATE TABLE d (a int); ALTER TABLE p ATTACH PARTITION d DEFAULT";
        let detach = "ALTER TABLE p DETACH PARTITION c CONCURRENTLY";
        for (before, sql) in [
            ("", "CREATE INDEX CONCURRENTLY i ON public.p (a)"),
            ("", "CREATE UNIQUE INDEX CONCURRENTLY i ON ONLY p (a)"),
            (index, "DROP INDEX CONCURRENTLY IF EXISTS i"),
            (default, detach),
            (attached, detach),
        ] {
            assert_eq!(find_after(RULE, &[TABLE, before], sql).len(), 1, "{sql}");
        }
        let gone = "ALTER TABLE p DETACH PARTITION d";
        assert!(find_after(RULE, &[TABLE, default, gone], detach).is_empty());
        let dropped = "DROP TABLE d";
        assert!(find_after(RULE, &[TABLE, default, dropped], detach).is_empty());
    }

    #[test]
    fn what_is_not_known_to_be_partitioned_is_fine() {
        for sql in [
            "CREATE INDEX CONCURRENTLY i ON q (a)",
            "DROP INDEX CONCURRENTLY j",
            "ALTER TABLE p DETACH PARTITION c CONCURRENTLY",
            "CREATE INDEX i ON ONLY p (a)",
        ] {
            assert!(find_after(RULE, &[TABLE], sql).is_empty(), "{sql}");
        }
    }
}
