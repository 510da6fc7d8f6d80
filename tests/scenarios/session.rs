//! The engine over a scripted session: replies in, messages out, no server.

use std::collections::VecDeque;
use std::future::{Future, ready};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use migrate_runtime::{DatabaseError, Reply, Session, SessionError};

use crate::set::Set;

/// Answers from a list; remembers what it was sent.
#[derive(Default)]
struct Script {
    replies: VecDeque<Result<Reply, SessionError>>,
    sent: Vec<String>,
    slept: usize,
}

impl Session for Script {
    fn send(&mut self, sql: &str) -> impl Future<Output = Result<Reply, SessionError>> + Send {
        self.sent.push(sql.to_owned());
        ready(
            self.replies
                .pop_front()
                .unwrap_or_else(|| Ok(Reply::default())),
        )
    }

    fn sleep(&mut self, _: Duration) -> impl Future<Output = ()> + Send {
        self.slept += 1;
        ready(())
    }
}

fn failure(code: &str, message: &str) -> Result<Reply, SessionError> {
    let error = DatabaseError::new(code, message);
    Err(SessionError::database(error, "scripted"))
}

fn broken() -> Result<Reply, SessionError> {
    Err(SessionError::connection("connection reset"))
}

fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("a scripted session never waits"),
    }
}

/// A history without rows.
fn no_rows() -> Reply {
    let mut reply = Reply::default();
    reply.push_row(
        ["now", "now", "session"]
            .map(|value| Some(value.to_owned()))
            .to_vec(),
    );
    reply
}

fn one() -> Set {
    Set::new(&[("1_a.sql", "SELECT 1")])
}

#[test]
fn a_transactional_migration_is_one_message() {
    let set = one().load();
    let mut script = Script {
        replies: [Ok(no_rows())].into(),
        ..Script::default()
    };
    let report = now(set.runner().run_with(&mut script)).unwrap();
    assert_eq!(report.applied.len(), 1);
    let sql = &script.sent[1];
    let mut at = 0;
    for part in [
        "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;",
        "'statement_timeout', '0', true)",
        "LOCK TABLE ONLY \"public\".\"schema_migrations\" IN ROW EXCLUSIVE MODE NOWAIT",
        "pg_try_advisory_xact_lock(5134849380692793654)",
        "'migrate.before'",
        "'lock_timeout', '800', true)",
        "INSERT INTO \"public\".\"schema_migrations\"",
        ";SELECT 1\n;",
        "pg_catalog.count(pg_catalog.set_config(",
        "UPDATE \"public\".\"schema_migrations\" SET state = 'applied'",
        ";COMMIT;",
    ] {
        let found = sql[at..].find(part);
        assert!(found.is_some(), "{part} is not where it belongs in {sql}");
        at += found.unwrap();
    }
    assert_eq!(script.sent.len(), 2);
}

#[test]
fn a_busy_lock_is_polled_with_sleeps_and_never_waited_for() {
    let set = one().load();
    let busy = || {
        failure(
            "22P02",
            "invalid input syntax for type integer: \"migrate:busy\"",
        )
    };
    let mut script = Script {
        replies: [
            Ok(no_rows()),
            busy(),
            Ok(Reply::default()),
            Ok(no_rows()),
            Ok(no_rows()),
            Ok(no_rows()),
            Ok(no_rows()),
        ]
        .into(),
        ..Script::default()
    };
    now(set.runner().run_with(&mut script)).unwrap();
    let kinds: Vec<&str> = script
        .sent
        .iter()
        .map(|sql| sql.split(' ').next().unwrap())
        .collect();
    // Look; attempt, roll back; look, sleep, look; attempt.
    assert_eq!(kinds[..3], ["LOCK", "BEGIN", "ROLLBACK"]);
    assert!(script.slept >= 1);
    assert!(
        script
            .sent
            .iter()
            .all(|sql| !sql.contains("pg_advisory_lock(")),
        "{kinds:?}"
    );
    assert!(script.sent.last().unwrap().starts_with("BEGIN"));
}

#[test]
fn a_rollback_that_a_short_timeout_cuts_off_is_sent_again() {
    let alone = "-- migrate: no-transaction\nCREATE INDEX CONCURRENTLY i ON t (a)";
    for (text, gives_back) in [("SELECT 1", "ROLLBACK"), (alone, "pg_advisory_unlock(")] {
        let set = Set::new(&[("1_a.sql", text)]).load();
        let mut script = Script {
            replies: [
                Ok(no_rows()),
                failure(
                    "22P02",
                    "invalid input syntax for type integer: \"migrate:busy\"",
                ),
                failure("57014", "canceling statement due to statement timeout"),
                broken(),
            ]
            .into(),
            ..Script::default()
        };
        let _ = now(set.runner().run_with(&mut script));
        for sql in &script.sent[2..4] {
            assert!(sql.starts_with("ROLLBACK"), "{sql}");
            assert!(sql.contains(gives_back), "{sql}");
        }
    }
}

#[test]
fn a_lost_connection_is_not_retried_and_says_that_the_outcome_is_unknown() {
    let set = one().load();
    let mut script = Script {
        replies: [Ok(no_rows()), broken()].into(),
        ..Script::default()
    };
    let error = now(set.runner().run_with(&mut script)).unwrap_err();
    assert!(error.is_connection());
    assert_eq!(script.sent.len(), 2);
    insta::assert_debug_snapshot!(error, @r"
    could not apply migrations/1_a.sql: the connection failed
      caused by: connection reset
      = help: run again to continue: what is committed is in the history
    ");
}

#[test]
fn a_failed_rollback_does_not_hide_the_error() {
    let set = one().load();
    let mut script = Script {
        replies: [
            Ok(no_rows()),
            failure("22012", "division by zero"),
            broken(),
        ]
        .into(),
        ..Script::default()
    };
    let error = now(set.runner().run_with(&mut script)).unwrap_err();
    assert_eq!(error.sqlstate(), Some("22012"));
}

#[test]
fn retries_are_bounded() {
    let set = one().load();
    let mut replies: VecDeque<_> = [Ok(no_rows())].into();
    for attempt in 0..20 {
        replies.push_back(failure("40P01", "deadlock detected"));
        replies.push_back(Ok(Reply::default()));
        if attempt == 0 {
            // Before the first sleep: how long the server lets a session be silent.
            replies.push_back(Ok(Reply::default()));
        }
    }
    let mut script = Script {
        replies,
        ..Script::default()
    };
    let error = now(set.runner().retries(3).run_with(&mut script)).unwrap_err();
    assert_eq!(error.sqlstate(), Some("40P01"));
    assert_eq!(script.slept, 3);
    let text = format!("{error:#}");
    assert!(text.contains("= attempts: 4"), "{text}");
}

#[test]
fn a_history_row_that_cannot_be_read_is_an_error() {
    let set = one().load();
    let mut reply = no_rows();
    reply.push_row(
        ["not a number", "row"]
            .map(|value| Some(value.to_owned()))
            .to_vec(),
    );
    let mut script = Script {
        replies: [Ok(reply)].into(),
        ..Script::default()
    };
    let error = now(set.runner().run_with(&mut script)).unwrap_err();
    assert!(error.to_string().contains("cannot be read"), "{error}");
}

#[test]
fn a_session_that_loses_rows_is_an_error() {
    let set = one().load();
    let mut script = Script {
        replies: [Ok(Reply::default())].into(),
        ..Script::default()
    };
    let error = now(set.runner().run_with(&mut script)).unwrap_err();
    assert_eq!(script.sent.len(), 1);
    assert!(error.to_string().contains("did not return"), "{error}");
}

#[test]
fn a_server_that_ends_the_connection_is_a_lost_connection() {
    for code in ["57P01", "57P02", "25P03", "08P01"] {
        let set = one().load();
        let mut script = Script {
            replies: [
                Ok(no_rows()),
                failure(code, "terminating connection"),
                broken(),
            ]
            .into(),
            ..Script::default()
        };
        let error = now(set.runner().run_with(&mut script)).unwrap_err();
        assert!(error.is_connection(), "{error}");
        // Look, attempt, roll back: nothing is tried on a connection that is gone.
        assert_eq!(script.sent.len(), 3);
    }
}
