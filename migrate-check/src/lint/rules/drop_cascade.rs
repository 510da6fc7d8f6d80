//! `DROP … CASCADE`, and `DROP OWNED`: what is dropped is not named in the file.
//!
//! With a type go the columns of that type, with a schema its tables, with a function the triggers, checks, defaults and
//! indexes that call it, with a sequence the defaults that draw from it, and what they hold is lost. `DROP OWNED` drops
//! everything that a role owns in the database. Each table that changes is locked with ACCESS EXCLUSIVE.
//!
//! Found:
//!
//! ```sql
//! DROP TYPE mood CASCADE;
//! -- locks orders: ACCESS EXCLUSIVE
//! ```
//!
//! Drop what depends on it by name, once no release uses it, and leave out `CASCADE`:
//!
//! ```sql
//! -- migrate: allow(drop-column) no release since 2.3 reads it
//! ALTER TABLE orders DROP COLUMN feeling;
//! -- locks orders: ACCESS EXCLUSIVE
//! DROP TYPE mood;
//! ```
//!
//! To change a function, replace it, which keeps what depends on it:
//!
//! ```sql
//! CREATE OR REPLACE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
//! ```
//!
//! `DROP TABLE … CASCADE` is reported by `locks-referenced-table`. Down files may drop what their up files created.

use migrate_sql::ast::{AlterTableAction, Command, DropBehavior, Kind, ObjectKind, ObjectName};

use crate::diagnostics::Diagnostic;
use crate::files::Direction;
use crate::lint::context::Context;
use crate::lint::rule::{Check, InBlocks, Rule};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "drop-cascade",
    level: Level::Warn,
    summary: "objects that the statement does not name are dropped",
    allowable: true,
    source: include_str!("drop_cascade.rs"),
    check: Check::Statement(
        InBlocks::Always,
        &[Kind::AlterTable, Kind::Drop, Kind::DropOwned],
        check,
    ),
};

fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    if context.file.direction == Direction::Down {
        return Vec::new();
    }
    match context.command() {
        Command::Drop(dropped) if dropped.behavior == DropBehavior::Cascade => {
            let names = dropped.names.iter();
            names
                .filter(|name| context.is_in_use(name))
                .filter_map(|name| {
                    let message = message(context, dropped.kind, name)?;
                    Some(
                        context
                            .find(&RULE, message)
                            .help(help(context, dropped.kind, name)),
                    )
                })
                .collect()
        }
        Command::DropOwned(dropped) => {
            let owners = quoted(dropped.owners.iter().map(String::as_str)).join(" and ");
            let message =
                format!("drops every table and other object that {owners} owns in the database");
            vec![context.find(&RULE, message).help(
                "drop what is meant by name, or keep it with `REASSIGN OWNED BY … TO …` first",
            )]
        }
        Command::AlterTable(_) => {
            let actions = context.actions();
            actions
                .filter_map(|(table, action)| {
                    let message = message_of_part(table, &action.action)?;
                    let finding = context.find_at(&RULE, action.range.clone(), message);
                    Some(finding.help(BY_NAME))
                })
                .collect()
        }
        _ => Vec::new(),
    }
}

const BY_NAME: &str =
    "drop what depends on it by name, once no release uses it, and leave out `CASCADE`";

fn help(context: &Context<'_>, kind: ObjectKind, name: &ObjectName) -> String {
    if kind == ObjectKind::Routine && is_created_again(context, name) {
        format!(
            "write `CREATE OR REPLACE FUNCTION {}`, which keeps what depends on it, and leave out the `DROP`",
            name.to_sql()
        )
    } else {
        BY_NAME.to_owned()
    }
}

/// Whether the file creates a function of this name.
fn is_created_again(context: &Context<'_>, function: &ObjectName) -> bool {
    let mut statements = context.file.statements.iter();
    statements.any(|statement| match &statement.command {
        Command::CreateFunction(created) => {
            let name = created.name.as_ref();
            name.is_some_and(|name| name.may_be(function))
        }
        _ => false,
    })
}

fn message(context: &Context<'_>, kind: ObjectKind, name: &ObjectName) -> Option<String> {
    match kind {
        ObjectKind::Type | ObjectKind::Domain => {
            let tables = context.catalog.tables_with(name);
            Some(if tables.is_empty() {
                format!(
                    "drops every column of type \"{name}\", under ACCESS EXCLUSIVE on its table"
                )
            } else {
                format!(
                    "drops the columns of type \"{name}\" of {}, under ACCESS EXCLUSIVE",
                    quoted(tables).join(", ")
                )
            })
        }
        ObjectKind::Schema => Some(format!("drops every table of the schema \"{name}\"")),
        ObjectKind::Extension => Some(format!(
            "drops every column and index that needs the extension \"{name}\", under ACCESS EXCLUSIVE on its table"
        )),
        ObjectKind::Routine => Some(format!(
            "drops every trigger, check, default, index and view that calls \"{name}\", under ACCESS EXCLUSIVE on its table"
        )),
        ObjectKind::Sequence => Some(format!(
            "drops every default that draws from \"{name}\", under ACCESS EXCLUSIVE on its table: new rows get no number"
        )),
        ObjectKind::View | ObjectKind::MaterializedView => {
            Some(format!("drops every view that reads \"{name}\""))
        }
        ObjectKind::Table | ObjectKind::ForeignTable | ObjectKind::Index | ObjectKind::Other => {
            None
        }
    }
}

/// What goes with a column or a constraint.
fn message_of_part(table: &ObjectName, action: &AlterTableAction<'_>) -> Option<String> {
    match action {
        AlterTableAction::DropColumn {
            column,
            behavior: DropBehavior::Cascade,
            ..
        } => Some(format!(
            "drops every view and foreign key that needs \"{column}\" of \"{table}\""
        )),
        AlterTableAction::DropConstraint {
            name,
            behavior: DropBehavior::Cascade,
            ..
        } => Some(format!(
            "drops every foreign key that needs \"{name}\" of \"{table}\", under ACCESS EXCLUSIVE on its table"
        )),
        _ => None,
    }
}

fn quoted<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let names = names.into_iter();
    names.map(|name| format!("\"{name}\"")).collect()
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::{find, find_after, find_down};

    #[test]
    fn the_tables_that_are_known_are_named() {
        let before = [
            "CREATE TYPE mood AS ENUM ('sad'); CREATE TABLE t (a mood); CREATE TABLE u (a int)",
            "CREATE TABLE v (id int); ALTER TABLE v ADD feels public.mood",
        ];
        let drop = "DROP TYPE IF EXISTS mood CASCADE";
        let found = find_after(RULE, &before, drop).concat();
        assert!(
            found.contains("of \"t\", \"v\", under ACCESS EXCLUSIVE"),
            "{found}"
        );
        let renamed = "ALTER TYPE mood RENAME TO feeling; ALTER TABLE t RENAME TO w";
        let found = find_after(RULE, &[before[0], renamed], "DROP TYPE feeling CASCADE").concat();
        assert!(found.contains("of type \"feeling\" of \"w\""), "{found}");
    }

    #[test]
    fn all_kinds_that_reach_tables_are_found() {
        for sql in [
            "DROP DOMAIN d CASCADE",
            "DROP EXTENSION IF EXISTS citext CASCADE",
            "DROP SCHEMA a, b CASCADE",
            "DROP FUNCTION f(text, numeric(10, 2)) CASCADE",
            "DROP PROCEDURE IF EXISTS app.p CASCADE",
            "DROP SEQUENCE s CASCADE",
            "DROP VIEW v CASCADE",
            "DROP OWNED BY app",
            "DROP OWNED BY app, CURRENT_USER CASCADE",
            "ALTER TABLE t DROP COLUMN a CASCADE",
            "ALTER TABLE t DROP CONSTRAINT IF EXISTS t_pkey CASCADE",
        ] {
            assert!(!find(RULE, sql).is_empty(), "{sql}");
        }
        for sql in [
            "DROP TYPE mood",
            "DROP INDEX i CASCADE",
            "CREATE TYPE mood AS ENUM (); DROP TYPE mood CASCADE",
            "CREATE SEQUENCE s; DROP SEQUENCE s CASCADE",
            "DROP FUNCTION f(text)",
            "DROP TRIGGER g ON t CASCADE",
            "DROP TABLE t CASCADE",
            "ALTER TABLE t DROP COLUMN a RESTRICT",
            "CREATE TABLE t (a int); ALTER TABLE t DROP COLUMN a CASCADE",
            "REASSIGN OWNED BY a TO b",
        ] {
            assert!(find(RULE, sql).is_empty(), "{sql}");
        }
        for sql in ["DROP TYPE mood CASCADE", "DROP OWNED BY app"] {
            assert!(find_down(RULE, sql).is_empty(), "{sql}");
        }
        assert_eq!(find(RULE, "DROP FUNCTION f(int), g() CASCADE").len(), 2);
    }

    #[test]
    fn a_function_that_is_created_again_is_to_be_replaced() {
        let again = "DROP FUNCTION IF EXISTS app.f() CASCADE; CREATE FUNCTION app.f() RETURNS int LANGUAGE sql AS 'SELECT 1'";
        let found = find(RULE, again).concat();
        assert!(
            found.contains("| write `CREATE OR REPLACE FUNCTION app.f`, which keeps"),
            "{found}"
        );
    }
}
