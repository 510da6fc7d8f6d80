//! `UPDATE` or `DELETE` of all rows of a table that is in use.
//!
//! Every row stays locked until the file ends, each gets a second version on disk, and no progress is kept if it
//! fails. An application that migrates when it starts is not ready until then, and may be killed for that.
//!
//! Found:
//!
//! ```sql
//! UPDATE users SET name = trim(name);
//! ```
//!
//! Change rows in batches, outside migrations. A few rows, with a condition, are fine:
//!
//! ```sql
//! UPDATE users SET name = 'Administrator' WHERE email = 'root@example.org';
//! ```
//!
//! If the table is small and stays small, allow it: `-- migrate: allow(backfill-in-migration) <reason>`.

use migrate_sql::ast::{Command, Kind, Rows};

use crate::diagnostics::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, InBlocks, Rule};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "backfill-in-migration",
    level: Level::Warn,
    summary: "all rows of a table are changed at once",
    allowable: true,
    source: include_str!("backfill_in_migration.rs"),
    check: Check::Statement(InBlocks::Always, &[Kind::Update, Kind::Delete], check),
};

fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    let (Command::Update(changed) | Command::Delete(changed)) = context.command() else {
        return Vec::new();
    };
    let table = &changed.table;
    // After a lock it is `long-work-after-lock` that speaks.
    let is_locked = context.held.is_some() && !context.commits_each();
    if is_locked
        || changed.rows != Rows::All
        || !context.is_in_use(table)
        || context.catalog.emptied(table).is_some()
    {
        return Vec::new();
    }
    let message = format!("locks every row of \"{table}\" until the last one is changed");
    vec![
        context
            .find(&RULE, message)
            .how_to_allow("change rows in batches, outside migrations; if there are few, allow it"),
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
        assert!(
            find(
                RULE,
                "DELETE FROM t WHERE true OR a; UPDATE t SET a = 1 WHERE b"
            )
            .is_empty()
        );
        for sql in [
            "UPDATE t SET a = 1 WHERE true",
            "UPDATE t SET a = 1 WHERE (1 = 1)",
            "DELETE FROM t WHERE TRUE",
        ] {
            assert_eq!(find(RULE, sql).len(), 1, "{sql}");
        }
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
