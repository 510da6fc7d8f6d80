//! Something that is left behind in the session: a setting, a role, a temporary table, a lock.
//!
//! The connection outlives the file. What a file leaves there reaches the migrations after it, and the
//! application, whose pool hands the connection to anybody. `pg_advisory_unlock_all()` and `DISCARD ALL`
//! take away what others have put there, migrate's own lock among it.
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
//! Say `LOCAL`, which ends with the transaction. Of `set_config`, the third argument says so:
//!
//! ```sql
//! SET LOCAL search_path TO app;
//! SELECT set_config('app.user', 'migration', true);
//! CREATE TEMPORARY TABLE batch (id bigint) ON COMMIT DROP;
//! ```
//!
//! A file without a transaction has nothing that `LOCAL` could end with. There, put things back at the end:
//!
//! ```sql
//! -- migrate: no-transaction
//! SET maintenance_work_mem = '1GB';
//! CREATE INDEX CONCURRENTLY orders_user_id_idx ON orders (user_id);
//! RESET maintenance_work_mem;
//! ```
//!
//! What functions and `DO` blocks do is not looked at.

use migrate_sql::ast::Relation;
use migrate_sql::ast::symbols as w;
use migrate_sql::grammar::{Node, Symbol};
use migrate_sql::scanner::Reader;
use migrate_sql::scanner::{Keyword as K, TokenKind};

use crate::diagnostics::Diagnostic;
use crate::lint::rule::{Check, Rule};
use crate::lint::subject::Subject;
use crate::migration::Transaction;
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "session-state-leak",
    level: Level::Deny,
    summary: "a setting, a role, a table or a lock is left behind in the session",
    allowable: true,
    source: include_str!("session_state_leak.rs"),
    check: Check::File(check),
};

/// What a statement leaves behind.
struct Leak<'a> {
    node: Node<'a>,
    /// By what a later statement can put it back.
    key: String,
    message: String,
    help: &'static str,
}

const LOCAL: &str = "write `SET LOCAL`, which ends with the transaction";
const RESET: &str = "`RESET` it at the end of the file";

/// The statements that leave something behind or put it back.
const MAY_MATTER: [Symbol; 8] = [
    w::CREATE_AS,
    w::CREATE_TABLE,
    w::DISCARD,
    w::DROP_STATEMENT,
    w::LISTEN,
    w::SELECT,
    w::VARIABLE_RESET,
    w::VARIABLE_SET,
];

fn check(subject: &Subject<'_>) -> Vec<Diagnostic> {
    // Only statements with one of these words, or one of these functions, leave anything behind.
    let vocabulary = &subject.source.analysis.vocabulary;
    let words = [K::Set, K::Discard, K::Listen, K::Temp, K::Temporary];
    let may_call = vocabulary.may_set_config() || vocabulary.has_name_of("pg_advisory_lock".len());
    if !may_call && !vocabulary.has_any(&words) {
        return Vec::new();
    }
    let mut leaks: Vec<Leak<'_>> = Vec::new();
    for node in subject
        .source
        .trees()
        .filter(|node| MAY_MATTER.contains(&node.symbol()))
    {
        put_back(subject, node, &mut leaks);
        leaks.extend(leak(subject, node));
    }
    leaks
        .into_iter()
        .map(|leak| {
            RULE.finding(subject, subject.source.headline(leak.node), leak.message)
                .help(leak.help)
        })
        .collect()
}

/// Forgets what this statement puts back.
fn put_back(subject: &Subject<'_>, node: Node<'_>, leaks: &mut Vec<Leak<'_>>) {
    let mut rest = subject.source.reader(node);
    match node.symbol() {
        w::VARIABLE_RESET => {
            rest.accept(K::Reset);
            if rest.accept(K::All) {
                leaks.retain(|leak| leak.key == "role" || leak.key.starts_with(['.', '(']));
            } else {
                let key = key(&mut rest);
                leaks.retain(|leak| leak.key != key);
            }
        }
        w::VARIABLE_SET => {
            rest.accept(K::Set);
            rest.accept(K::Session);
            let key = key(&mut rest);
            if sets_default(&mut rest) {
                leaks.retain(|leak| leak.key != key);
            }
        }
        w::DROP_STATEMENT if rest.accept_all(&[K::Drop, K::Table]) => {
            rest.accept_all(&[K::If, K::Exists]);
            while let Some(table) = rest.qualified_name().and_then(Relation::of) {
                leaks.retain(|leak| leak.key != format!(".{}", table.name));
                rest.accept_char(b',');
            }
        }
        w::SELECT => {
            while let Some(name) = rest.read_call() {
                if name.starts_with("pg_advisory_unlock") {
                    leaks.retain(|leak| leak.key != "(lock");
                }
            }
        }
        _ => {}
    }
}

fn leak<'a>(subject: &Subject<'_>, node: Node<'a>) -> Option<Leak<'a>> {
    let leak = |key: String, message: String, help| {
        Some(Leak {
            node,
            key,
            message,
            help,
        })
    };
    let mut rest = subject.source.reader(node);
    match node.symbol() {
        w::VARIABLE_SET => {
            rest.accept(K::Set);
            if rest.accept(K::Local) || rest.peek()?.is(K::Transaction) {
                return None;
            }
            rest.accept(K::Session);
            let key = key(&mut rest);
            if sets_default(&mut rest) {
                return None;
            }
            let message = format!("`{key}` stays set in the session when the file has ended");
            leak(key, message, local_or_reset(subject))
        }
        w::DISCARD if rest.accept(K::Discard) && !rest.accept_any(&[K::Plans, K::Sequences]) => {
            leak(
                "(discard".to_owned(),
                "takes away what others have put into the session".to_owned(),
                "remove it",
            )
        }
        w::LISTEN => leak(
            "(listen".to_owned(),
            "the session listens on when the file has ended".to_owned(),
            "leave it to the application, on a connection of its own",
        ),
        w::CREATE_TABLE | w::CREATE_AS => {
            let words = node.child(w::TEMPORARY)?;
            let is_temporary = !words.is_empty()
                && subject
                    .source
                    .tokens(words)
                    .iter()
                    .any(|word| word.is(K::Temp) || word.is(K::Temporary));
            if !is_temporary {
                return None;
            }
            let drops = node.find(w::ON_COMMIT).is_some_and(|words| {
                let last = subject.source.tokens(words).last();
                last.is_some_and(|last| last.is(K::Drop))
            });
            if drops {
                return None;
            }
            let name = node.find(w::QUALIFIED_NAME)?;
            let name = subject.source.relation(name)?.name;
            let help = match subject.transaction {
                Transaction::Single => "add `ON COMMIT DROP`",
                Transaction::None => "drop it at the end of the file",
            };
            let message = format!(
                "the temporary table `{name}` stays in the session when the file has ended"
            );
            leak(format!(".{name}"), message, help)
        }
        w::SELECT => {
            called(subject, &mut rest).and_then(|(key, message, help)| leak(key, message, help))
        }
        _ => None,
    }
}

/// What a function that a query calls leaves behind.
fn called(subject: &Subject<'_>, rest: &mut Reader<'_>) -> Option<(String, String, &'static str)> {
    while let Some(name) = rest.read_call() {
        match name.as_str() {
            "set_config" => {
                let mut arguments = rest.clone().bracketed();
                let setting = arguments.string().unwrap_or_else(|| "a setting".to_owned());
                let mut last = None;
                while let Some(token) = arguments.read() {
                    last = Some(token.kind);
                }
                // Anything but a plain word may be true.
                if last == Some(TokenKind::Keyword(K::False)) {
                    let message =
                        format!("`{setting}` stays set in the session when the file has ended");
                    let help = match subject.transaction {
                        Transaction::Single => {
                            "give `true` as the last argument: it then ends with the transaction"
                        }
                        Transaction::None => RESET,
                    };
                    return Some((setting, message, help));
                }
            }
            "pg_advisory_unlock_all" => {
                return Some((
                    "(unlock".to_owned(),
                    "takes away locks that others hold in the session, migrate among them"
                        .to_owned(),
                    "unlock by number what the file has locked",
                ));
            }
            "pg_advisory_lock"
            | "pg_try_advisory_lock"
            | "pg_advisory_lock_shared"
            | "pg_try_advisory_lock_shared" => {
                return Some((
                    "(lock".to_owned(),
                    "the lock stays in the session when the file has ended".to_owned(),
                    "use `pg_advisory_xact_lock`, which ends with the transaction",
                ));
            }
            _ => {}
        }
    }
    None
}

const fn local_or_reset(subject: &Subject<'_>) -> &'static str {
    match subject.transaction {
        Transaction::Single => LOCAL,
        Transaction::None => RESET,
    }
}

/// What is set or reset, by the name that `RESET` gives it.
fn key(rest: &mut Reader<'_>) -> String {
    if rest.accept_all(&[K::Time, K::Zone]) {
        return "timezone".to_owned();
    }
    rest.accept(K::Session);
    if rest.accept(K::Authorization) {
        return "session authorization".to_owned();
    }
    if rest.accept(K::Characteristics) {
        return "default_transaction".to_owned();
    }
    let Some(name) = rest.qualified_name() else {
        return String::new();
    };
    match name.join(".").as_str() {
        "names" => "client_encoding".to_owned(),
        "schema" => "search_path".to_owned(),
        name => name.to_ascii_lowercase(),
    }
}

/// Behind the name: whether it is set back, which `RESET` does as well.
fn sets_default(rest: &mut Reader<'_>) -> bool {
    if !rest.accept(K::To) {
        rest.accept_char(b'=');
    }
    rest.accept_any(&[K::Default, K::None])
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
                "1:1: `work_mem` stays set in the session when the file has ended | `RESET` it at the end of the file",
            ],
        );
    }
}
