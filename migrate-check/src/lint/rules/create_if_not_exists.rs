//! `CREATE TABLE IF NOT EXISTS` in a file that runs in a transaction.
//!
//! A migration runs once, so there is nothing to guard against. If a table of that name exists all the same, with
//! other columns, the statement does nothing: the history says that the migration is applied, and the table is
//! a different one.
//!
//! Found:
//!
//! ```sql
//! CREATE TABLE IF NOT EXISTS notes (id bigint PRIMARY KEY, body text);
//! ```
//!
//! Leave the guard out, and a table that should not be there is an error:
//!
//! ```sql
//! CREATE TABLE notes (id bigint PRIMARY KEY, body text);
//! ```
//!
//! Baseline a database that is older than its history. The rule is off, because many directories guard every table on
//! purpose; where an earlier file of the directory creates the table, `create-does-nothing` says so in any case.

use migrate_sql::ast::{Command, Guard, Kind, Persistence};

use crate::diagnostics::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, InBlocks, Rule};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "create-if-not-exists",
    level: Level::Allow,
    summary: "an existing table passes for the one that the file creates",
    allowable: true,
    source: include_str!("create_if_not_exists.rs"),
    check: Check::Statement(InBlocks::Never, &[Kind::CreateTable], check),
};

fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    let Command::CreateTable(created) = context.command() else {
        return Vec::new();
    };
    if created.persistence != Persistence::Permanent
        || created.guard == Guard::None
        || context.commits_each()
    {
        return Vec::new();
    }
    let message = format!(
        "does nothing if a different table \"{}\" exists",
        created.name
    );
    vec![
        context
            .find(&RULE, message)
            .help("leave out `IF NOT EXISTS`: a migration runs once"),
    ]
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::{check, find};
    use crate::migration::Transaction;

    #[test]
    fn files_without_a_transaction_and_temporary_tables_need_the_guard() {
        let sql = "CREATE TABLE IF NOT EXISTS t ()";
        check(RULE, Transaction::None, sql, &[]);
        assert!(find(RULE, "CREATE TEMP TABLE IF NOT EXISTS t ()").is_empty());
        assert_eq!(find(RULE, sql).len(), 1);
    }
}
