//! A unique, primary key or exclusion constraint is added to a table that is in use.
//!
//! Its index is built on the spot, under ACCESS EXCLUSIVE on the table, which blocks readers, too.
//!
//! Found:
//!
//! ```sql
//! ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE (email);
//! -- locks users: ACCESS EXCLUSIVE
//! -- builds users_email_key
//! ```
//!
//! Found:
//!
//! ```sql
//! ALTER TABLE users ADD COLUMN handle text UNIQUE;
//! -- locks users: ACCESS EXCLUSIVE
//! -- builds users_handle_key
//! ```
//!
//! Build the index first, in a file without a transaction:
//!
//! ```sql
//! -- migrate: no-transaction
//! CREATE UNIQUE INDEX CONCURRENTLY users_email_key ON users (email);
//! ```
//!
//! In the next migration, turn it into the constraint, which takes a moment:
//!
//! ```sql
//! ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE USING INDEX users_email_key;
//! -- locks users: ACCESS EXCLUSIVE
//! ```
//!
//! PostgreSQL refuses both for a partitioned table. There, add the constraint with `ALTER TABLE ONLY`, which builds
//! nothing, then go that way for each partition, and attach each partition's index with `ALTER INDEX … ATTACH
//! PARTITION`. A primary key needs columns that are `NOT NULL` before that. There is no such way for `EXCLUDE`.

use migrate_sql::ast::{
    AlterTableAction, ColumnConstraint, ConstraintKind, Kind, ObjectName, spell_name,
};

use super::refused_for_partitions;
use crate::diagnostics::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, InBlocks, Rule};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "unique-builds-index",
    level: Level::Warn,
    summary: "a constraint's index is built under ACCESS EXCLUSIVE",
    allowable: true,
    source: include_str!("unique_builds_index.rs"),
    check: Check::Statement(InBlocks::Always, &[Kind::AlterTable], check),
};

const FIRST: &str = "build the index in an earlier migration, with `CREATE UNIQUE INDEX CONCURRENTLY`, and add the constraint with `USING INDEX`";

fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    let actions = context.actions();
    actions
        .filter_map(|(table, action)| {
            let help = help(&action.action)?;
            if context.is_emptied(table) || refused_for_partitions::lacks_key(context, table, &action.action).is_some() {
                return None;
            }
            let message = format!(
                "takes ACCESS EXCLUSIVE on \"{table}\" while the constraint's index is built"
            );
            let finding = context.find_at(&RULE, action.range.clone(), message);
            Some(if context.catalog.is_partitioned(table) && !is_exclusion(&action.action) {
                let finding = match nullable(context, table, &action.action) {
                    Some(column) => finding.help(format!("first set \"{column}\" `NOT NULL` in an earlier migration, by way of a validated `CHECK ({} IS NOT NULL)`: PostgreSQL refuses the rest before", spell_name(column))),
                    None => finding,
                };
                finding.help(format!("add it with `ALTER TABLE ONLY {}`, which builds nothing; build a unique index on each partition `CONCURRENTLY` and make it a constraint with `USING INDEX`; then attach each with `ALTER INDEX … ATTACH PARTITION`", table.to_sql()))
            } else {
                finding.help(help)
            })
        })
        .collect()
}

/// A column of a new primary key that is not known to keep nulls out.
fn nullable<'a>(
    context: &Context<'_>,
    table: &ObjectName,
    action: &'a AlterTableAction<'_>,
) -> Option<&'a str> {
    let AlterTableAction::AddConstraint(constraint) = action else {
        return None;
    };
    let ConstraintKind::PrimaryKey { columns, .. } = &constraint.kind else {
        return None;
    };
    let mut columns = columns.iter().map(String::as_str);
    columns.find(|column| context.catalog.is_nullable(table, column) != Some(false))
}

fn is_exclusion(action: &AlterTableAction<'_>) -> bool {
    matches!(action, AlterTableAction::AddConstraint(constraint) if matches!(constraint.kind, ConstraintKind::Exclude))
}

fn help(action: &AlterTableAction<'_>) -> Option<&'static str> {
    match action {
        AlterTableAction::AddConstraint(constraint) => match &constraint.kind {
            ConstraintKind::Unique { index: None, .. }
            | ConstraintKind::PrimaryKey { index: None, .. } => Some(FIRST),
            ConstraintKind::Exclude => {
                Some("add it while the table is small, or the application does not use it")
            }
            _ => None,
        },
        AlterTableAction::AddColumn { column, .. } => {
            let is_unique = column.has(|constraint| {
                matches!(
                    constraint,
                    ColumnConstraint::Unique | ColumnConstraint::PrimaryKey
                )
            });
            is_unique.then_some("add the column without it, build the index with `CREATE UNIQUE INDEX CONCURRENTLY`, then add the constraint with `USING INDEX`")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::{find, find_after};

    #[test]
    fn all_that_build_an_index_are_found() {
        for sql in [
            "ALTER TABLE t ADD PRIMARY KEY (a)",
            "ALTER TABLE t ADD CONSTRAINT c UNIQUE NULLS NOT DISTINCT (a) DEFERRABLE",
            "ALTER TABLE t ADD EXCLUDE USING gist (a WITH &&)",
            "ALTER TABLE t ADD a uuid PRIMARY KEY",
        ] {
            assert_eq!(find(RULE, sql).len(), 1, "{sql}");
        }
    }

    #[test]
    fn a_partitioned_table_gets_the_advice_that_the_server_takes() {
        let before = ["CREATE TABLE p (a int) PARTITION BY LIST (a)"];
        for constraint in ["UNIQUE (a)", "PRIMARY KEY (a)"] {
            let sql = format!("ALTER TABLE p ADD {constraint}");
            let found = find_after(RULE, &before, &sql).concat();
            assert!(found.contains("`ALTER TABLE ONLY p`"), "{found}");
            let is_first_not_null = found.contains("| first set \"a\" `NOT NULL`");
            assert_eq!(
                is_first_not_null,
                constraint.starts_with("PRIMARY"),
                "{found}"
            );
        }
        let required = "CREATE TABLE p (a int NOT NULL) PARTITION BY LIST (a)";
        let found = find_after(RULE, &[required], "ALTER TABLE p ADD PRIMARY KEY (a)").concat();
        assert!(!found.contains("first set"), "{found}");
    }

    #[test]
    fn others_are_fine() {
        for sql in [
            "ALTER TABLE t ADD PRIMARY KEY USING INDEX i",
            "ALTER TABLE t ADD CHECK (a > 0)",
            "CREATE TABLE t (a int); ALTER TABLE t ADD PRIMARY KEY (a)",
            "CREATE TABLE t (a int UNIQUE, PRIMARY KEY (a))",
            "TRUNCATE TABLE t; ALTER TABLE t ADD PRIMARY KEY (a)",
        ] {
            assert!(find(RULE, sql).is_empty(), "{sql}");
        }
    }
}
