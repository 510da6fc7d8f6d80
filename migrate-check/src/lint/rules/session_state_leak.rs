//! Something that outlives the file in the session: a setting, a role, a temporary table, a lock.
//!
//! The connection outlives the file. What a file leaves there reaches later migrations, and the application,
//! whose pool hands the connection to any request. `pg_advisory_unlock_all()` and `DISCARD ALL` remove what
//! others have put there, including migrate's own lock.
//!
//! Found:
//!
//! ```sql
//! SET search_path TO app;
//! CREATE TABLE notes (id bigint PRIMARY KEY);
//! ```
//!
//! Found:
//!
//! ```sql
//! SELECT pg_catalog.set_config('search_path', '', false);
//! ```
//!
//! Write `LOCAL`, which ends with the transaction. For `set_config`, that is the third argument:
//!
//! ```sql
//! SET LOCAL search_path TO app;
//! SELECT set_config('app.user', 'migration', true);
//! CREATE TEMPORARY TABLE batch (id bigint) ON COMMIT DROP;
//! ```
//!
//! A file without a transaction has nothing that `LOCAL` could end with. There, reset settings at the end:
//!
//! ```sql
//! -- migrate: no-transaction
//! SET maintenance_work_mem = '1GB';
//! CREATE INDEX CONCURRENTLY orders_user_id_idx ON orders (user_id);
//! RESET maintenance_work_mem;
//! ```
//!
//! What functions and `DO` blocks do is not checked.

use std::ops::Range;

use migrate_sql::ast::{
    Call, Command, CreateTable, CreateTableAs, Discard, ObjectKind, ObjectName, OnCommit,
    Persistence, Reset, Scope, Set, SetValue, Statement, spell_name,
};
use migrate_sql::scanner::Keyword as K;

use crate::diagnostics::Diagnostic;
use crate::lint::parsed_file::ParsedFile;
use crate::lint::rule::{Check, Rule};
use crate::migration::Transaction;
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "session-state-leak",
    level: Level::Deny,
    summary: "a setting, a role, a table or a lock outlives the file in the session",
    allowable: true,
    source: include_str!("session_state_leak.rs"),
    check: Check::File(check),
};

/// What a statement leaves in the session.
#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    /// A setting.
    Parameter(String),
    /// A temporary table.
    Table(String),
    /// An advisory lock.
    Lock,
    /// A channel that it listens on.
    Channel,
    /// Not something that is there, but something that is gone: what others had put there.
    Loss,
}

/// A statement that leaves something in the session.
struct Leak {
    range: Range<usize>,
    state: State,
    message: String,
    help: String,
}

fn check(file: &ParsedFile<'_>) -> Vec<Diagnostic> {
    // Only statements with one of these words, or one of these functions, leave anything.
    let vocabulary = &file.analysis.vocabulary;
    let words = [K::Set, K::Discard, K::Listen, K::Temp, K::Temporary];
    let may_call = vocabulary.may_set_config() || vocabulary.has_name_of("pg_advisory_lock".len());
    if !may_call && !vocabulary.has_any(&words) {
        return Vec::new();
    }
    let mut leaks: Vec<Leak> = Vec::new();
    for statement in file.statements {
        put_back(statement, &mut leaks);
        let left = left_by(statement, file.transaction);
        leaks.extend(left.map(|(state, message, help)| Leak {
            range: statement.range(),
            state,
            message,
            help,
        }));
    }
    leaks
        .into_iter()
        .map(|leak| {
            RULE.finding(file, file.headline(leak.range), leak.message)
                .help(leak.help)
        })
        .collect()
}

/// Forgets what this statement puts back.
fn put_back(statement: &Statement<'_>, leaks: &mut Vec<Leak>) {
    match &statement.command {
        // `RESET ALL` leaves the role as it is.
        Command::Reset(Reset::All) => leaks.retain(|leak| match &leak.state {
            State::Parameter(name) => name == "role",
            _ => true,
        }),
        Command::Reset(Reset::Parameter(parameter))
        | Command::Set(Set {
            scope: Scope::Session,
            parameter,
            value: SetValue::Default,
        }) => leaks.retain(|leak| leak.state != State::Parameter(parameter.clone())),
        Command::Drop(dropped) if dropped.kind == ObjectKind::Table => {
            for table in &dropped.names {
                leaks.retain(|leak| leak.state != State::Table(table.name.clone()));
            }
        }
        Command::Select(_) => {
            let mut calls = statement.source.calls(statement.node);
            if calls.any(|call| call.name.starts_with("pg_advisory_unlock")) {
                leaks.retain(|leak| leak.state != State::Lock);
            }
        }
        _ => {}
    }
}

/// What a statement leaves in the session, what to say about that, and what to do.
fn left_by(statement: &Statement<'_>, transaction: Transaction) -> Option<(State, String, String)> {
    match &statement.command {
        Command::Set(Set {
            scope: Scope::Session,
            parameter,
            value: SetValue::Value(_),
        }) => {
            let help = match transaction {
                Transaction::Single => {
                    "write `SET LOCAL`, which ends with the transaction".to_owned()
                }
                Transaction::None => reset(parameter),
            };
            Some((
                State::Parameter(parameter.clone()),
                stays_set(parameter),
                help,
            ))
        }
        Command::Discard(Discard::State) => Some((
            State::Loss,
            "removes what others have put into the session".to_owned(),
            "remove it".to_owned(),
        )),
        Command::Listen => Some((
            State::Channel,
            "the session still listens after the file has ended".to_owned(),
            "leave it to the application, on a connection of its own".to_owned(),
        )),
        Command::CreateTable(CreateTable {
            name,
            persistence: Persistence::Temporary,
            on_commit: OnCommit::Keep,
            ..
        })
        | Command::CreateTableAs(CreateTableAs {
            name,
            persistence: Persistence::Temporary,
            on_commit: OnCommit::Keep,
            ..
        }) => Some(temporary_table(name, transaction)),
        Command::Select(Some(CreateTableAs {
            name,
            persistence: Persistence::Temporary,
            ..
        })) => {
            let (state, message, help) = temporary_table(name, transaction);
            let help = match transaction {
                Transaction::Single => {
                    "write `CREATE TEMPORARY TABLE … ON COMMIT DROP AS SELECT …`".to_owned()
                }
                Transaction::None => help,
            };
            Some((state, message, help))
        }
        Command::Select(_) => {
            let mut calls = statement.source.calls(statement.node);
            calls.find_map(|call| left_by_call(&call, transaction))
        }
        _ => None,
    }
}

fn temporary_table(name: &ObjectName, transaction: Transaction) -> (State, String, String) {
    let name = &name.name;
    let help = match transaction {
        Transaction::Single => "add `ON COMMIT DROP`".to_owned(),
        Transaction::None => format!("`DROP TABLE {}` at the end of the file", spell_name(name)),
    };
    (
        State::Table(name.clone()),
        format!("the temporary table \"{name}\" stays in the session after the file has ended"),
        help,
    )
}

/// What a function that a query calls leaves in the session.
fn left_by_call(call: &Call<'_>, transaction: Transaction) -> Option<(State, String, String)> {
    match call.name.as_str() {
        // Anything but a plain `false` may be true.
        "set_config" if call.ends_with_false() => {
            let parameter = call.first_string();
            let parameter = parameter.unwrap_or_else(|| "a setting".to_owned());
            let help = match transaction {
                Transaction::Single => {
                    "give `true` as the last argument: it then ends with the transaction".to_owned()
                }
                Transaction::None => reset(&parameter),
            };
            let message = stays_set(&parameter);
            Some((State::Parameter(parameter), message, help))
        }
        "pg_advisory_unlock_all" => Some((
            State::Loss,
            "releases locks that others hold in the session, including migrate".to_owned(),
            "unlock by number what the file has locked".to_owned(),
        )),
        "pg_advisory_lock"
        | "pg_try_advisory_lock"
        | "pg_advisory_lock_shared"
        | "pg_try_advisory_lock_shared" => Some((
            State::Lock,
            "the session still holds the lock after the file has ended".to_owned(),
            "use `pg_advisory_xact_lock`, which ends with the transaction".to_owned(),
        )),
        _ => None,
    }
}

fn stays_set(parameter: &str) -> String {
    format!("`{parameter}` stays set in the session after the file has ended")
}

fn reset(parameter: &str) -> String {
    format!("`RESET {parameter}` at the end of the file")
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::{check, find};
    use crate::migration::Transaction;

    #[test]
    fn whatever_stays_in_the_session_is_found() {
        for sql in [
            "SET work_mem = '1GB'",
            "SET SESSION work_mem TO '1GB'",
            "SET TIME ZONE 'UTC'",
            "SET ROLE app",
            "SET SESSION AUTHORIZATION app",
            "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
            "DISCARD TEMP",
            "LISTEN changes",
            "CREATE TEMP TABLE t (a int)",
            "CREATE TEMP TABLE t AS SELECT 1 a",
            "SELECT pg_advisory_unlock_all()",
            "SELECT pg_advisory_lock(1)",
            "SET a = 1; RESET b",
            "SET ROLE app; RESET ALL",
        ] {
            assert_eq!(find(RULE, sql).len(), 1, "{sql}");
        }
    }

    #[test]
    fn what_ends_with_the_file_or_is_put_back_is_fine() {
        for sql in [
            "SET LOCAL work_mem = '1GB'; SET CONSTRAINTS ALL DEFERRED",
            "SET a.b = 1; RESET A.B",
            "SET work_mem = '1GB'; SET work_mem TO DEFAULT",
            "SET work_mem = '1GB'; RESET ALL",
            "SET ROLE app; CREATE TABLE t (); RESET ROLE",
            "SET ROLE app; CREATE TABLE t (); SET ROLE NONE",
            "SET SESSION AUTHORIZATION app; RESET SESSION AUTHORIZATION",
            "SET TIME ZONE 'UTC'; RESET timezone",
            "SELECT set_config('a.b', 'c', true), set_config('a.b', 'c', 1 = 1)",
            "SELECT set_config('a.b', 'c', false); RESET a.b",
            "CREATE TEMP TABLE t (a int); DROP TABLE pg_temp.t",
            "CREATE TABLE temp (a int)",
            "SELECT pg_advisory_xact_lock(1)",
            "SELECT pg_advisory_lock(1); SELECT pg_advisory_unlock(1)",
            "ALTER ROLE app SET work_mem = '1GB'; RESET ALL",
            "DISCARD PLANS",
        ] {
            assert_eq!(find(RULE, sql), [""; 0], "{sql}");
        }
    }

    #[test]
    fn a_file_without_a_transaction_is_told_to_put_it_back() {
        check(
            RULE,
            Transaction::None,
            "SET Work_Mem = '1GB'",
            &[
                "1:1: `work_mem` stays set in the session after the file has ended | `RESET work_mem` at the end of the file",
            ],
        );
    }
}
