//! A command that rewrites a table.
//!
//! `VACUUM FULL`, `CLUSTER`, `SET LOGGED` and `UNLOGGED`, `SET ACCESS METHOD`, `SET TABLESPACE` and `SET EXPRESSION` of a
//! stored column copy the whole table under ACCESS EXCLUSIVE.
//!
//! Found:
//!
//! ```sql
//! ALTER TABLE users SET UNLOGGED;
//! -- locks users: ACCESS EXCLUSIVE
//! -- rewrites users
//! ```
//!
//! Found:
//!
//! ```sql
//! CLUSTER users USING users_pkey;
//! -- locks users: ACCESS EXCLUSIVE
//! -- builds users_pkey
//! -- builds users_email_idx
//! ```
//!
//! Choose such options when the table is created. To reclaim space, `VACUUM` without `FULL` blocks no session, and
//! the extension `pg_repack` copies a table while it is in use:
//!
//! ```sql
//! -- migrate: no-transaction
//! VACUUM (ANALYZE) users;
//! ```

use migrate_sql::ast::{AlterTableAction, Command, Kind, ObjectName};

use crate::diagnostics::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, InBlocks, Rule};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "rewrite-command",
    level: Level::Warn,
    summary: "a whole table is copied under ACCESS EXCLUSIVE",
    allowable: true,
    source: include_str!("rewrite_command.rs"),
    check: Check::Statement(
        InBlocks::Always,
        &[Kind::AlterTable, Kind::Cluster, Kind::Vacuum],
        check,
    ),
};

fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    let find = |range, table: Option<&ObjectName>| {
        let table = table.map_or_else(|| "each table".to_owned(), |table| format!("\"{table}\""));
        let message = format!("takes ACCESS EXCLUSIVE on {table} while all of it is copied");
        context
            .find_at(&RULE, range, message)
            .help("plan a time when no application needs the table, or use `pg_repack`")
    };
    match context.command() {
        Command::AlterTable(_) => context
            .actions()
            .filter(|(table, _)| !context.is_emptied(table))
            .filter(|(table, action)| match &action.action {
                AlterTableAction::SetExpression(column) => {
                    !context.catalog.is_virtual(table, column)
                }
                _ => true,
            })
            .filter(|(_, action)| {
                matches!(
                    action.action,
                    AlterTableAction::SetPersistence
                        | AlterTableAction::SetExpression(_)
                        | AlterTableAction::SetAccessMethod
                        | AlterTableAction::SetTablespace
                )
            })
            .map(|(table, action)| find(action.range.clone(), Some(table)))
            .collect(),
        Command::Cluster(clustered) => {
            let table = clustered.table.as_ref();
            if table.is_some_and(|table| !context.is_in_use(table)) {
                return Vec::new();
            }
            vec![find(context.statement.range(), table)]
        }
        Command::Vacuum(vacuum) if vacuum.is_full => vec![find(context.statement.range(), None)],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::find;

    #[test]
    fn all_of_them_are_found() {
        for sql in [
            "VACUUM FULL t",
            "VACUUM (FULL, VERBOSE)",
            "CLUSTER",
            "CLUSTER t",
            "ALTER TABLE t SET LOGGED",
            "ALTER TABLE t SET ACCESS METHOD heap",
            "ALTER TABLE t SET TABLESPACE fast",
            "ALTER TABLE t ALTER COLUMN a SET EXPRESSION AS (b + 2)",
        ] {
            assert_eq!(find(RULE, sql).len(), 1, "{sql}");
        }
    }

    #[test]
    fn what_only_marks_is_fine() {
        for sql in [
            "VACUUM t",
            "ALTER TABLE t CLUSTER ON i",
            "ALTER INDEX i SET TABLESPACE fast",
            "CREATE TABLE t (); ALTER TABLE t SET UNLOGGED",
            "TRUNCATE t; ALTER TABLE t SET UNLOGGED",
            "ALTER TABLE t ADD c int GENERATED ALWAYS AS (b) VIRTUAL; ALTER TABLE t ALTER c SET EXPRESSION AS (b + 2)",
        ] {
            assert!(find(RULE, sql).is_empty(), "{sql}");
        }
    }
}
