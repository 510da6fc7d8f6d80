//! `BEGIN`, `COMMIT`, `ROLLBACK` and other statements that begin or end a transaction.
//!
//! A file's SQL and its row in the history commit together: that is what makes a migration run exactly once. A
//! `COMMIT` in the middle splits it in two, and a failure in the second half leaves a database with half of the
//! migration. `PREPARE TRANSACTION` does the same silently.
//!
//! Found:
//!
//! ```sql
//! BEGIN;
//! ALTER TABLE users ADD COLUMN nick text;
//! COMMIT;
//! ```
//!
//! Remove them: the file already runs in a transaction. If a statement cannot run in one, write
//! `-- migrate: no-transaction`; each statement of the file then runs and is recorded by itself, so
//! these statements have no place there either.
//!
//! Savepoints are fine within a transaction, as long as the file sets them itself:
//!
//! ```sql
//! SAVEPOINT before_rename;
//! ALTER TABLE users RENAME TO accounts;
//! RELEASE SAVEPOINT before_rename;
//! ```
//!
//! `SET TRANSACTION` comes too late in a transaction that has begun, or makes it read-only, so that it cannot be
//! recorded.

use std::collections::HashMap;

use migrate_sql::scanner::Keyword as K;

use crate::diagnostics::Diagnostic;
use crate::lint::parsed_file::ParsedFile;
use crate::lint::parsed_file::SplitStatement;
use crate::lint::rule::{Check, Rule};
use crate::migration::Transaction;
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "transaction-control",
    level: Level::Deny,
    summary: "a statement that begins or ends a transaction",
    allowable: false,
    source: include_str!("transaction_control.rs"),
    check: Check::File(check),
};

/// What a statement does to transactions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Control {
    /// Begins, ends or prepares one.
    Whole(&'static str),
    /// Sets the mode of the one that runs.
    Mode,
    /// Sets a savepoint of this name.
    Savepoint(String),
    /// Forgets a savepoint.
    Release(String),
    /// Goes back to a savepoint.
    RollbackTo(String),
}

/// What this statement does to transactions, if anything.
pub(super) fn control(statement: &SplitStatement<'_>) -> Option<Control> {
    let mut rest = statement.reader();
    let word = rest.read()?;
    let whole = |name| Some(Control::Whole(name));
    match () {
        () if word.is(K::Begin) => whole("BEGIN"),
        () if word.is(K::Start) && rest.accept(K::Transaction) => whole("START TRANSACTION"),
        () if word.is(K::Commit) && rest.accept(K::Prepared) => whole("COMMIT PREPARED"),
        () if word.is(K::Commit) => whole("COMMIT"),
        () if word.is(K::End) => whole("END"),
        () if word.is(K::Abort) => whole("ABORT"),
        () if word.is(K::Prepare) && rest.accept(K::Transaction) => whole("PREPARE TRANSACTION"),
        () if word.is(K::Rollback) => {
            if rest.accept(K::Prepared) {
                return whole("ROLLBACK PREPARED");
            }
            rest.accept_any(&[K::Work, K::Transaction]);
            if !rest.accept(K::To) {
                return whole("ROLLBACK");
            }
            rest.accept(K::Savepoint);
            Some(Control::RollbackTo(rest.name()?))
        }
        () if word.is(K::Savepoint) => Some(Control::Savepoint(rest.name()?)),
        () if word.is(K::Release) => {
            rest.accept(K::Savepoint);
            Some(Control::Release(rest.name()?))
        }
        () if word.is(K::Set) => {
            rest.accept_any(&[K::Local, K::Session]);
            rest.accept(K::Transaction).then_some(Control::Mode)
        }
        () => None,
    }
}

fn check(file: &ParsedFile<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut savepoints = Savepoints::default();
    for statement in file.split_statements() {
        let Some(control) = control(&statement) else {
            continue;
        };
        let problem = match file.transaction {
            Transaction::None => Some(outside(&control)),
            Transaction::Single => inside(control, &mut savepoints),
        };
        if let Some((message, help)) = problem {
            found.push(RULE.finding(file, statement.headline(), message).help(help));
        }
    }
    found
}

/// What is wrong with it in a file that runs in one transaction, and what to do.
fn inside(control: Control, savepoints: &mut Savepoints) -> Option<(String, &'static str)> {
    let (verb, is_set, name) = match control {
        Control::Whole(name) => {
            return Some((
                format!("`{name}` in a file that already runs in a transaction"),
                "remove it: migrate runs the file in a transaction, and commits it together with its row in the history",
            ));
        }
        Control::Mode => {
            return Some((
                "`SET TRANSACTION` in a transaction that has begun".to_owned(),
                "remove it: migrations run at READ COMMITTED and read-write",
            ));
        }
        Control::Savepoint(name) => {
            savepoints.set(name);
            return None;
        }
        Control::Release(name) => ("RELEASE", savepoints.release(&name), name),
        Control::RollbackTo(name) => ("ROLLBACK TO", savepoints.go_back(&name), name),
    };
    (!is_set).then(|| {
        (
            format!("`{verb}` of savepoint \"{name}\", which this file has not set"),
            "set it in this file with `SAVEPOINT`, or remove the statement",
        )
    })
}

/// The savepoints that are set.
#[derive(Debug, Default)]
struct Savepoints {
    /// Their names, the newest last.
    names: Vec<String>,
    /// The index of each name in it. A name may be set more than once; the newest counts.
    places: HashMap<String, Vec<usize>>,
}

impl Savepoints {
    fn set(&mut self, name: String) {
        let place = self.names.len();
        self.places.entry(name.clone()).or_default().push(place);
        self.names.push(name);
    }

    /// Forgets what was set after this one. False if there is none of this name.
    fn go_back(&mut self, name: &str) -> bool {
        let place = self.places.get(name).and_then(|places| places.last());
        let Some(length) = place.map(|place| place + 1) else {
            return false;
        };
        while self.names.len() > length {
            self.forget_newest();
        }
        true
    }

    /// The same, and forgets this one, too.
    fn release(&mut self, name: &str) -> bool {
        let is_set = self.go_back(name);
        if is_set {
            self.forget_newest();
        }
        is_set
    }

    fn forget_newest(&mut self) {
        if let Some(places) = self.names.pop().and_then(|name| self.places.get_mut(&name)) {
            places.pop();
        }
    }
}

/// What is wrong with it in a file whose statements run each by itself, and what to do.
fn outside(control: &Control) -> (String, &'static str) {
    let name = match control {
        Control::Whole(name) => name,
        Control::Mode => "SET TRANSACTION",
        Control::Savepoint(_) => "SAVEPOINT",
        Control::Release(_) => "RELEASE",
        Control::RollbackTo(_) => "ROLLBACK TO",
    };
    (
        format!("`{name}` in a `no-transaction` file"),
        "remove it: each statement of the file runs and is recorded by itself; put statements that belong together into a file without `no-transaction`",
    )
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::check;
    use crate::migration::Transaction;

    const REMOVE: &str = "remove it: migrate runs the file in a transaction, and commits it together with its row in the history";
    const BY_ITSELF: &str = "remove it: each statement of the file runs and is recorded by itself; put statements that belong together into a file without `no-transaction`";

    #[test]
    fn whatever_begins_or_ends_a_transaction_is_refused_in_both_kinds_of_file() {
        for (sql, name) in [
            ("BEGIN", "BEGIN"),
            ("begin isolation level serializable", "BEGIN"),
            ("START TRANSACTION READ ONLY", "START TRANSACTION"),
            ("COMMIT AND CHAIN", "COMMIT"),
            ("END", "END"),
            ("/* x */ ROLLBACK WORK", "ROLLBACK"),
            ("ABORT", "ABORT"),
            ("PREPARE TRANSACTION 'x'", "PREPARE TRANSACTION"),
            ("COMMIT PREPARED 'x'", "COMMIT PREPARED"),
            ("ROLLBACK PREPARED 'x'", "ROLLBACK PREPARED"),
        ] {
            let column = sql.find(|char: char| char.is_ascii_alphabetic() && char != 'x');
            let at = column.unwrap() + 1;
            check(
                RULE,
                Transaction::Single,
                sql,
                &[&format!(
                    "1:{at}: `{name}` in a file that already runs in a transaction | {REMOVE}"
                )],
            );
            check(
                RULE,
                Transaction::None,
                sql,
                &[&format!(
                    "1:{at}: `{name}` in a `no-transaction` file | {BY_ITSELF}"
                )],
            );
        }
    }

    #[test]
    fn every_one_of_a_file_is_found() {
        check(
            RULE,
            Transaction::Single,
            "BEGIN;\nSELECT 1;\nCOMMIT; BEGIN;\nCOMMIT",
            &[
                &format!("1:1: `BEGIN` in a file that already runs in a transaction | {REMOVE}"),
                &format!("3:1: `COMMIT` in a file that already runs in a transaction | {REMOVE}"),
                &format!("3:9: `BEGIN` in a file that already runs in a transaction | {REMOVE}"),
                &format!("4:1: `COMMIT` in a file that already runs in a transaction | {REMOVE}"),
            ],
        );
    }

    #[test]
    fn the_same_words_elsewhere_are_fine() {
        check(
            RULE,
            Transaction::Single,
            "PREPARE p AS SELECT 1; DEALLOCATE p;
             CREATE TABLE t (a int) ON COMMIT DROP;
             DO $$ BEGIN NULL; END $$;
             CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; END;
             SELECT 'BEGIN; COMMIT;' AS \"begin\"; -- COMMIT;
             SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE;
             SET CONSTRAINTS ALL DEFERRED",
            &[],
        );
    }

    #[test]
    fn savepoints_of_the_file_itself_are_fine_in_a_transaction() {
        check(
            RULE,
            Transaction::Single,
            "SAVEPOINT a; SELECT 1; ROLLBACK TO SAVEPOINT A; RELEASE a;
             SAVEPOINT \"B\"; ROLLBACK TRANSACTION TO \"B\"; RELEASE SAVEPOINT \"B\"",
            &[],
        );
    }

    #[test]
    fn savepoints_of_somebody_else_are_refused() {
        let help = "set it in this file with `SAVEPOINT`, or remove the statement";
        check(
            RULE,
            Transaction::Single,
            "SAVEPOINT a; SAVEPOINT b; RELEASE a;\nROLLBACK TO b;\nRELEASE c",
            &[
                &format!(
                    "2:1: `ROLLBACK TO` of savepoint \"b\", which this file has not set | {help}"
                ),
                &format!("3:1: `RELEASE` of savepoint \"c\", which this file has not set | {help}"),
            ],
        );
        check(
            RULE,
            Transaction::None,
            "SAVEPOINT a",
            &[&format!(
                "1:1: `SAVEPOINT` in a `no-transaction` file | {BY_ITSELF}"
            )],
        );
    }

    #[test]
    fn the_mode_of_a_transaction_that_has_begun_is_not_the_files_to_set() {
        check(
            RULE,
            Transaction::Single,
            "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE",
            &[
                "1:1: `SET TRANSACTION` in a transaction that has begun | remove it: migrations run at READ COMMITTED and read-write",
            ],
        );
    }
}
