//! A table that is in use is emptied.
//!
//! `TRUNCATE` takes ACCESS EXCLUSIVE on the table until the file ends, for which it waits until every query on it has ended,
//! and all rows are lost.
//!
//! Found:
//!
//! ```sql
//! TRUNCATE orders;
//! -- locks orders: ACCESS EXCLUSIVE
//! -- builds orders_pkey
//! ```
//!
//! Delete rows in batches, outside migrations. If no release needs the rows, say so:
//!
//! ```sql
//! -- migrate: allow(truncate) a cache, which the application fills again
//! TRUNCATE orders;
//! -- locks orders: ACCESS EXCLUSIVE
//! -- builds orders_pkey
//! ```

use migrate_sql::ast::{Command, Kind};

use crate::diagnostics::Diagnostic;
use crate::files::Direction;
use crate::lint::context::Context;
use crate::lint::rule::{Check, InBlocks, Rule};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "truncate",
    level: Level::Warn,
    summary: "all rows of a table are lost, under ACCESS EXCLUSIVE",
    allowable: true,
    source: include_str!("truncate.rs"),
    check: Check::Statement(InBlocks::Always, &[Kind::Truncate], check),
};

fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    let Command::Truncate(truncated) = context.command() else {
        return Vec::new();
    };
    if context.file.direction == Direction::Down {
        return Vec::new();
    }
    let tables = truncated.tables.iter();
    tables
        .filter(|table| context.is_in_use(table))
        .map(|table| {
            let message =
                format!("takes ACCESS EXCLUSIVE on \"{table}\" and deletes all of its rows");
            context
                .find(&RULE, message)
                .help("if no release needs them, allow it: `-- migrate: allow(truncate) <reason>`")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::{find, find_down};

    #[test]
    fn each_table_that_the_file_did_not_create_is_found() {
        assert_eq!(
            find(RULE, "CREATE TABLE a (); TRUNCATE a, b, app.c").len(),
            2
        );
        assert!(find(RULE, "CREATE TEMP TABLE a (); TRUNCATE a").is_empty());
        assert!(find_down(RULE, "TRUNCATE a").is_empty());
    }
}
