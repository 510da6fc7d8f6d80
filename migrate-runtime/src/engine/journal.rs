//! Running a `no-transaction` file: statement by statement, resumed where an earlier run stopped.

use std::time::{Duration, Instant};

use super::apply::{PASSING, up};
use super::backoff::Backoff;
use super::history::History;
use super::message::{self, Before, Direction, Item};
use super::plan::Step;
use super::{Engine, Outcome, signal};
use crate::error::{Error, Kind};
use crate::event::Event;
use crate::migrations::{Statement, StatementKind};
use crate::session::{Failure, Session};

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

impl<'e, S: Session> Engine<'e, '_, S> {
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
        let newest = history.newest();
        let path = self.options.search_path.as_deref();
        let sql = match resume {
            Some(done) => {
                message::resume_journal(self.table, direction, item.version, done, newest, path)
            }
            None => message::begin_journal(self.table, direction, item, newest, path),
        };
        let unlock = message::unlock(self.table);
        self.line.may_hold_lock(unlock.clone());
        let before = match self.line.begin_journal(&sql, &unlock, is_pooled).await {
            Ok(reply) => reply.last_rows().first().map(|row| Before {
                settings: row.text(0).unwrap_or("{}").to_owned(),
                role: row.text(1).unwrap_or("none").to_owned(),
                user: row.text(2).unwrap_or_default().to_owned(),
                pid: row.number(3).unwrap_or_default(),
            }),
            Err(failure) => {
                self.line.holds_nothing();
                let guarded = is_guard(&failure);
                if is_pooled(&failure) {
                    return Err(self.pooled(item));
                }
                return match signal(self.table, &failure) {
                    Some(outcome) => Ok(outcome),
                    // Somebody else has moved this very journal on.
                    None if guarded => Ok(Outcome::Moved),
                    None => Err(self.refused(format!("begin {}", item.script.path()), failure)),
                };
            }
        };
        let before = before.unwrap_or_default();
        self.line
            .must_be_restored(message::leave(self.table, &before));
        self.emit(&Event::Started {
            version: item.version,
            file: &item.script.path(),
            resumed_at: resume.unwrap_or_default(),
        });
        let ran = self.run_statements(direction, item, resume, &before).await;
        let left = self.leave(&before).await;
        let outcome = ran?;
        match left {
            Ok(()) => Ok(outcome),
            // The lock went with the server connection that had it.
            Err(failure) if is_pooled(&failure) => Ok(outcome),
            Err(failure) => Err(self.refused(format!("end {}", item.script.path()), failure)),
        }
    }

    /// Gives back the lock and the session. Behind a pooler that means: on the server connection that
    /// took the lock, which may need a few attempts to be met, and is ended if it is not.
    async fn leave(&mut self, before: &Before) -> Result<(), Failure> {
        let leave = message::leave(self.table, before);
        let mut left = self.line.release().await;
        for _ in 0..10 {
            if !left.as_ref().is_err_and(is_pooled) {
                return left;
            }
            self.line.sleep(Duration::from_millis(20)).await;
            left = self.line.transact(&leave).await.map(|_| ());
        }
        if left.as_ref().is_err_and(is_pooled) {
            let evict = message::evict(self.table, before.pid);
            let _ = self.line.send(&evict).await;
        }
        left
    }

    /// What the statements before an interrupted one have set is gone with the session they set it in.
    async fn repeat_settings(&mut self, item: Item<'_>, first: usize) -> Result<(), Error> {
        for (number, statement) in item.script.statements().enumerate().take(first) {
            if is_setting(statement.sql)
                && let Err(failure) = self.line.send(statement.sql).await
            {
                let message = message::alone(number, statement);
                return Err(self
                    .failed_statement(&message, item, failure, number, 1, None)
                    .await);
            }
        }
        Ok(())
    }

    async fn run_statements(
        &mut self,
        direction: Direction,
        item: Item<'_>,
        resume: Option<usize>,
        before: &Before,
    ) -> Result<Outcome, Error> {
        let of = item.script.statements.len();
        let first = resume.unwrap_or_default();
        self.repeat_settings(item, first).await?;
        for (number, statement) in item.script.statements().enumerate().skip(first) {
            self.emit(&Event::Statement {
                version: item.version,
                number: number + 1,
                of,
                sql: statement.sql,
            });
            let interrupted = resume == Some(number);
            let outcome = if statement.kind == StatementKind::Transactional {
                self.step(direction, item, number, statement, before)
                    .await?
            } else {
                self.outside(direction, item, number, statement, interrupted, before)
                    .await?
            };
            if outcome != Outcome::Done {
                return Ok(outcome);
            }
        }
        let sql = message::end_journal(self.table, direction, item.version, of);
        self.settle(&sql, item).await
    }

    /// A statement that commits together with its journal entry; locks in its way are waited out.
    async fn step(
        &mut self,
        direction: Direction,
        item: Item<'_>,
        number: usize,
        statement: Statement<'_>,
        before: &Before,
    ) -> Result<Outcome, Error> {
        let message = message::step(
            self.table,
            direction,
            item,
            number,
            statement,
            self.limits(),
            before.pid,
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
                return Err(self.pooled(item));
            }
            let passing = PASSING.contains(&failure.code());
            let blocker = self.blocker(&failure).await;
            if !passing || attempt > self.options.retries {
                return Err(self
                    .failed_statement(&message, item, failure, number, attempt, blocker)
                    .await);
            }
            let delay = backoff.delay();
            self.retried(&[item], &failure, blocker.as_ref(), attempt, delay);
            self.line.sleep(delay).await;
            attempt += 1;
        }
    }

    /// A statement that refuses a transaction: looked into before, run alone, checked and recorded after.
    async fn outside(
        &mut self,
        direction: Direction,
        item: Item<'_>,
        number: usize,
        statement: Statement<'_>,
        interrupted: bool,
        before: &Before,
    ) -> Result<Outcome, Error> {
        let outside = message::outside(self.table, before.pid);
        let prepared = self.line.transact(&outside).await;
        if let Err(failure) = prepared {
            return Err(if is_pooled(&failure) {
                self.pooled(item)
            } else {
                self.refused(format!("prepare {}", item.script.path()), failure)
            });
        }
        let message = match self.probe(item, statement, interrupted).await? {
            Probe::Done => None,
            Probe::Run => Some(message::alone(number, statement)),
            Probe::Instead(sql) => Some(message::alone(
                number,
                Statement {
                    sql: &sql,
                    ..statement
                },
            )),
            Probe::Stop(reason) => {
                return Err(self.error(Kind::Interrupted {
                    version: item.version,
                    file: item.script.path(),
                    statement: number + 1,
                    of: item.script.statements.len(),
                    reason: reason.to_owned(),
                }));
            }
        };
        if let Some(message) = message
            && let Err(failure) = self.line.send(&message.sql).await
        {
            return Err(self
                .failed_statement(&message, item, failure, number, 1, None)
                .await);
        }
        if let StatementKind::CreateIndexConcurrently { index } = statement.kind
            && self.ask_index(item, index).await? == Some(false)
        {
            return Err(self.error(Kind::Interrupted {
                version: item.version,
                file: item.script.path(),
                statement: number + 1,
                of: item.script.statements.len(),
                reason: format!("the index {index} is not valid after it was built"),
            }));
        }
        let sql = message::advance(self.table, direction, item.version, number, before.pid);
        self.settle(&sql, item).await
    }

    /// Looks for what an interrupted run of this statement has left behind.
    async fn probe(
        &mut self,
        item: Item<'_>,
        statement: Statement<'_>,
        interrupted: bool,
    ) -> Result<Probe, Error> {
        match statement.kind {
            StatementKind::CreateIndexConcurrently { index } => {
                match self.ask_index(item, index).await? {
                    Some(true) if interrupted => Ok(Probe::Done),
                    // `IF NOT EXISTS` would pass over an invalid index in silence.
                    Some(false) => {
                        self.drop_index(item, index).await?;
                        Ok(Probe::Run)
                    }
                    _ => Ok(Probe::Run),
                }
            }
            StatementKind::ReindexConcurrently { target } if interrupted && !target.is_empty() => {
                let reply = self.ask(&message::probe_reindex(target), item).await?;
                let copies: Vec<String> = reply
                    .rows(0)
                    .iter()
                    .filter_map(|row| row.text(0).map(str::to_owned))
                    .collect();
                for copy in copies {
                    self.drop_index(item, &copy).await?;
                }
                Ok(Probe::Run)
            }
            StatementKind::DetachConcurrently { parent, partition } if interrupted => {
                let reply = self
                    .ask(&message::probe_detach(parent, partition), item)
                    .await?;
                Ok(match reply.rows(0).first().map(|row| row.flag(0)) {
                    None => Probe::Done,
                    Some(false) => Probe::Run,
                    Some(true) => Probe::Instead(format!(
                        "ALTER TABLE {parent} DETACH PARTITION {partition} FINALIZE"
                    )),
                })
            }
            StatementKind::Unrepeatable if interrupted => Ok(Probe::Stop(
                "whether it took effect cannot be seen, and it must not run twice",
            )),
            _ => Ok(Probe::Run),
        }
    }

    async fn ask_index(&mut self, item: Item<'_>, index: &str) -> Result<Option<bool>, Error> {
        let reply = self.ask(&message::probe_index(index), item).await?;
        Ok(reply.rows(0).first().map(|row| row.flag(0)))
    }

    async fn ask(&mut self, sql: &str, item: Item<'_>) -> Result<crate::session::Reply, Error> {
        let asked = self.line.send(sql).await;
        asked.map_err(|failure| self.refused(format!("look into {}", item.script.path()), failure))
    }

    async fn drop_index(&mut self, item: Item<'_>, index: &str) -> Result<(), Error> {
        let dropped = self.line.send(&message::drop_index(index)).await;
        dropped
            .map_err(|failure| self.refused(format!("drop the invalid index {index}"), failure))?;
        self.emit(&Event::DroppedInvalidIndex {
            version: item.version,
            index,
        });
        Ok(())
    }

    fn pooled(&self, item: Item<'_>) -> Error {
        let file = item.script.path();
        self.error(Kind::Pooled { file })
    }

    async fn settle(&mut self, sql: &str, item: Item<'_>) -> Result<Outcome, Error> {
        match self.line.transact(sql).await {
            Ok(_) => Ok(Outcome::Done),
            Err(failure) if is_guard(&failure) => Ok(Outcome::Moved),
            Err(failure) if is_pooled(&failure) => Err(self.pooled(item)),
            Err(failure) => Err(self.refused(format!("record {}", item.script.path()), failure)),
        }
    }
}

/// The message has met another server connection than the one that took the lock.
fn is_pooled(failure: &Failure) -> bool {
    failure
        .database
        .as_ref()
        .is_some_and(|error| error.code == "22P02" && error.message.contains(message::POOLED))
}

/// `SET` and `RESET`, but not what ends with the transaction.
fn is_setting(sql: &str) -> bool {
    let mut words = sql.split_whitespace().map(str::to_ascii_lowercase);
    match words.next().as_deref() {
        Some("reset") => true,
        Some("set") => !matches!(
            words.next().as_deref(),
            Some("local" | "constraints" | "transaction")
        ),
        _ => false,
    }
}

/// The journal is not where this run left it: another run has it.
fn is_guard(failure: &Failure) -> bool {
    failure
        .database
        .as_ref()
        .is_some_and(|error| error.code == "22P02" && error.message.contains(message::GUARD))
}
