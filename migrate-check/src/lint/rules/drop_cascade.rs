//! `DROP … CASCADE` of a type, a domain, a schema or an extension.
//!
//! It drops every column of the type, every table of the schema, every object that depends on the extension, and what they
//! hold is lost. It takes ACCESS EXCLUSIVE on each table that it changes, and none of them is named in the file.
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
//! `DROP TABLE … CASCADE` is reported by `locks-referenced-table`.

use migrate_sql::ast::{Command, DropBehavior, Kind, ObjectKind, ObjectName};

use crate::diagnostics::Diagnostic;
use crate::files::Direction;
use crate::lint::context::Context;
use crate::lint::rule::{Check, Rule};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "drop-cascade",
    level: Level::Warn,
    summary: "columns or tables that the statement does not name are dropped",
    allowable: true,
    source: include_str!("drop_cascade.rs"),
    check: Check::Statement(&[Kind::Drop], check),
};

fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    let Command::Drop(dropped) = context.command() else {
        return Vec::new();
    };
    if dropped.behavior != DropBehavior::Cascade || context.file.direction == Direction::Down {
        return Vec::new();
    }
    let names = dropped.names.iter();
    names
        .filter(|name| context.is_in_use(name))
        .filter_map(|name| {
            let message = message(context, dropped.kind, name)?;
            Some(context.find(&RULE, message).help(
                "drop what depends on it by name, once no release uses it, and leave out `CASCADE`",
            ))
        })
        .collect()
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
                    list(&tables)
                )
            })
        }
        ObjectKind::Schema => Some(format!("drops every table of the schema \"{name}\"")),
        ObjectKind::Extension => Some(format!(
            "drops every column and index that needs the extension \"{name}\", under ACCESS EXCLUSIVE on its table"
        )),
        _ => None,
    }
}

fn list(tables: &[&str]) -> String {
    let quoted: Vec<String> = tables.iter().map(|table| format!("\"{table}\"")).collect();
    quoted.join(", ")
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
        ] {
            assert!(!find(RULE, sql).is_empty(), "{sql}");
        }
        for sql in [
            "DROP TYPE mood",
            "DROP INDEX i CASCADE",
            "CREATE TYPE mood AS ENUM (); DROP TYPE mood CASCADE",
        ] {
            assert!(find(RULE, sql).is_empty(), "{sql}");
        }
        assert!(find_down(RULE, "DROP TYPE mood CASCADE").is_empty());
    }
}
