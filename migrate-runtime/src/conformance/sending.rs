//! A message leaves whole and at once, on one connection, and the next finds it answered.

use std::pin::pin;
use std::task::{Context, Waker};
use std::time::{Duration, Instant};

use super::probe::{Found, ask, rows, told};
use crate::session::{Session, SessionError};

/// A key of our own, for locks that the other session can see.
const KEY: &str = "7239551938177315";

pub(super) async fn sends_one_message<S: Session>(session: &mut S, _: &mut S) -> Found {
    let sql = "SELECT pg_catalog.statement_timestamp();SELECT pg_catalog.pg_sleep(0.01);\
        SELECT pg_catalog.statement_timestamp(), pg_catalog.transaction_timestamp()";
    let failed = |failure: &SessionError| failure.code() == "42601";
    let reply = match session.send(sql).await {
        Err(failure) if failed(&failure) => {
            return Err(format!(
                "`{sql}` failed ({}): the session must use the simple-query protocol, which takes several statements in one \
                 message, and not prepare them",
                told(&failure)
            ));
        }
        sent => sent.map_err(|failure| format!("`{sql}` failed: {}", told(&failure)))?,
    };
    let texts: Vec<Option<String>> = reply.values().flatten().cloned().collect();
    match texts.as_slice() {
        [first, _, last, begun] if first == last && begun == last => Ok(()),
        [first, _, last, _] if first != last => Err(format!(
            "the statements of `{sql}` came to the server at different times: `send` must pass its text on as one message \
             and not cut it up"
        )),
        [_, _, _, _] => Err(format!(
            "a transaction was open before `{sql}`: the session must not begin one by itself"
        )),
        _ => Err(format!(
            "`{sql}` returned {texts:?}: the rows of its three statements must come"
        )),
    }
}

pub(super) async fn keeps_one_connection<S: Session>(session: &mut S, _: &mut S) -> Found {
    let sql = "BEGIN;SELECT pg_catalog.pg_backend_pid(), pg_catalog.transaction_timestamp()";
    let first = ask(session, sql, sql).await?;
    let sql = "SELECT pg_catalog.pg_backend_pid(), pg_catalog.transaction_timestamp()";
    let second = ask(session, sql, sql).await?;
    ask(session, "ROLLBACK", "ROLLBACK").await?;
    if first == second {
        return Ok(());
    }
    Err("two messages, the first with BEGIN, met different connections or transactions: every message of a session must go to \
         the same connection, and the transaction that one begins is open for the next"
        .to_owned())
}

pub(super) async fn sends_at_the_first_poll<S: Session>(session: &mut S, other: &mut S) -> Found {
    poll_once(session.send(&format!("SELECT pg_catalog.pg_advisory_lock({KEY})")));
    if is_held(other, true).await? {
        return Ok(());
    }
    Err("a message whose future was polled once and then dropped did not come to the server: it must leave with the first poll"
        .to_owned())
}

pub(super) async fn sends_a_last_message<S: Session>(session: &mut S, other: &mut S) -> Found {
    let sql = format!("BEGIN;SELECT pg_catalog.pg_advisory_xact_lock({KEY})");
    ask(session, &sql, &sql).await?;
    poll_once(session.send("SELECT 'of the dropped message';SELECT pg_catalog.pg_sleep(0.3)"));
    session.send_last("ROLLBACK");
    session.send_last("SELECT 'of the last message'");
    if is_held(other, false).await? {
        return Err("after a future was dropped, `send_last(\"ROLLBACK\")` did not come to the server: it must leave at once, \
             although the answer to the message before is outstanding"
            .to_owned());
    }
    let next = rows(session, "SELECT 'next'", &[&[Some("next")]]).await;
    poll_once(
        session.send("SELECT 'of the dropped message';SELECT pg_catalog.pg_sleep(0.1);SELECT 1/0"),
    );
    let after_error = rows(session, "SELECT 'next'", &[&[Some("next")]]).await;
    next.and(after_error).map_err(|words| {
        format!("{words}, after a message whose future was dropped: its answer must be read and thrown away, rows and error")
    })
}

pub(super) async fn sleeps<S: Session>(session: &mut S, _: &mut S) -> Found {
    let duration = Duration::from_millis(30);
    let begun = Instant::now();
    session.sleep(duration).await;
    let slept = begun.elapsed();
    if slept >= duration {
        return Ok(());
    }
    Err(format!(
        "`sleep` of {duration:?} was ready after {slept:?}: the engine would ask the server without a pause"
    ))
}

pub(super) async fn tells_of_a_lost_connection<S: Session>(session: &mut S, _: &mut S) -> Found {
    let sql = "SELECT pg_catalog.pg_terminate_backend(pg_catalog.pg_backend_pid())";
    if let Ok(reply) = session.send(sql).await {
        return Err(format!(
            "`{sql}` returned {reply:?}: the server has ended the connection, so it must be an error"
        ));
    }
    match session.send("SELECT 1").await {
        Err(failure) if failure.is_connection() => Ok(()),
        Err(failure) => Err(format!(
            "a message on a lost connection failed with {}: it must be `SessionError::connection`",
            told(&failure)
        )),
        Ok(_) => Err("a message after the connection was lost was answered: the session must not connect again by itself, because \
             locks and transactions are gone"
            .to_owned()),
    }
}

fn poll_once(future: impl Future) {
    let _ = pin!(future).poll(&mut Context::from_waker(Waker::noop()));
}

/// Whether a session holds the lock, as soon as that is `wanted`.
async fn is_held<S: Session>(other: &mut S, wanted: bool) -> Result<bool, String> {
    let sql = format!(
        "SELECT 'held' FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND granted \
         AND (classid::bigint << 32 | objid::bigint) = {KEY} \
         AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())"
    );
    let mut held = !wanted;
    for _ in 0..100 {
        held = ask(other, &sql, "SELECT … FROM pg_locks")
            .await?
            .values()
            .next()
            .is_some();
        if held == wanted {
            break;
        }
        // What drives the first session has to get on in the meantime.
        other.sleep(Duration::from_millis(20)).await;
    }
    Ok(held)
}
