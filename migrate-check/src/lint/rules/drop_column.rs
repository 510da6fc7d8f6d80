//! A column of a table that is in use is dropped.
//!
//! During a deployment, the release before still selects and inserts the column, and fails. What the column held
//! is lost.
//!
//! Found:
//!
//! ```sql
//! ALTER TABLE users DROP COLUMN name;
//! -- locks users: ACCESS EXCLUSIVE
//! ```
//!
//! Drop it one release after the last one that uses it, and say so:
//!
//! ```sql
//! -- migrate: allow(drop-column) no release since 2.3 reads it
//! ALTER TABLE users DROP COLUMN name;
//! -- locks users: ACCESS EXCLUSIVE
//! ```
//!
//! A foreign key of the column is dropped with it, which locks the table that it refers to as well.
//! A release that inserts rows without a value for it needs `ALTER COLUMN name DROP NOT NULL` first.
//! Down files may drop what their up files added.

use migrate_sql::ast::{AlterTableAction, Kind};

use super::locks_referenced_table::is_alone;
use crate::diagnostics::Diagnostic;
use crate::files::Direction;
use crate::lint::context::Context;
use crate::lint::rule::{Check, InBlocks, Rule};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "drop-column",
    level: Level::Warn,
    summary: "a column that the deployed release may use is dropped",
    allowable: true,
    source: include_str!("drop_column.rs"),
    check: Check::Statement(InBlocks::Always, &[Kind::AlterTable], check),
};

fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    if context.file.direction == Direction::Down {
        return Vec::new();
    }
    let actions = context.actions();
    actions
        .filter_map(|(table, action)| {
            let AlterTableAction::DropColumn { column, .. } = &action.action else {
                return None;
            };
            if context.catalog.is_new_column(table, column) {
                return None;
            }
            // Beside other statements, the rule about that lock says so.
            let parent = context
                .catalog
                .parent_of_column(table, column)
                .filter(|parent| {
                    is_alone(context) && !parent.may_be(table) && context.is_in_use(parent)
                });
            let also = parent
                .map(|parent| format!(", and takes ACCESS EXCLUSIVE on \"{parent}\" as well"));
            let message = format!(
                "drops \"{column}\" of \"{table}\", which the deployed release may use{}",
                also.unwrap_or_default()
            );
            let finding = context.find_at(&RULE, action.range.clone(), message);
            Some(finding.how_to_allow("once no release uses it, allow it"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::{find, find_after, find_down};

    #[test]
    fn the_table_that_its_foreign_key_refers_to_is_named() {
        let before = "CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE notes (u int REFERENCES users, v int);";
        let found = |sql| find_after(RULE, &[before], sql).concat();
        let drop = found("ALTER TABLE notes DROP COLUMN u");
        assert!(
            drop.contains("may use, and takes ACCESS EXCLUSIVE on \"users\" as well |"),
            "{drop}"
        );
        for sql in [
            "ALTER TABLE notes DROP COLUMN v",
            // The rule about that lock says it.
            "ALTER TABLE notes DROP COLUMN u; ALTER TABLE notes ADD COLUMN w int",
        ] {
            assert!(!found(sql).contains("as well"), "{sql}");
        }
    }

    #[test]
    fn constraints_new_tables_and_down_files_are_fine() {
        for sql in [
            "ALTER TABLE t DROP CONSTRAINT c",
            "ALTER TABLE t ALTER a DROP DEFAULT",
            "CREATE TABLE t (a int, b int); ALTER TABLE t DROP a",
            "ALTER TABLE t ADD a int; ALTER TABLE public.t DROP a",
            "ALTER TABLE t ADD a int; ALTER TABLE t RENAME a TO b; ALTER TABLE t DROP b",
        ] {
            assert!(find(RULE, sql).is_empty(), "{sql}");
        }
        assert!(find_down(RULE, "ALTER TABLE t DROP a").is_empty());
    }

    #[test]
    fn every_column_is_a_finding() {
        assert_eq!(
            find(
                RULE,
                "ALTER TABLE t DROP IF EXISTS a CASCADE, DROP COLUMN b"
            )
            .len(),
            2
        );
    }
}
