//! Running a `no-transaction` file: statement by statement, resumed where an earlier run stopped.

use std::borrow::Cow;
use std::time::{Duration, Instant};

use super::apply::{PASSING, up};
use super::backoff::Backoff;
use super::history::History;
use super::message::{self, Before, Direction, Item};
use super::plan::Step;
use super::{Engine, Outcome, refused, signal};
use crate::error::{Error, Kind};
use crate::event::Event;
use crate::migrations::{Statement, StatementKind};
use crate::session::{Failure, Reply, Sent};
use crate::text;

/// The file under way, and what its journal needs to know.
struct Journal<'j> {
    direction: Direction,
    item: Item<'j>,
    /// The statement at which an earlier run was interrupted.
    resume: Option<usize>,
    /// The message that gives back the lock and the session.
    leave: String,
    /// What the session was like, and the server process that has the lock.
    before: Before,
}

impl Journal<'_> {
    fn of(&self) -> usize {
        self.item.script.statements.len()
    }
}

/// Whether a statement still has to run.
enum Probe {
    Run,
    /// An interrupted run had finished it without recording it.
    Done,
    /// It was interrupted, and this statement finishes it.
    Instead(String),
    /// It was interrupted, and only a person can tell what to do.
    Stop(&'static str),
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
            .journal(Direction::Up, item, step.resume, history)
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
        item: Item<'_>,
        resume: Option<usize>,
        history: &History,
    ) -> Result<Outcome, Error> {
        let sql = self.opening(direction, item, resume, history);
        let unlock = message::unlock(self.table);
        self.line.may_hold_lock(unlock.clone());
        let before = match self.line.begin_journal(&sql, &unlock).await {
            Ok(reply) => Before::read(&reply),
            Err(failure) => {
                self.line.holds_nothing();
                return match signal(self.table, &failure) {
                    Some(outcome) => Ok(outcome),
                    // Somebody else has moved this very journal on.
                    None if is_guard(&failure) => Ok(Outcome::Moved),
                    None => Err(refused_to("begin", &item, failure)),
                };
            }
        };
        let journal = Journal {
            direction,
            item,
            resume,
            leave: message::leave(self.table, &before),
            before,
        };
        self.line.must_be_restored(journal.leave.clone());
        self.emit(&Event::Started {
            version: item.version,
            file: &item.script.path(),
            resumed_at: resume.unwrap_or_default(),
        });
        let ran = self.run_statements(&journal).await;
        let left = self.leave(&journal).await;
        let outcome = ran?;
        match left {
            // The lock went with the server connection that had it.
            Err(failure) if !is_pooled(&failure) => Err(refused_to("end", &item, failure)),
            _ => Ok(outcome),
        }
    }

    fn opening(
        &self,
        direction: Direction,
        item: Item<'_>,
        resume: Option<usize>,
        history: &History,
    ) -> String {
        let newest = history.newest();
        let path = self.options.search_path.as_deref();
        match resume {
            Some(done) => {
                message::resume_journal(self.table, direction, item.version, done, newest, path)
            }
            None => message::begin_journal(self.table, direction, item, newest, path),
        }
    }

    /// Gives back the lock and the session. Behind a pooler that means: on the server connection that
    /// took the lock, which may need a few attempts to be met, and is ended if it is not.
    async fn leave(&mut self, journal: &Journal<'_>) -> Result<(), Box<Failure>> {
        let mut left = self.line.release().await;
        let mut attempts = 0;
        while left.as_ref().is_err_and(|failure| is_pooled(failure)) {
            if attempts >= 10 {
                // It may be lent to another client at this moment, or to this very message.
                let evict = message::evict(self.table, journal.before.pid);
                let ended = self.line.send(&evict).await;
                if attempts == 20 || ended.is_ok_and(|reply| !reply.rows(0).is_empty()) {
                    break;
                }
            }
            attempts += 1;
            self.line.sleep(Duration::from_millis(20)).await;
            left = self.line.transact(&journal.leave).await.map(|_| ());
        }
        left
    }

    async fn run_statements(&mut self, journal: &Journal<'_>) -> Result<Outcome, Error> {
        let first = journal.resume.unwrap_or_default();
        for (number, statement) in journal.item.script.statements().enumerate() {
            if number < first {
                // What they have set is gone with the session they set it in; most of it the journal has brought back.
                if message::is_setting(statement.sql) {
                    self.run_alone(journal, number, &statement).await?;
                }
                continue;
            }
            self.emit(&Event::Statement {
                version: journal.item.version,
                number: number + 1,
                of: journal.of(),
                sql: statement.sql,
            });
            let outcome = if statement.kind == StatementKind::Transactional {
                self.step(journal, number, &statement).await?
            } else {
                self.outside(journal, number, &statement).await?
            };
            if outcome != Outcome::Done {
                return Ok(outcome);
            }
        }
        let (direction, version) = (journal.direction, journal.item.version);
        let sql = message::end_journal(
            self.table,
            direction,
            version,
            journal.of(),
            &journal.before,
        );
        let sent = self.line.transact(&sql).await;
        settled(journal, sent)
    }

    /// A statement that commits together with its journal entry; locks in its way are waited out.
    async fn step(
        &mut self,
        journal: &Journal<'_>,
        number: usize,
        statement: &Statement<'_>,
    ) -> Result<Outcome, Error> {
        let message = message::step(
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
            let Err(failure) = self.line.transact(&message.sql).await else {
                return Ok(Outcome::Done);
            };
            if is_guard(&failure) {
                return Ok(Outcome::Moved);
            }
            if is_pooled(&failure) {
                return Err(refused_to("apply", &journal.item, failure));
            }
            let passing = PASSING.contains(&failure.code());
            let blocker = self.blocker(&failure).await;
            if !passing || attempt > self.options.retries {
                return Err(self
                    .failed_statement(&message, &journal.item, failure, number, attempt, blocker)
                    .await);
            }
            let delay = backoff.delay();
            self.retried(&[journal.item], &failure, blocker.as_ref(), attempt, delay);
            self.line.sleep(delay).await;
            attempt += 1;
        }
    }

    /// A statement that refuses a transaction: looked into before, run alone, checked and recorded after.
    async fn outside(
        &mut self,
        journal: &Journal<'_>,
        number: usize,
        statement: &Statement<'_>,
    ) -> Result<Outcome, Error> {
        let item = &journal.item;
        let outside = message::outside(self.table, journal.before.pid);
        if let Err(failure) = self.line.transact(&outside).await {
            return Err(refused_to("prepare", item, failure));
        }
        let interrupted = journal.resume == Some(number);
        let instead = match self.probe(item, statement.kind, interrupted).await? {
            Probe::Done => None,
            Probe::Run => Some(Cow::Borrowed(statement.sql)),
            Probe::Instead(sql) => Some(Cow::Owned(sql)),
            Probe::Stop(reason) => return Err(undecided(item, number, reason)),
        };
        if let Some(sql) = instead {
            let statement = Statement {
                sql: &sql,
                ..*statement
            };
            self.run_alone(journal, number, &statement).await?;
        }
        if let StatementKind::CreateIndexConcurrently { index } = statement.kind {
            let asked = self.line.send(&message::probe_index(index)).await;
            if first_flag(&answer(item, asked)?) == Some(false) {
                let reason = format!("the index {index} is not valid after it was built");
                return Err(undecided(item, number, &reason));
            }
        }
        let (direction, version) = (journal.direction, item.version);
        let sql = message::advance(self.table, direction, version, number, &journal.before);
        let sent = self.line.transact(&sql).await;
        settled(journal, sent)
    }

    async fn run_alone(
        &mut self,
        journal: &Journal<'_>,
        number: usize,
        statement: &Statement<'_>,
    ) -> Result<(), Error> {
        let Err(failure) = self.line.send(statement.sql).await else {
            return Ok(());
        };
        let message = message::alone(number, *statement);
        Err(self
            .failed_statement(&message, &journal.item, failure, number, 1, None)
            .await)
    }

    /// Looks for what an interrupted run of this statement has left behind, and removes what is in the way.
    async fn probe(
        &mut self,
        item: &Item<'_>,
        kind: StatementKind<'_>,
        interrupted: bool,
    ) -> Result<Probe, Error> {
        let question = match kind {
            StatementKind::CreateIndexConcurrently { index } => message::probe_index(index),
            StatementKind::ReindexConcurrently { target } if interrupted && !target.is_empty() => {
                message::probe_reindex(target)
            }
            StatementKind::DetachConcurrently { parent, partition } if interrupted => {
                message::probe_detach(parent, partition)
            }
            StatementKind::Unrepeatable if interrupted => {
                return Ok(Probe::Stop(
                    "whether it took effect cannot be seen, and it must not run twice",
                ));
            }
            _ => return Ok(Probe::Run),
        };
        let asked = self.line.send(&question).await;
        let (probe, invalid) = judge(kind, interrupted, &answer(item, asked)?);
        for index in &invalid {
            if let Err(failure) = self.line.send(&message::drop_index(index)).await {
                return Err(refused(format!("drop the invalid index {index}"), failure));
            }
            self.emit(&Event::DroppedInvalidIndex {
                version: item.version,
                index,
            });
        }
        Ok(probe)
    }
}

fn answer(item: &Item<'_>, asked: Sent) -> Result<Reply, Error> {
    asked.map_err(|failure| refused_to("look into", item, failure))
}

fn settled(journal: &Journal<'_>, sent: Sent) -> Result<Outcome, Error> {
    match sent {
        Ok(_) => Ok(Outcome::Done),
        Err(failure) if is_guard(&failure) => Ok(Outcome::Moved),
        Err(failure) => Err(refused_to("record", &journal.item, failure)),
    }
}

fn undecided(item: &Item<'_>, number: usize, reason: &str) -> Error {
    Error::new(Kind::Interrupted {
        version: item.version,
        file: item.script.path(),
        statement: number + 1,
        of: item.script.statements.len(),
        reason: reason.to_owned(),
    })
}

/// A message of ours for this file that failed.
fn refused_to(verb: &str, item: &Item<'_>, failure: Box<Failure>) -> Error {
    let file = item.script.path();
    if is_pooled(&failure) {
        return Error::new(Kind::Pooled { file });
    }
    refused(format!("{verb} {file}"), failure)
}

/// What the server's answer about an interrupted statement means, and which indexes are to be dropped
/// before it runs again.
fn judge(kind: StatementKind<'_>, interrupted: bool, reply: &Reply) -> (Probe, Vec<String>) {
    match kind {
        StatementKind::CreateIndexConcurrently { index } => match first_flag(reply) {
            Some(true) if interrupted => (Probe::Done, Vec::new()),
            // `IF NOT EXISTS` would pass over an invalid index in silence.
            Some(false) => (Probe::Run, vec![index.to_owned()]),
            _ => (Probe::Run, Vec::new()),
        },
        StatementKind::DetachConcurrently { parent, partition } => {
            let probe = match first_flag(reply) {
                None => Probe::Done,
                Some(false) => Probe::Run,
                Some(true) => Probe::Instead(format!(
                    "ALTER TABLE {parent} DETACH PARTITION {partition} FINALIZE"
                )),
            };
            (probe, Vec::new())
        }
        _ => {
            let mut copies = Vec::new();
            for row in reply.rows(0) {
                copies.extend(text::owned(row.text(0)));
            }
            (Probe::Run, copies)
        }
    }
}

/// The first row's first value, if there is a row.
fn first_flag(reply: &Reply) -> Option<bool> {
    reply.rows(0).first().map(|row| row.flag(0))
}

/// The message has met another server connection than the one that took the lock.
fn is_pooled(failure: &Failure) -> bool {
    failure.asserts(message::POOLED)
}

/// The journal is not where this run left it: another run has it.
fn is_guard(failure: &Failure) -> bool {
    failure.asserts(message::GUARD)
}
