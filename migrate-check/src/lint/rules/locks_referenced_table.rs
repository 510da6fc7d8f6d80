//! A statement locks, or empties, a table that it names last or not at all.
//!
//! `CASCADE` reaches every table that refers to the named one: `TRUNCATE` empties them, `DROP TABLE` removes
//! their foreign keys. Each is locked with ACCESS EXCLUSIVE. A foreign key that is dropped, by itself or with its column,
//! takes ACCESS EXCLUSIVE on the table that it refers to as well.
//!
//! A table with a foreign key:
//!
//! ```sql
//! CREATE TABLE notes (id bigint PRIMARY KEY, user_id bigint REFERENCES users);
//! -- locks users: SHARE ROW EXCLUSIVE
//! ```
//!
//! Found:
//!
//! ```sql
//! TRUNCATE groups CASCADE;
//! -- locks groups: ACCESS EXCLUSIVE
//! -- locks members: ACCESS EXCLUSIVE
//! -- builds groups_pkey
//! ```
//!
//! Found:
//!
//! ```sql
//! ALTER TABLE notes DROP CONSTRAINT notes_user_id_fkey;
//! ALTER TABLE notes ADD COLUMN author text;
//! -- locks notes: ACCESS EXCLUSIVE
//! -- locks users: ACCESS EXCLUSIVE
//! ```
//!
//! Name every table to be emptied, and drop each foreign key in a migration of its own, so that the two locks last a
//! moment. The rule knows the foreign keys that the files of the directory create. A foreign key that is dropped by itself
//! is fine:
//!
//! ```sql
//! ALTER TABLE notes DROP CONSTRAINT notes_user_id_fkey;
//! -- locks notes: ACCESS EXCLUSIVE
//! -- locks users: ACCESS EXCLUSIVE
//! ```

use migrate_sql::ast::{AlterTableAction, Command, DropBehavior, Kind, ObjectKind, ObjectName};

use crate::diagnostics::Diagnostic;
use crate::files::Direction;
use crate::lint::context::Context;
use crate::lint::rule::{Check, InBlocks, Rule};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "locks-referenced-table",
    level: Level::Warn,
    summary: "a table other than the named one is locked or emptied",
    allowable: true,
    source: include_str!("locks_referenced_table.rs"),
    check: Check::Statement(
        InBlocks::Always,
        &[Kind::AlterTable, Kind::Drop, Kind::Truncate],
        check,
    ),
};

fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    match context.command() {
        Command::AlterTable(_) => dropped_references(context),
        Command::Truncate(truncated) if truncated.behavior == DropBehavior::Cascade => {
            let tables = list(&truncated.tables);
            let message = format!(
                "takes ACCESS EXCLUSIVE on every table that refers to {tables}, and empties it"
            );
            vec![
                context
                    .find(&RULE, message)
                    .help("name the tables to be emptied, and leave out `CASCADE`"),
            ]
        }
        Command::Drop(dropped)
            if dropped.kind == ObjectKind::Table && dropped.behavior == DropBehavior::Cascade =>
        {
            let is_used = dropped.names.iter().any(|table| context.is_in_use(table));
            if !is_used || context.file.direction == Direction::Down {
                return Vec::new();
            }
            let tables = list(&dropped.names);
            let message = format!(
                "takes ACCESS EXCLUSIVE on every table that refers to {tables}, and drops what depends on it"
            );
            vec![
                context.find(&RULE, message).help(
                    "drop the foreign keys and views first, by name, and leave out `CASCADE`",
                ),
            ]
        }
        _ => Vec::new(),
    }
}

fn list(tables: &[ObjectName]) -> String {
    let quoted: Vec<String> = tables.iter().map(|table| format!("\"{table}\"")).collect();
    quoted.join(" or ")
}

/// Foreign keys that are dropped, by name or with their column.
fn dropped_references(context: &Context<'_>) -> Vec<Diagnostic> {
    let catalog = context.catalog;
    if is_alone(context) {
        return Vec::new();
    }
    let actions = context.actions();
    actions
        .filter_map(|(table, action)| {
            let parent = match &action.action {
                AlterTableAction::DropConstraint { name, .. } => catalog.parent_of(table, name)?,
                AlterTableAction::DropColumn { column, .. } => {
                    catalog.parent_of_column(table, column)?
                }
                _ => return None,
            };
            if parent.may_be(table) || !context.is_in_use(parent) {
                return None;
            }
            let message = format!(
                "takes ACCESS EXCLUSIVE on \"{parent}\", too, to which the foreign key refers"
            );
            let finding = context.find_at(&RULE, action.range.clone(), message);
            Some(finding.help("give it a migration of its own, so that both locks last a moment"))
        })
        .collect()
}

/// Whether a statement does one thing, and nothing else holds its locks: only settings are beside it in its transaction.
pub(super) fn is_alone(context: &Context<'_>) -> bool {
    let is_one = context
        .alter_table()
        .is_some_and(|altered| altered.actions.len() == 1);
    let mut others = context.file.statements.iter();
    let is_setting = |command: &Command<'_>| matches!(command, Command::Set(_));
    is_one
        && (context.commits_each()
            || others.all(|other| {
                other.range() == context.statement.range() || is_setting(&other.command)
            }))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::{find, find_after, find_down};

    #[test]
    fn cascading_is_found_where_it_reaches_tables() {
        assert_eq!(
            find(RULE, "TRUNCATE TABLE ONLY t RESTART IDENTITY CASCADE").len(),
            1
        );
        assert_eq!(find(RULE, "DROP TABLE t CASCADE").len(), 1);
        for sql in [
            "TRUNCATE t",
            "DROP TABLE t RESTRICT",
            "DROP VIEW v CASCADE",
            "DROP INDEX i CASCADE",
            "CREATE TABLE t (); DROP TABLE t CASCADE",
        ] {
            assert!(find(RULE, sql).is_empty(), "{sql}");
        }
        assert!(find_down(RULE, "DROP TABLE t CASCADE").is_empty());
    }

    #[test]
    fn the_table_that_a_dropped_foreign_key_refers_to_is_named() {
        let inline = "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (p int REFERENCES p)";
        let beside = "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (p int, FOREIGN KEY (p) REFERENCES public.p)";
        let added = "CREATE TABLE c (p int); ALTER TABLE c ADD CONSTRAINT c_p_fkey FOREIGN KEY (p) REFERENCES p NOT VALID";
        for before in [inline, beside, added] {
            for action in ["DROP CONSTRAINT IF EXISTS c_p_fkey", "DROP COLUMN p"] {
                let sql = format!("ALTER TABLE c {action}; SELECT 1");
                let found = find_after(RULE, &[before], &sql).concat();
                assert!(found.contains("p\", too, to which"), "{sql}: {found}");
            }
        }
        let renamed = [
            inline,
            "ALTER TABLE p RENAME TO q",
            "ALTER TABLE c RENAME CONSTRAINT c_p_fkey TO k",
        ];
        let found =
            find_after(RULE, &renamed, "ALTER TABLE c DROP CONSTRAINT k, ADD x int").concat();
        assert!(found.contains("takes ACCESS EXCLUSIVE on \"q\""), "{found}");
        for (column, key) in [
            ("CONSTRAINT k REFERENCES p", "k"),
            ("CONSTRAINT \"My K\" REFERENCES p", "\"My K\""),
        ] {
            let named = format!(
                "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (a int, p int {column})"
            );
            let drop = format!("ALTER TABLE c DROP CONSTRAINT {key}; SELECT 1");
            let found = find_after(RULE, &[&named], &drop).concat();
            assert!(found.contains("p\", too, to which"), "{drop}: {found}");
            assert!(
                find_after(
                    RULE,
                    &[&named, &drop],
                    "ALTER TABLE c DROP COLUMN p; SELECT 1"
                )
                .is_empty()
            );
        }
        let gone = [inline, "ALTER TABLE c DROP CONSTRAINT c_p_fkey"];
        assert!(find_after(RULE, &gone, "ALTER TABLE c DROP COLUMN p; SELECT 1").is_empty());
    }

    #[test]
    fn a_foreign_key_that_is_dropped_by_itself_follows_the_advice() {
        let before = "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE q (id int PRIMARY KEY); CREATE TABLE c (p int REFERENCES p, q int REFERENCES q)";
        for sql in [
            "ALTER TABLE c DROP CONSTRAINT c_p_fkey",
            "SET LOCAL lock_timeout = '1s'; ALTER TABLE c DROP COLUMN p;",
        ] {
            assert!(find_after(RULE, &[before], sql).is_empty(), "{sql}");
        }
        let both = "ALTER TABLE c DROP CONSTRAINT c_p_fkey, DROP CONSTRAINT c_q_fkey";
        assert_eq!(find_after(RULE, &[before], both).len(), 2);
    }

    #[test]
    fn foreign_keys_of_new_tables_are_fine() {
        for sql in [
            "CREATE TABLE b (a int REFERENCES a)",
            "CREATE TABLE b (a int); ALTER TABLE b ADD FOREIGN KEY (a) REFERENCES a",
            "ALTER TABLE b ADD FOREIGN KEY (a) REFERENCES a",
            "CREATE TABLE b (a int REFERENCES a); ALTER TABLE b DROP CONSTRAINT b_a_fkey",
        ] {
            assert!(find(RULE, sql).is_empty(), "{sql}");
        }
    }
}
