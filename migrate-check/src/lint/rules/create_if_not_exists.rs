//! `CREATE TABLE IF NOT EXISTS` in a file that runs in a transaction.
//!
//! A migration runs once, so there is nothing to guard against. Where a table of that name exists all the
//! same, with other columns, the statement passes over it: the history says that the migration is applied,
//! and the table is another one.
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
//! A database that is older than its history is better baselined. Who prefers files that can be run again
//! turns on `idempotent`, and thereby this rule off.

use migrate_sql::ast::symbols as w;

use super::idempotent;
use crate::diagnostics::Diagnostic;
use crate::lint::rule::{Check, Rule};
use crate::lint::scene::Scene;
use crate::migration::Transaction;
use crate::settings::{Level, Lint};

pub(super) const RULE: Rule = Rule {
    id: "create-if-not-exists",
    level: Level::Warn,
    summary: "a table that exists already passes for the one that the file creates",
    allowable: true,
    source: include_str!("create_if_not_exists.rs"),
    check: Check::Statement(&[w::CREATE_TABLE], check),
};

/// Whether both rules would be on, and contradict each other; who turns this one on by name wants it.
pub(super) fn is_contradicted(lint: &Lint) -> bool {
    idempotent::RULE.level_in(lint) > Level::Allow && lint.chosen(RULE.id).is_none()
}

fn check(scene: &Scene<'_>) -> Vec<Diagnostic> {
    let said = scene.said;
    let is_temporary = said
        .node
        .child(w::TEMPORARY)
        .is_some_and(|word| !word.is_empty());
    if is_temporary || !said.is_guarded() || scene.subject.transaction == Transaction::None {
        return Vec::new();
    }
    let message = "passes over a table of this name that is another one";
    vec![
        scene
            .find(&RULE, said.node, message)
            .help("leave out `IF NOT EXISTS`: a migration runs once")
            .help("if all files are to be guarded, turn on `idempotent`: `lint(warn = \"idempotent\")` in `embed_migrations!`"),
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
