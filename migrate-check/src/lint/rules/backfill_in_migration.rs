//! `UPDATE` or `DELETE` of all rows of a table that is in use.
//!
//! Every row is locked until the file ends, a second version of each is written, and nothing of it is there
//! before all of it is. An application that migrates when it starts is not ready meanwhile, and may be
//! killed for that.
//!
//! Found:
//!
//! ```sql
//! UPDATE users SET name = trim(name);
//! ```
//!
//! Change rows in batches, outside of migrations. A few rows, with a condition, are fine:
//!
//! ```sql
//! UPDATE users SET name = 'Administrator' WHERE email = 'root@example.org';
//! ```
//!
//! Where the table is small and stays so, say so: `-- migrate: allow(backfill-in-migration) <reason>`.

use migrate_sql::ast::symbols as w;

use crate::diagnostics::Diagnostic;
use crate::lint::rule::{Check, Rule};
use crate::lint::scene::Scene;
use crate::migration::Transaction;
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "backfill-in-migration",
    level: Level::Warn,
    summary: "all rows of a table are changed at once",
    allowable: true,
    source: include_str!("backfill_in_migration.rs"),
    check: Check::Statement(&[w::UPDATE, w::DELETE], check),
};

fn check(scene: &Scene<'_>) -> Vec<Diagnostic> {
    let said = scene.said;
    let Some(table) = said.relation().filter(|table| scene.is_in_use(table)) else {
        return Vec::new();
    };
    // Behind a lock it is `long-work-after-lock` that speaks.
    let is_locked = scene.held.is_some() && scene.subject.transaction == Transaction::Single;
    if is_locked || !said.is_unbounded() {
        return Vec::new();
    }
    let message = format!("locks every row of `{table}` until all of them are changed");
    vec![
        scene
            .find(&RULE, said.node, message)
            .help("change rows in batches, outside of migrations, or say why there are few: `-- migrate: allow(backfill-in-migration) <reason>`"),
    ]
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::find;

    #[test]
    fn new_tables_and_conditions_are_fine() {
        assert!(
            find(
                RULE,
                "CREATE TABLE t (a int); UPDATE t SET a = 1; DELETE FROM t"
            )
            .is_empty()
        );
        assert!(find(RULE, "DELETE FROM t WHERE a = 1; INSERT INTO t VALUES (1)").is_empty());
        assert_eq!(
            find(
                RULE,
                "WITH x AS (SELECT 1) DELETE FROM ONLY a.t AS b USING x"
            )
            .len(),
            1
        );
    }
}
