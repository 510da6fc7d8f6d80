//! Messages that have to succeed or to fail, and words for what they did otherwise.

use crate::session::{DatabaseError, Reply, Session, SessionError};

/// What one check found: how the session breaks the contract, if it does.
pub(super) type Found = Result<(), String>;

/// Sends a message that must succeed; `short` stands for it in words.
pub(super) async fn ask<S: Session>(
    session: &mut S,
    sql: &str,
    short: &str,
) -> Result<Reply, String> {
    let sent = session.send(sql).await;
    sent.map_err(|failure| format!("`{short}` failed with {}: it must succeed", told(&failure)))
}

pub(super) async fn rows<S: Session>(
    session: &mut S,
    sql: &str,
    expected: &[&[Option<&str>]],
) -> Found {
    let reply = ask(session, sql, sql).await?;
    let came: Vec<Vec<Option<&str>>> = reply
        .values()
        .map(|row| row.iter().map(Option::as_deref).collect())
        .collect();
    if came == expected {
        return Ok(());
    }
    Err(format!(
        "`{sql}` returned {came:?}: every row of every statement must come, in order, with each value in text format and NULL as \
         None: {expected:?}"
    ))
}

pub(super) async fn failure<S: Session>(
    session: &mut S,
    sql: &str,
) -> Result<SessionError, String> {
    match session.send(sql).await {
        Err(failure) => Ok(failure),
        Ok(reply) => Err(format!(
            "`{sql}` returned {} rows and no error: `send` must read on until the server is ready, and return the error of \
             whichever statement has failed",
            reply.values().count()
        )),
    }
}

/// The server's error for a message that it must refuse.
pub(super) async fn refused<S: Session>(
    session: &mut S,
    sql: &str,
) -> Result<Box<DatabaseError>, String> {
    let failure = failure(session, sql).await?;
    let told = told(&failure);
    failure.database.ok_or_else(|| {
        format!("`{sql}` failed with {told}: an error that the server reports must be `SessionError::database`")
    })
}

pub(super) fn told(failure: &SessionError) -> String {
    match &failure.database {
        Some(error) => format!("SQLSTATE {}, \"{}\"", error.code, error.message),
        None => format!("`{}`, which is not an error of the server", failure.source),
    }
}
