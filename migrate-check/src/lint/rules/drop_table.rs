//! A table that is in use is dropped.
//!
//! During a deployment, the release before still reads and writes it, and fails. What the table held is lost.
//! Every table that its foreign keys refer to is locked as well.
//!
//! Found:
//!
//! ```sql
//! DROP TABLE members;
//! -- locks members: ACCESS EXCLUSIVE
//! -- locks groups: ACCESS EXCLUSIVE
//! ```
//!
//! Drop it one release after the last one that uses it, and say so:
//!
//! ```sql
//! -- migrate: allow(drop-table) no release since 2.3 uses it
//! DROP TABLE members;
//! -- locks members: ACCESS EXCLUSIVE
//! -- locks groups: ACCESS EXCLUSIVE
//! ```
//!
//! Down files may drop what their up files created.

use std::fmt::Write as _;

use migrate_sql::ast::{Command, Kind, ObjectKind};

use crate::diagnostics::Diagnostic;
use crate::files::Direction;
use crate::lint::context::Context;
use crate::lint::rule::{Check, InBlocks, Rule};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "drop-table",
    level: Level::Warn,
    summary: "a table that the deployed release may use is dropped",
    allowable: true,
    source: include_str!("drop_table.rs"),
    check: Check::Statement(InBlocks::Always, &[Kind::Drop], check),
};

fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    let Command::Drop(dropped) = context.command() else {
        return Vec::new();
    };
    if dropped.kind != ObjectKind::Table || context.file.direction == Direction::Down {
        return Vec::new();
    }
    let tables = dropped.names.iter();
    tables
        .filter(|table| context.is_in_use(table))
        .map(|table| {
            let parents = context.catalog.parents(table).into_iter();
            let mut parents: Vec<String> = parents
                .filter(|parent| !parent.may_be(table) && context.is_in_use(parent))
                .map(|parent| format!("\"{parent}\""))
                .collect();
            parents.sort_unstable();
            parents.dedup();
            let mut message = format!("drops \"{table}\", which the deployed release may use");
            if !parents.is_empty() {
                let _ = write!(
                    message,
                    ", and takes ACCESS EXCLUSIVE on {} as well",
                    parents.join(", ")
                );
            }
            context
                .find(&RULE, message)
                .how_to_allow("once no release uses it, allow it")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::{find, find_after, find_down};

    #[test]
    fn the_tables_that_its_foreign_keys_refer_to_are_named() {
        let before = [
            "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY)",
            "CREATE TABLE c (a int REFERENCES a, b int, x int REFERENCES a, me int REFERENCES c, FOREIGN KEY (b) REFERENCES b)",
        ];
        let found = find_after(RULE, &before, "DROP TABLE c").concat();
        assert!(
            found.contains("may use, and takes ACCESS EXCLUSIVE on \"a\", \"b\" as well |"),
            "{found}"
        );
    }

    #[test]
    fn each_table_is_a_finding_unless_the_file_created_it() {
        assert_eq!(find(RULE, "DROP TABLE IF EXISTS a, app.b CASCADE").len(), 2);
        assert_eq!(
            find(RULE, "CREATE TEMP TABLE a (); DROP TABLE a, b").len(),
            1
        );
        assert!(find(RULE, "DROP VIEW v; DROP INDEX i; DROP TYPE t").is_empty());
        assert!(find_down(RULE, "DROP TABLE a").is_empty());
    }
}
