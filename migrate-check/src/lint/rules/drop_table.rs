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

use migrate_sql::ast::{Command, Kind, ObjectKind};

use crate::diagnostics::Diagnostic;
use crate::files::Direction;
use crate::lint::context::Context;
use crate::lint::rule::{Check, Rule};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "drop-table",
    level: Level::Warn,
    summary: "a table that the deployed release may use is dropped",
    allowable: true,
    source: include_str!("drop_table.rs"),
    check: Check::Statement(&[Kind::Drop], check),
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
            let message = format!("drops \"{table}\", which the deployed release may use");
            context
                .find(&RULE, message)
                .how_to_allow("once no release uses it, allow it")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::{find, find_down};

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
