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
//! Baseline a database that is older than its history. If you prefer files that can be run again, turn on
//! `idempotent`, which turns this rule off.

use migrate_sql::ast::{Command, Guard, Kind, Persistence};

use super::idempotent;
use crate::diagnostics::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, Rule};
use crate::settings::{Level, Lint};

pub(super) const RULE: Rule = Rule {
    id: "create-if-not-exists",
    level: Level::Warn,
    summary: "an existing table passes for the one that the file creates",
    allowable: true,
    source: include_str!("create_if_not_exists.rs"),
    check: Check::Statement(&[Kind::CreateTable], check),
};

/// Whether both rules would be on, and contradict each other; a project that turns this one on by name wants it.
pub(super) fn is_contradicted(lint: &Lint) -> bool {
    idempotent::RULE.level_in(lint) > Level::Allow && lint.chosen(RULE.id).is_none()
}

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
            .help("leave out `IF NOT EXISTS`: a migration runs once")
            .help("to guard all files instead, turn on `idempotent`: `lint(warn = \"idempotent\")` in `embed_migrations!`"),
    ]
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::rules::idempotent;
    use crate::lint::testing::{check_with, find};
    use crate::migration::Transaction;
    use crate::settings::{Level, Settings};

    #[test]
    fn whoever_wants_guards_is_not_told_to_remove_them() {
        let mut settings = Settings::default();
        settings.lint.set(idempotent::RULE.id, Level::Warn);
        let sql = "CREATE TABLE IF NOT EXISTS t ()";
        check_with(RULE, Transaction::Single, &settings, sql, &[]);
        check_with(RULE, Transaction::None, &Settings::default(), sql, &[]);
        assert!(find(RULE, "CREATE TEMP TABLE IF NOT EXISTS t ()").is_empty());
    }
}
