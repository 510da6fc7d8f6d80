//! One statement a message: for a server, or a proxy before it, that refuses several.
//!
//! What would travel in one message is then sent piece by piece in one transaction, so nothing changes but the number of
//! round trips. A transaction is open between messages then, and the server ends it when it hears nothing for 10 s.

use std::ops::Range;

use super::cut_off::{ATTEMPTS, CUT_OFF};
use super::sql;
use crate::session::{AnySession, Reply, Sent, SessionError};
use crate::text;

/// A message, and where its statements begin and end, if that cannot be seen from it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text<'t> {
    pub(super) sql: &'t str,
    pub(super) pieces: Option<&'t [Range<usize>]>,
}

impl<'t> Text<'t> {
    /// A message that holds nothing of a file.
    pub(super) fn ours(sql: &'t str) -> Self {
        Self { sql, pieces: None }
    }

    /// A message with a file in it, whose statements the build has found.
    pub(super) fn of(message: &'t sql::Message) -> Self {
        Self {
            sql: &message.sql,
            pieces: Some(&message.pieces),
        }
    }

    /// Whether the message begins a transaction.
    pub(super) fn begins(self) -> bool {
        self.sql.starts_with("BEGIN")
    }

    /// Whether the message ends a transaction that may have failed, which answers no question.
    pub(super) fn ends(self) -> bool {
        self.sql.starts_with("ROLLBACK")
    }

    fn pieces(self) -> Vec<Range<usize>> {
        self.pieces
            .map_or_else(|| sql::pieces(self.sql), <[Range<usize>]>::to_vec)
    }
}

/// What is known of the session in this mode.
#[derive(Debug, Default)]
pub(super) struct Singly {
    found: Option<Found>,
    /// Our transaction is open.
    inside: bool,
}

/// What the first message asks.
#[derive(Debug, Clone, Copy, Default)]
struct Found {
    /// The connection had an open transaction when the operation began.
    in_transaction: bool,
    /// Positions of errors count bytes.
    in_bytes: bool,
}

impl Singly {
    /// Whether the connection had an open transaction when the operation began.
    pub(super) fn is_in_transaction(&self) -> bool {
        self.found.is_some_and(|found| found.in_transaction)
    }

    /// Whether our transaction is open.
    pub(super) fn is_inside(&self) -> bool {
        self.inside
    }

    /// Sends the statements of `text` one by one, as far as the first that fails, and answers as if they had been one
    /// message.
    pub(super) async fn send(&mut self, session: &mut dyn AnySession, text: Text<'_>) -> Sent {
        let found = self.found.unwrap_or_default();
        let pieces = text.pieces();
        let opens = text.begins() || text.ends();
        // A message of several statements is one transaction, even where it begins none.
        let wraps = pieces.len() > 1 && !opens && !self.inside && !found.in_transaction;
        if wraps {
            self.begin(session).await?;
        }
        let mut reply = Reply::default();
        for (number, piece) in pieces.into_iter().enumerate() {
            let statement = text.sql.get(piece.clone()).unwrap_or_default();
            let sent = session.send_boxed(statement).await;
            let ends = statement == "COMMIT" || statement == "ROLLBACK";
            self.inside &= !ends;
            match sent {
                Ok(rows) => reply.append(rows),
                Err(mut failure) => {
                    if wraps {
                        self.roll_back(session).await;
                    }
                    place(&mut failure, text.sql, piece.start, number, found);
                    return Err(failure);
                }
            }
            if statement.starts_with("BEGIN") {
                self.begun(session).await?;
            }
        }
        if wraps {
            self.inside = false;
            session.send_boxed("COMMIT").await?;
        }
        Ok(reply)
    }

    /// The statements of `text`, for a caller that waits for no answer.
    pub(super) fn statements(text: Text<'_>) -> Vec<&str> {
        let pieces = text.pieces().into_iter();
        pieces.filter_map(|piece| text.sql.get(piece)).collect()
    }

    /// Begins a transaction for a message that begins none.
    async fn begin(&mut self, session: &mut dyn AnySession) -> Result<(), Box<SessionError>> {
        let mut begun = session.send_boxed("BEGIN").await.map(|_| ());
        for first in [sql::LIFT, &sql::think()] {
            if begun.is_ok() {
                begun = session.send_boxed(first).await.map(|_| ());
            }
        }
        self.inside = true;
        if begun
            .as_ref()
            .is_err_and(|failure| failure.database.is_some())
        {
            self.roll_back(session).await;
        }
        begun
    }

    async fn roll_back(&mut self, session: &mut dyn AnySession) {
        let _ = session.send_boxed("ROLLBACK").await;
        self.inside = false;
    }

    /// Bounds the silence between the messages of a transaction.
    async fn begun(&mut self, session: &mut dyn AnySession) -> Result<(), Box<SessionError>> {
        self.inside = true;
        session.send_boxed(&sql::think()).await.map(|_| ())
    }

    /// Asks what [`send`](Self::send) has to know, once. Two messages have the same time only in one transaction. (The time of a statement would not do: a proxy
    /// may send it as a prepared one, whose parts come at different times.)
    pub(super) async fn find(
        &mut self,
        session: &mut dyn AnySession,
    ) -> Result<(), Box<SessionError>> {
        if self.found.is_some() {
            return Ok(());
        }
        let mut first = session.send_boxed(sql::MOMENT).await;
        for _ in 0..ATTEMPTS {
            if first
                .as_ref()
                .is_err_and(|failure| failure.code() == CUT_OFF)
            {
                first = session.send_boxed(sql::MOMENT).await;
            }
        }
        let first = first?;
        let second = session.send_boxed(sql::MOMENT).await?;
        let [first, second] = [&first, &second].map(|reply| reply.rows().first());
        let time = second.and_then(|row| row.text(0));
        self.found = Some(Found {
            in_transaction: time.is_some() && first.and_then(|row| row.text(0)) == time,
            in_bytes: second.and_then(|row| row.text(1)) == Some("SQL_ASCII"),
        });
        Ok(())
    }
}

/// Whether a message was refused because it holds several statements: a syntax error that is nowhere in its text, as
/// PostgreSQL reports it for a prepared statement. Where it means something else, to send the statements one by one does
/// no harm: nothing of the message was kept.
pub(super) fn refuses_several(failure: &SessionError) -> bool {
    failure.database.as_deref().is_some_and(|error| {
        error.code == "42601" && error.position.is_none() && error.internal.is_none()
    })
}

/// Makes the failure of the `number`th statement, which begins at a byte of the message, that of the whole message.
fn place(failure: &mut SessionError, sql: &str, start: usize, number: usize, found: Found) {
    failure.completed = Some(number);
    if let Some(error) = failure.database.as_mut()
        && let Some(position) = error.position
    {
        let before = if found.in_bytes {
            start
        } else {
            text::characters(sql.get(..start).unwrap_or_default())
        };
        error.position = u32::try_from(before)
            .ok()
            .and_then(|before| before.checked_add(position));
    }
}
