//! A statement locks, or empties, a table that it does not name first, or not at all.
//!
//! `CASCADE` reaches every table that refers to the one that is named: `TRUNCATE` empties them, `DROP TABLE`
//! takes their foreign keys away. Each is locked against everybody. A foreign key of a new table locks the
//! table it refers to against writes until the file ends.
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
//! Name every table that is to be emptied, remove foreign keys in a migration of its own, and write the
//! foreign key of a new table into `CREATE TABLE`. That takes the same lock, but in the same moment, and
//! says so in the one place where one looks:
//!
//! ```sql
//! CREATE TABLE invoices (id bigint PRIMARY KEY, user_id bigint REFERENCES users);
//! -- locks users: SHARE ROW EXCLUSIVE
//! ```

use migrate_sql::ast::symbols as w;
use migrate_sql::ast::{ActKind, Alteration};
use migrate_sql::ast::{Constraint, ConstraintKind};
use migrate_sql::scanner::Keyword as K;

use crate::diagnostics::Diagnostic;
use crate::files::Direction;
use crate::lint::rule::{Check, Rule};
use crate::lint::scene::Scene;
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "locks-referenced-table",
    level: Level::Warn,
    summary: "another table than the one that is named is locked or emptied",
    allowable: true,
    source: include_str!("locks_referenced_table.rs"),
    check: Check::Statement(&[w::ALTER_TABLE, w::DROP_STATEMENT, w::TRUNCATE], check),
};

fn check(scene: &Scene<'_>) -> Vec<Diagnostic> {
    let said = scene.said;
    match said.node.symbol() {
        w::ALTER_TABLE => said
            .alteration()
            .map_or_else(Vec::new, |alteration| new_references(scene, alteration)),
        _ if !cascades(scene) => Vec::new(),
        w::TRUNCATE => vec![
            scene
                .find(
                    &RULE,
                    said.node,
                    "locks and empties every table that refers to this one",
                )
                .help("name the tables that are to be emptied, and leave out `CASCADE`"),
        ],
        _ => {
            let dropped = said.dropped(&[K::Table]).unwrap_or_default();
            let is_used = dropped.iter().any(|table| scene.is_in_use(table));
            if !is_used || scene.subject.direction == Direction::Down {
                return Vec::new();
            }
            vec![
                scene
                    .find(
                        &RULE,
                        said.node,
                        "locks every table that refers to this one, and drops what depends on it",
                    )
                    .help(
                        "drop the foreign keys and views first, by name, and leave out `CASCADE`",
                    ),
            ]
        }
    }
}

fn cascades(scene: &Scene<'_>) -> bool {
    let tokens = scene.subject.source.tokens(scene.said.node);
    tokens.last().is_some_and(|last| last.is(K::Cascade))
}

/// Foreign keys of a new table to one that is in use.
fn new_references(scene: &Scene<'_>, alteration: &Alteration<'_>) -> Vec<Diagnostic> {
    if scene.is_in_use(&alteration.relation) {
        return Vec::new();
    }
    let acts = alteration.acts.iter();
    acts.filter_map(|act| {
        let ActKind::AddConstraint(Constraint {
            kind: ConstraintKind::ForeignKey { parent },
            ..
        }) = &act.kind
        else {
            return None;
        };
        let parent = parent.as_ref().filter(|parent| scene.is_in_use(parent))?;
        let message = format!("nobody can write to `{parent}` until this file ends");
        Some(scene.find(&RULE, act.node, message).help(
            "write the foreign key into `CREATE TABLE`, and keep what takes long out of the file",
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
