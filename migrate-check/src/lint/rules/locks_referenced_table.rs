//! A statement locks, or empties, a table that it names last or not at all.
//!
//! `CASCADE` reaches every table that refers to the named one: `TRUNCATE` empties them, `DROP TABLE` removes
//! their foreign keys. Each is locked with ACCESS EXCLUSIVE. A foreign key of a new table blocks writes to the
//! table it refers to until the file ends.
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
//! CREATE TABLE invoices (id bigint PRIMARY KEY, user_id bigint);
//! ALTER TABLE invoices ADD FOREIGN KEY (user_id) REFERENCES users;
//! -- locks users: SHARE ROW EXCLUSIVE
//! ```
//!
//! Name every table to be emptied, remove foreign keys in a migration of their own, and write the foreign key of
//! a new table into `CREATE TABLE`. That takes the same lock, but a reader of the file sees it in one place:
//!
//! ```sql
//! CREATE TABLE invoices (id bigint PRIMARY KEY, user_id bigint REFERENCES users);
//! -- locks users: SHARE ROW EXCLUSIVE
//! ```

use migrate_sql::ast::{
    AlterTable, AlterTableAction, Command, DropBehavior, Kind, ObjectKind, ObjectName,
};

use crate::diagnostics::Diagnostic;
use crate::files::Direction;
use crate::lint::context::Context;
use crate::lint::rule::{Check, Rule};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "locks-referenced-table",
    level: Level::Warn,
    summary: "a table other than the named one is locked or emptied",
    allowable: true,
    source: include_str!("locks_referenced_table.rs"),
    check: Check::Statement(&[Kind::AlterTable, Kind::Drop, Kind::Truncate], check),
};

fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    match context.command() {
        Command::AlterTable(altered) => new_references(context, altered),
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

/// Foreign keys of a new table to one that is in use.
fn new_references(context: &Context<'_>, altered: &AlterTable<'_>) -> Vec<Diagnostic> {
    if context.is_in_use(&altered.name) {
        return Vec::new();
    }
    let actions = altered.actions.iter();
    actions
        .filter_map(|action| {
            let AlterTableAction::AddConstraint(constraint) = &action.action else {
                return None;
            };
            let parent = constraint.referenced();
            let parent = parent.filter(|parent| context.is_in_use(parent))?;
            let message =
                format!("takes SHARE ROW EXCLUSIVE on \"{parent}\" and holds it until the file ends");
            Some(context.find_at(&RULE, action.range.clone(), message).help(
                "write the foreign key into `CREATE TABLE`, and keep slow statements out of the file",
            ))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::{find, find_down};

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
    fn foreign_keys_among_new_tables_are_fine() {
        let new = "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (a int); ALTER TABLE b ADD FOREIGN KEY (a) REFERENCES a";
        assert!(find(RULE, new).is_empty());
        assert!(
            find(RULE, "ALTER TABLE b ADD FOREIGN KEY (a) REFERENCES a").is_empty(),
            "another rule's"
        );
    }
}
