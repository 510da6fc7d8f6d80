//! A statement of a `no-transaction` file that refuses a transaction: inspected before, sent alone, recorded after.

use std::borrow::Cow;

use super::journal::{Journal, refused_to, settled};
use super::recovery::Recovery;
use super::{Engine, Outcome, sql};
use crate::error::Error;
use crate::migrations::{Statement, StatementKind};
use crate::session::SessionError;

impl Engine<'_, '_> {
    /// A statement that refuses a transaction: inspected before, sent alone, checked and recorded after.
    pub(super) async fn outside(
        &mut self,
        journal: &Journal<'_>,
        number: usize,
        statement: &Statement<'_>,
    ) -> Result<Outcome, Error> {
        let item = &journal.item;
        let outside = sql::outside(self.table, journal.before.pid);
        if let Err(failure) = self.session.transact(&outside).await {
            return Err(refused_to("prepare the session for", item, failure));
        }
        let next = journal.next(number);
        let instead = match self.recover(item, number, statement, next).await? {
            Recovery::Done => None,
            Recovery::Run => Some(Cow::Borrowed(statement.sql)),
            Recovery::Instead(sql) => Some(Cow::Owned(sql)),
        };
        if let Some(sql) = instead {
            let statement = Statement {
                sql: &sql,
                ..*statement
            };
            self.run_alone(journal, number, &statement).await?;
        }
        if let StatementKind::CreateIndexConcurrently(index) = statement.kind {
            self.check_index(item, number, &index).await?;
        }
        let sql = sql::advance(
            self.table,
            journal.direction,
            *item,
            number,
            &journal.before,
        );
        let sent = self.session.transact(&sql).await;
        settled(journal, sent)
    }

    /// Between two entries in the journal: that it is sent, and, if so, that it failed.
    async fn run_alone(
        &mut self,
        journal: &Journal<'_>,
        number: usize,
        statement: &Statement<'_>,
    ) -> Result<(), Error> {
        let (table, direction, item) = (self.table, journal.direction, journal.item);
        let mark = sql::mark(table, direction, item, number, *statement, &journal.before);
        if let Err(failure) = self.session.transact(&mark).await {
            return Err(refused_to("record the progress of", &item, failure));
        }
        let Err(failure) = self.session.send(statement.sql).await else {
            return Ok(());
        };
        if is_undone(statement, &failure) {
            // If this is lost too, the statement has to be looked for.
            let fail = sql::fail(table, direction, item.version, number, &journal.before);
            let _ = self.session.transact(&fail).await;
        }
        Err(self.failed_alone(journal, number, statement, failure).await)
    }

    pub(super) async fn failed_alone(
        &mut self,
        journal: &Journal<'_>,
        number: usize,
        statement: &Statement<'_>,
        failure: Box<SessionError>,
    ) -> Error {
        let undone = is_undone(statement, &failure);
        let message = sql::alone(number, *statement);
        self.failed_statement(&message, &journal.item, failure, (number, undone), 1, None)
            .await
    }
}

/// Whether a failure says that the statement can be sent again. One that commits while it runs may have
/// committed before it failed, unless the server found fault with its text.
fn is_undone(statement: &Statement<'_>, failure: &SessionError) -> bool {
    let position = failure.database.as_ref().map(|error| error.position);
    match statement.kind {
        StatementKind::Committing => position.flatten().is_some(),
        _ => !failure.is_connection(),
    }
}

/// A statement that is found to refuse a transaction only when it runs.
pub(super) fn committing<'s>(statement: &Statement<'s>) -> Statement<'s> {
    Statement {
        kind: StatementKind::Committing,
        ..*statement
    }
}
