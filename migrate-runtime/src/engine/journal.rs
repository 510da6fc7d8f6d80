//! Running a `no-transaction` file: statement by statement, resumed where an earlier run stopped.

use std::time::{Duration, Instant};

use super::apply::{PASSING, up};
use super::backoff::Backoff;
use super::history::History;
use super::outside::committing;
use super::plan::Step;
use super::progress::{Next, Resume};
use super::sql::{self, Basis, Before, Direction, ScriptRef};
use super::{Engine, Outcome, own_signal, refused};
use crate::error::{Error, Kind};
use crate::event::Event;
use crate::migrations::{Statement, StatementKind};
use crate::session::{Sent, SessionError};

/// The file under way, and what its journal needs to know.
pub(super) struct Journal<'j> {
    pub(super) direction: Direction,
    pub(super) item: ScriptRef<'j>,
    /// Where an earlier run has stopped.
    resume: Option<&'j Resume>,
    /// The message that gives back the lock and the session.
    leave: String,
    /// What the session was like, and the server process that has the lock.
    pub(super) before: Before,
}

impl Journal<'_> {
    fn of(&self) -> usize {
        self.item.script.statements.len()
    }

    /// How many statements an earlier run has finished.
    fn done(&self) -> usize {
        self.resume.map_or(0, |resume| resume.done)
    }

    /// What an earlier run has left of this statement.
    pub(super) fn next(&self, number: usize) -> &Next {
        match self.resume {
            Some(resume) if resume.done == number => &resume.next,
            _ => &Next::Untouched,
        }
    }
}

impl<'e> Engine<'e, '_> {
    /// Applies, or goes on with, a `no-transaction` file.
    pub(super) async fn apply_journaled(
        &mut self,
        step: &Step<'e>,
        history: &History,
    ) -> Result<Outcome, Error> {
        let started = Instant::now();
        let item = up(step);
        let outcome = self
            .journal(Direction::Up, item, step.resume.as_ref(), history)
            .await?;
        if outcome == Outcome::Done {
            self.applied(&step.migration, started.elapsed(), 1);
        }
        Ok(outcome)
    }

    /// Takes the lock, opens the journal, runs what is left of the file, gives the lock back.
    pub(super) async fn journal(
        &mut self,
        direction: Direction,
        item: ScriptRef<'_>,
        resume: Option<&Resume>,
        history: &History,
    ) -> Result<Outcome, Error> {
        let sql = self.opening(direction, item, resume, history);
        let unlock = sql::unlock(self.table);
        self.session.may_hold_lock(unlock.clone());
        let before = match self.session.begin_journal(&sql, &unlock).await {
            Ok(reply) => Before::read(&reply, self.limits()),
            Err(failure) => {
                self.session.holds_nothing();
                return match own_signal(self.table, &failure) {
                    Some(outcome) => Ok(outcome),
                    // Another instance has advanced this journal.
                    None if is_guard(&failure) => Ok(Outcome::HistoryChanged),
                    None if is_pooled(&failure) => {
                        Err(refused_to("open the journal of", &item, failure))
                    }
                    None => Err(self
                        .refused(
                            format!("open the journal of {}", item.script.path()),
                            failure,
                        )
                        .await),
                };
            }
        };
        let journal = Journal {
            direction,
            item,
            resume,
            leave: sql::leave(self.table, &before),
            before,
        };
        self.session.must_be_restored(journal.leave.clone());
        self.emit(&Event::Started {
            version: item.version,
            file: &item.script.path(),
            resumed_at: journal.done(),
        });
        let ran = self.run_statements(&journal).await;
        let left = self.leave(&journal).await;
        let outcome = ran?;
        match left {
            // The lock is gone with the server connection that held it.
            Err(failure) if !is_pooled(&failure) => Err(refused_to(
                "release the migration lock after",
                &item,
                failure,
            )),
            _ => Ok(outcome),
        }
    }

    fn opening(
        &self,
        direction: Direction,
        item: ScriptRef<'_>,
        resume: Option<&Resume>,
        history: &History,
    ) -> String {
        let basis = Basis::of(history);
        let limits = self.limits();
        match resume {
            Some(resume) => {
                sql::resume_journal(self.table, direction, item, resume, &basis, limits)
            }
            None => sql::begin_journal(self.table, direction, item, &basis, limits),
        }
    }

    /// Releases the lock and restores the session. With a pooler that means: on the server connection that
    /// took the lock. Reaching that one may take a few attempts; if they fail, it is ended.
    async fn leave(&mut self, journal: &Journal<'_>) -> Result<(), Box<SessionError>> {
        let mut left = self.session.release().await;
        let mut attempts = 0;
        while left.as_ref().is_err_and(|failure| is_pooled(failure)) {
            if attempts >= 10 {
                // It may be lent to another client at this moment, or to this very message.
                let evict = sql::evict(self.table, journal.before.pid);
                let ended = self.session.send(&evict).await;
                if attempts == 20 || ended.is_ok_and(|reply| !reply.rows().is_empty()) {
                    break;
                }
            }
            attempts += 1;
            self.session.sleep(Duration::from_millis(20)).await;
            left = self.session.transact(&journal.leave).await.map(|_| ());
        }
        left
    }

    async fn run_statements(&mut self, journal: &Journal<'_>) -> Result<Outcome, Error> {
        let first = journal.done();
        for (number, statement) in journal.item.script.statements().enumerate() {
            if number < first {
                // What they have set is gone with the session they set it in; most of it the journal has brought back.
                if sql::is_setting(statement.sql, &journal.before.named)
                    && let Err(failure) = self.session.send(statement.sql).await
                {
                    return Err(self
                        .failed_alone(journal, number, &statement, failure)
                        .await);
                }
                continue;
            }
            self.emit(&Event::Statement {
                version: journal.item.version,
                number: number + 1,
                of: journal.of(),
                sql: statement.sql,
            });
            let left = matches!(journal.next(number), Next::Sent(Some(_)));
            let outcome = match statement.kind {
                StatementKind::Transactional if !left => {
                    self.step(journal, number, &statement).await?
                }
                // It has turned out before that it refuses a transaction.
                StatementKind::Transactional => {
                    self.outside(journal, number, &committing(&statement))
                        .await?
                }
                _ => self.outside(journal, number, &statement).await?,
            };
            if outcome != Outcome::Done {
                return Ok(outcome);
            }
        }
        let (direction, version) = (journal.direction, journal.item.version);
        let sql = sql::end_journal(
            self.table,
            direction,
            version,
            journal.of(),
            &journal.before,
        );
        let sent = self.session.transact(&sql).await;
        settled(journal, sent)
    }

    /// A statement that commits together with its journal entry; locks in its way are waited out.
    async fn step(
        &mut self,
        journal: &Journal<'_>,
        number: usize,
        statement: &Statement<'_>,
    ) -> Result<Outcome, Error> {
        let message = sql::step(
            self.table,
            journal.direction,
            journal.item,
            number,
            *statement,
            self.limits(),
            &journal.before,
        );
        let mut backoff = Backoff::retrying();
        let mut attempt = 1;
        loop {
            let Err(failure) = self.session.transact_file(&message).await else {
                return Ok(Outcome::Done);
            };
            if is_guard(&failure) {
                return Ok(Outcome::HistoryChanged);
            }
            if is_pooled(&failure) {
                return Err(refused_to("apply", &journal.item, failure));
            }
            // It is rolled back. What refuses a transaction, or commits, cannot be told from its text where a
            // procedure or an extension does so.
            if matches!(failure.code(), "2D000" | "25001") && !begins_with_set(statement.sql) {
                return self.outside(journal, number, &committing(statement)).await;
            }
            let passing = PASSING.contains(&failure.code());
            let blocker = self.blocker(&failure, &[statement.sql]).await;
            if !passing || attempt > self.options.retries {
                return Err(self
                    .failed_statement(
                        &message,
                        &journal.item,
                        failure,
                        (number, true),
                        attempt,
                        blocker,
                    )
                    .await);
            }
            let delay = backoff.delay();
            self.retried(&[journal.item], &failure, blocker.as_ref(), attempt, delay);
            self.session.sleep(delay).await;
            self.refuse_stopped()?;
            attempt += 1;
        }
    }
}

pub(super) fn settled(journal: &Journal<'_>, sent: Sent) -> Result<Outcome, Error> {
    match sent {
        Ok(_) => Ok(Outcome::Done),
        Err(failure) if is_guard(&failure) => Ok(Outcome::HistoryChanged),
        Err(failure) => Err(refused_to("record the progress of", &journal.item, failure)),
    }
}

pub(super) fn undecided(item: &ScriptRef<'_>, number: usize, reason: &str) -> Error {
    Error::new(Kind::Interrupted {
        version: item.version,
        file: item.script.path(),
        statement: number + 1,
        of: item.script.statements.len(),
        reason: reason.to_owned(),
    })
}

/// The error of a failed message of the engine for this file. `verb` goes before the file's name.
pub(super) fn refused_to(verb: &str, item: &ScriptRef<'_>, failure: Box<SessionError>) -> Error {
    let file = item.script.path();
    if is_pooled(&failure) {
        return Error::new(Kind::Pooled { file });
    }
    if failure.is_connection() {
        return Error::new(Kind::Connection {
            doing: format!("{verb} {file}"),
            whole: false,
            source: failure.source,
        });
    }
    refused(format!("{verb} {file}"), failure)
}

/// Whether the message reached another server connection than the one that took the lock.
fn is_pooled(failure: &SessionError) -> bool {
    failure.asserts(sql::POOLED)
}

/// Those that want to be the first in their transaction are refused in ours, and do nothing without one.
fn begins_with_set(sql: &str) -> bool {
    let word = sql.split_whitespace().next().unwrap_or_default();
    word.eq_ignore_ascii_case("set")
}

/// The journal is not where this run left it: another run has it.
fn is_guard(failure: &SessionError) -> bool {
    failure.asserts(sql::GUARD)
}
