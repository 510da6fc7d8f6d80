//! Work that takes long, behind a statement that has locked a table others use.
//!
//! A lock is held until its transaction ends, which is where the file ends. What takes a moment by itself
//! stops everybody for as long as the slow statement behind it takes.
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
//! Write what takes long into a migration of its own: another file is another transaction.
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
//! What counts as long: `VALIDATE CONSTRAINT`, `UPDATE` and `DELETE` of the locked table or without a
//! `WHERE`, `MERGE`, `INSERT … SELECT` and `CREATE TABLE AS` from a table, and `REFRESH MATERIALIZED VIEW`.
//! Where a statement has a rule of its own, as `CREATE INDEX` has, only that one speaks.

use migrate_sql::ast::ActKind;
use migrate_sql::ast::symbols as w;

use crate::diagnostics::Diagnostic;
use crate::lint::lock::Held;
use crate::lint::rule::{Check, Rule};
use crate::lint::scene::Scene;
use crate::migration::Transaction;
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "long-work-after-lock",
    level: Level::Warn,
    summary: "a lock is held while something behind it takes long",
    allowable: true,
    source: include_str!("long_work_after_lock.rs"),
    check: Check::Statement(
        &[
            w::ALTER_TABLE,
            w::UPDATE,
            w::DELETE,
            w::MERGE,
            w::INSERT,
            w::CREATE_AS,
            w::CREATE_MATERIALIZED_VIEW,
            w::REFRESH,
        ],
        check,
    ),
};

fn check(scene: &Scene<'_>) -> Vec<Diagnostic> {
    let Some(held) = scene.held else {
        return Vec::new();
    };
    if scene.subject.transaction == Transaction::None || !is_long(scene) {
        return Vec::new();
    }
    let message = format!(
        "holds the {} lock of `{}`, taken above, while this takes long",
        held.mode, held.relation
    );
    vec![
        scene
            .find(&RULE, scene.said.node, message)
            .help("move it into a later migration, which is a transaction of its own"),
    ]
}

fn is_long(scene: &Scene<'_>) -> bool {
    let said = scene.said;
    let selects = || said.node.find_all(w::FROM).any(|from| !from.is_empty());
    match said.node.symbol() {
        w::ALTER_TABLE => scene
            .acts()
            .any(|(_, act)| matches!(act.kind, ActKind::ValidateConstraint)),
        w::UPDATE | w::DELETE => {
            let Some(table) = said.relation() else {
                return false;
            };
            let is_locked = |held: &Held| held.relation.may_be(&table);
            scene.is_in_use(&table) && (said.is_unbounded() || scene.held.is_some_and(is_locked))
        }
        w::MERGE | w::REFRESH => said.relation().is_some_and(|table| scene.is_in_use(&table)),
        _ => selects(),
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
                "2:1: holds the SHARE ROW EXCLUSIVE lock of `app.t`, taken above, while this takes long | move it into a later migration, which is a transaction of its own"
            ]
        );
    }

    #[test]
    fn any_of_the_locks_and_any_of_the_works_will_do() {
        for sql in [
            "CREATE TABLE c (p int REFERENCES p); INSERT INTO c SELECT id FROM p",
            "CREATE INDEX ON t (a); UPDATE t SET a = 1 WHERE a IS NULL",
            "ALTER TABLE t RENAME a TO b; REFRESH MATERIALIZED VIEW CONCURRENTLY m",
            "TRUNCATE t; CREATE TABLE u AS SELECT * FROM v",
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
