//! A slow statement after one that has locked a table other sessions use.
//!
//! A lock is held until its transaction ends, which is where the file ends. A lock that would last a moment by
//! itself lasts as long as the slow statement after it.
//!
//! Found:
//!
//! ```sql
//! ALTER TABLE users ADD COLUMN name_lower text;
//! UPDATE users SET name_lower = lower(name);
//! -- locks users: ACCESS EXCLUSIVE
//! ```
//!
//! Found:
//!
//! ```sql
//! ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total >= 0) NOT VALID;
//! ALTER TABLE orders VALIDATE CONSTRAINT orders_total_check;
//! -- locks orders: ACCESS EXCLUSIVE
//! -- scans orders
//! ```
//!
//! Move the slow statement into a migration of its own: another file is another transaction.
//!
//! ```sql
//! ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total >= 0) NOT VALID;
//! -- locks orders: ACCESS EXCLUSIVE
//! ```
//!
//! ```sql
//! ALTER TABLE orders VALIDATE CONSTRAINT orders_total_check;
//! -- locks orders: SHARE UPDATE EXCLUSIVE
//! -- scans orders
//! ```
//!
//! What counts as slow: `VALIDATE CONSTRAINT`, `UPDATE` and `DELETE` of the locked table or without a
//! `WHERE`, `MERGE`, `ANALYZE`, `INSERT … SELECT`, `CREATE TABLE AS` and `SELECT INTO` from a table, and `REFRESH MATERIALIZED VIEW`.
//! If a statement has a rule of its own, as `CREATE INDEX` has, only that rule reports it.

use migrate_sql::ast::{AlterTableAction, Command, Filling, Kind, Rows};

use crate::diagnostics::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, InBlocks, Rule};
use crate::migration::Lock;
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "long-work-after-lock",
    level: Level::Warn,
    summary: "a lock is held while a slow statement runs",
    allowable: true,
    source: include_str!("long_work_after_lock.rs"),
    check: Check::Statement(
        InBlocks::Always,
        &[
            Kind::AlterTable,
            Kind::Analyze,
            Kind::CreateMaterializedView,
            Kind::CreateTableAs,
            Kind::Delete,
            Kind::Insert,
            Kind::Merge,
            Kind::Refresh,
            Kind::Select,
            Kind::Update,
        ],
        check,
    ),
};

fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    let Some(held) = context.held else {
        return Vec::new();
    };
    if context.commits_each() || !is_slow(context, held) {
        return Vec::new();
    }
    let message = format!(
        "holds {} on \"{}\", taken above, while this runs",
        held.mode, held.table
    );
    vec![
        context
            .find(&RULE, message)
            .help("move it into a later migration, which is a transaction of its own"),
    ]
}

fn is_slow(context: &Context<'_>, held: &Lock) -> bool {
    match context.command() {
        Command::AlterTable(_) => context
            .actions()
            .any(|(_, action)| matches!(action.action, AlterTableAction::ValidateConstraint(_))),
        Command::Update(changed) | Command::Delete(changed) => {
            let is_locked = held.table.may_be(&changed.table);
            context.is_in_use(&changed.table) && (changed.rows == Rows::All || is_locked)
        }
        Command::Analyze => true,
        Command::Merge(changed) => context.is_in_use(&changed.table),
        Command::Refresh(refreshed) => {
            refreshed.filling == Filling::Data && context.is_in_use(&refreshed.view)
        }
        Command::CreateMaterializedView(created) if created.filling == Filling::NoData => false,
        Command::CreateTableAs(created) if created.filling == Filling::NoData => false,
        Command::Select(into) => into.is_some() && context.statement.reads_tables(),
        _ => context.statement.reads_tables(),
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::{check, find};
    use crate::migration::Transaction;

    #[test]
    fn the_lock_and_its_table_are_named() {
        assert_eq!(
            find(
                RULE,
                "CREATE TRIGGER g BEFORE UPDATE ON app.t EXECUTE FUNCTION f();\nDELETE FROM u"
            ),
            [
                "2:1: holds SHARE ROW EXCLUSIVE on \"app.t\", taken above, while this runs | move it into a later migration, which is a transaction of its own"
            ]
        );
    }

    #[test]
    fn any_of_the_locks_and_any_of_the_works_will_do() {
        for sql in [
            "CREATE TABLE c (p int REFERENCES p); INSERT INTO c SELECT id FROM p",
            "CREATE INDEX ON t (a); UPDATE t SET a = 1 WHERE a IS NULL",
            "ALTER TABLE t RENAME a TO b; REFRESH MATERIALIZED VIEW CONCURRENTLY m",
            "ALTER TABLE t ADD b int; ANALYZE t",
            "TRUNCATE t; CREATE TABLE u AS SELECT * FROM v",
            "TRUNCATE t; SELECT * INTO u FROM v",
            "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u NOT VALID; UPDATE v SET a = 1",
            "ALTER TABLE p ATTACH PARTITION c DEFAULT; DELETE FROM c WHERE a < 1",
        ] {
            assert_eq!(find(RULE, sql).len(), 1, "{sql}");
        }
    }

    #[test]
    fn without_a_lock_or_in_a_moment_is_fine() {
        for sql in [
            "UPDATE t SET a = 1; ALTER TABLE t ADD b int",
            "CREATE TABLE t (a int); ALTER TABLE t ADD b int; UPDATE t SET a = 1; INSERT INTO t SELECT a FROM u",
            "ALTER TABLE t ADD b int; UPDATE u SET a = 1 WHERE id = 3; INSERT INTO t VALUES (1), (2)",
            "ALTER TABLE t ADD b int; INSERT INTO t SELECT 1; SELECT * FROM t",
            "ALTER TABLE t VALIDATE CONSTRAINT a; ALTER TABLE t VALIDATE CONSTRAINT b",
            "ALTER TABLE t ALTER a SET STATISTICS 100; DELETE FROM t",
            "ALTER VIEW v RENAME TO w; UPDATE t SET a = 1",
            "ALTER TABLE t ADD b int; REFRESH MATERIALIZED VIEW m WITH NO DATA",
            "ALTER TABLE t ADD b int; CREATE MATERIALIZED VIEW m AS SELECT * FROM t WITH NO DATA",
            "ALTER TABLE t ADD b int; CREATE TABLE u AS SELECT * FROM t WITH NO DATA",
        ] {
            assert!(find(RULE, sql).is_empty(), "{sql}");
        }
        check(
            RULE,
            Transaction::None,
            "ALTER TABLE t ADD b int; UPDATE t SET b = 1",
            &[],
        );
    }
}
