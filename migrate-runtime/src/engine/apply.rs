//! Applies a plan. A transactional file is one message, which is retried after lock timeouts and deadlocks.

use std::time::{Duration, Instant};

use super::backoff::Backoff;
use super::history::{History, Row, State};
use super::plan::{Plan, Step};
use super::sql::{self, Basis, Limits, Message, ScriptRef};
use super::{Engine, Outcome, signal};
use crate::error::{Error, Kind};
use crate::event::Event;
use crate::migrations::Migration;
use crate::other_session::Blocker;
use crate::report::AppliedMigration;
use crate::session::{Reply, Sent, SessionError};

/// What another attempt may cure: lock timeout, deadlock, serialization failure.
pub(super) const PASSING: [&str; 3] = ["55P03", "40P01", "40001"];

/// How an attempt at a message has failed.
#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) failure: Box<SessionError>,
    pub(super) elapsed: Duration,
}

/// How a message with files in it ended, after so many attempts.
#[derive(Debug)]
pub(super) struct Transacted {
    pub(super) outcome: Outcome,
    pub(super) attempts: u32,
    pub(super) reply: Reply,
}

impl Transacted {
    fn new(outcome: Outcome, attempts: u32, reply: Reply) -> Self {
        Self {
            outcome,
            attempts,
            reply,
        }
    }
}

impl<'e> Engine<'e, '_> {
    /// Applies a plan, as far as it goes.
    pub(super) async fn apply_steps(
        &mut self,
        plan: &Plan<'e>,
        mut history: History,
        missing: bool,
    ) -> Result<Outcome, Error> {
        if missing {
            match self.create().await? {
                Ok(found) if found == history => {}
                Ok(_) => return Ok(Outcome::HistoryChanged),
                Err(outcome) => return Ok(outcome),
            }
            self.tell_of_others();
        }
        if self.options.single_transaction {
            return self.apply_all(&plan.steps, &history).await;
        }
        let mut rest = plan.steps.as_slice();
        // `stopped`: the last batch ended before its last migration, so the first of `rest` now goes alone; `failed`:
        // how it failed in that batch, if that is known, so that it is not sent a second time only to fail again.
        let mut stopped = false;
        let mut failed = None;
        while let Some(step) = rest.first() {
            self.refuse_stopped()?;
            self.tell_of_switch();
            let batch = self.batch_size.batch(rest);
            let done = if batch.len() > 1 && !stopped {
                let sent = self.apply_together(batch, &history).await;
                stopped = sent.done < batch.len();
                failed = sent.failed;
                sent.done
            } else {
                stopped = false;
                let started = Instant::now();
                let outcome = if step.migration.up.transactional {
                    self.apply(step, &history, failed.take()).await?
                } else {
                    self.apply_journaled(step, &history).await?
                };
                if outcome != Outcome::Done {
                    return Ok(outcome);
                }
                self.batch_size.applied(1, started.elapsed());
                1
            };
            let (applied, pending) = rest.split_at(done);
            for step in applied {
                history.record(Row {
                    version: step.migration.version,
                    name: step.migration.name.to_owned(),
                    checksum: Some(step.migration.up.checksum),
                    state: State::Applied,
                    done: 0,
                    progress: None,
                });
            }
            if done > 0 {
                self.gets_on();
            }
            rest = pending;
        }
        Ok(Outcome::Done)
    }

    /// Applies one migration. `failed` is how a first attempt has ended, if it was made already.
    pub(super) async fn apply(
        &mut self,
        step: &Step<'e>,
        history: &History,
        failed: Option<Attempt>,
    ) -> Result<Outcome, Error> {
        let item = up(step);
        let message = sql::apply(self.table, item, &Basis::of(history), self.limits());
        // Where an attempt has failed already, the batch that it was made in has been told of.
        if failed.is_none() {
            self.start(&step.migration);
        }
        let before = failed.as_ref().map_or(Duration::ZERO, |at| at.elapsed);
        let started = Instant::now();
        let done = self.transact(&message, &[item], failed).await?;
        if done.outcome == Outcome::Done {
            self.applied(&step.migration, before + started.elapsed(), done.attempts);
        }
        Ok(done.outcome)
    }

    /// Applies all of `steps` in one transaction, or none.
    pub(super) async fn apply_all(
        &mut self,
        steps: &[Step<'e>],
        history: &History,
    ) -> Result<Outcome, Error> {
        if let Some(step) = steps.iter().find(|step| !step.migration.up.transactional) {
            return Err(Error::new(Kind::SingleTransaction {
                file: step.migration.up.path(),
                reason: "it says `-- migrate: no-transaction`",
            }));
        }
        let items: Vec<ScriptRef<'_>> = steps.iter().map(up).collect();
        let basis = Basis::of(history);
        let temporary = self.temporary_tables(steps);
        let message = sql::apply_all(self.table, &items, &temporary, &basis, self.limits());
        self.start_batch(steps);
        let started = Instant::now();
        let done = self.transact(&message, &items, None).await?;
        if done.outcome == Outcome::Done {
            // The server says how long each took. What is left is for all of them: other attempts, the pauses before
            // them, and the commit.
            let took = sql::times(&done.reply);
            let share = |all: Duration| all / u32::try_from(steps.len()).unwrap_or(u32::MAX).max(1);
            let rest = share(started.elapsed().saturating_sub(took.iter().sum()));
            for (at, step) in steps.iter().enumerate() {
                let own = took.get(at).copied().unwrap_or_default();
                self.applied(&step.migration, own + rest, done.attempts);
            }
        }
        Ok(done.outcome)
    }

    /// For each step, the temporary tables that its commit would drop. One that an earlier file names may be made by a
    /// function of that file, unless the step names it as well: then it says itself what becomes of it.
    fn temporary_tables(&self, steps: &[Step<'e>]) -> Vec<Vec<String>> {
        let mut all = Vec::new();
        let mut migrations = self.set.iter().peekable();
        let tables = steps.iter().map(|step| {
            while let Some(earlier) = migrations.next_if(|at| at.version < step.migration.version) {
                all.extend(earlier.up.temporary_tables());
            }
            let up = &step.migration.up;
            let own = up.temporary_tables();
            let others = all.iter().copied().filter(|name| !up.sql.contains(*name));
            own.chain(others)
                .map(|name| format!("\"{name}\""))
                .collect()
        });
        tables.collect()
    }

    /// Sends a message with files in it, again and again while only locks are in the way; also says
    /// how often it was sent. Where it has been sent once already, it has `failed`.
    pub(super) async fn transact(
        &mut self,
        message: &Message,
        items: &[ScriptRef<'_>],
        mut failed: Option<Attempt>,
    ) -> Result<Transacted, Error> {
        let mut backoff = Backoff::retrying();
        let mut attempt = 1;
        loop {
            let Attempt { failure, elapsed } = if let Some(attempt) = failed.take() {
                attempt
            } else {
                let started = Instant::now();
                match self.send_file(message, items).await {
                    Ok(reply) => return Ok(Transacted::new(Outcome::Done, attempt, reply)),
                    Err(failure) => {
                        let elapsed = started.elapsed();
                        Attempt { failure, elapsed }
                    }
                }
            };
            if let Some(outcome) = signal(self.table, &failure)
                && self.is_another_s(&failure, items).await?
            {
                return Ok(Transacted::new(outcome, attempt, Reply::default()));
            }
            if failure.code() == "55P03" && self.is_held().await {
                let outcome = Outcome::LockHeld;
                return Ok(Transacted::new(outcome, attempt, Reply::default()));
            }
            if !PASSING.contains(&failure.code()) {
                return Err(self
                    .failed(message, items, failure, elapsed, attempt, None)
                    .await);
            }
            let texts: Vec<&str> = items.iter().map(|item| item.script.sql).collect();
            let blocker = self.blocker(&failure, &texts).await;
            if attempt > self.options.retries {
                return Err(self
                    .failed(message, items, failure, elapsed, attempt, blocker)
                    .await);
            }
            let delay = backoff.delay();
            self.retried(items, &failure, blocker.as_ref(), attempt, delay);
            self.session.sleep(delay).await;
            self.refuse_stopped()?;
            attempt += 1;
        }
    }

    /// Sends a message with files in it, which is read as the build has read them.
    async fn send_file(&mut self, message: &Message, items: &[ScriptRef<'_>]) -> Sent {
        let (Some(reading), Some(within)) = (&self.reading, sql::within(&message.sql)) else {
            return self.session.transact_file(message).await;
        };
        let sent = loop {
            let singly = self.session.sends_singly();
            if let Err(failure) = self.session.begin(&sql::read_as_built()).await {
                let _ = self.session.roll_back("ROLLBACK").await;
                return Err(failure);
            }
            let sent = self.session.transact_within(&within, message).await;
            // Each statement has to be a message of its own, as it turns out.
            if sent.is_ok() || singly || !self.session.sends_singly() {
                break sent;
            }
        };
        if sent.is_ok() && items.iter().any(|item| item.script.changes_session) {
            // It is committed, whatever comes of this.
            let _ = self.session.send(reading).await;
        }
        sent
    }

    /// Whether another instance caused the failure. A row that violates the primary key may also be one that the
    /// file itself writes into the history; that fails every time.
    async fn is_another_s(
        &mut self,
        failure: &SessionError,
        items: &[ScriptRef<'_>],
    ) -> Result<bool, Error> {
        if failure.code() != "23505" {
            return Ok(true);
        }
        let history = self.read_history().await?.history.unwrap_or_default();
        Ok(items.iter().any(|item| history.get(item.version).is_some()))
    }

    pub(super) fn retried(
        &mut self,
        items: &[ScriptRef<'_>],
        failure: &SessionError,
        blocker: Option<&Blocker>,
        attempt: u32,
        delay: Duration,
    ) {
        if let Some(item) = items.first() {
            let reason = failure
                .database
                .as_ref()
                .map(|error| error.message.as_str());
            self.emit(&Event::Retried {
                version: item.version,
                file: &item.script.path(),
                reason: reason.unwrap_or_default(),
                blocker: blocker.map(|blocker| &blocker.session),
                lock: blocker.and_then(|blocker| blocker.lock.as_deref()),
                attempt,
                delay,
            });
        }
    }

    pub(super) fn limits(&self) -> Limits<'e> {
        Limits {
            lock: self.options.lock_timeout,
            statement: self.options.statement_timeout,
            path: self.options.search_path.as_deref(),
            named: self.set.summary().map_or("", |all| all.settings),
        }
    }

    /// Tells of a migration that begins; once, however often it begins.
    pub(super) fn start(&mut self, migration: &Migration<'_>) {
        if self.announced == Some(migration.version) {
            return;
        }
        self.announced = Some(migration.version);
        self.emit(&Event::Started {
            version: migration.version,
            file: &migration.up.path(),
            resumed_at: 0,
        });
    }

    /// Tells that each statement has to be a message of its own, where that has turned out.
    pub(super) fn tell_of_switch(&mut self) {
        if self.session.has_switched() {
            self.batch_size.one_by_one();
            self.emit(&Event::OneStatementPerMessage);
        }
    }

    /// Tells of several that begin in one message. Which of them is under way is not known until it is answered.
    pub(super) fn start_batch(&mut self, steps: &[Step<'e>]) {
        let (Some(first), Some(last)) = (steps.first(), steps.last()) else {
            return;
        };
        if steps.len() == 1 {
            return self.start(&first.migration);
        }
        let (first, last) = (&first.migration, &last.migration);
        self.announced = None;
        self.emit(&Event::BatchStarted {
            first: first.version,
            last: last.version,
            first_file: &first.up.path(),
            last_file: &last.up.path(),
            count: steps.len(),
        });
    }

    pub(super) fn applied(&mut self, migration: &Migration<'_>, duration: Duration, attempts: u32) {
        let file = migration.up.path();
        self.emit(&Event::Applied {
            version: migration.version,
            file: &file,
            duration,
            attempts,
        });
        self.report.applied.push(AppliedMigration {
            version: migration.version,
            name: migration.name.to_owned(),
            file,
            duration,
            attempts,
        });
    }
}

/// The up file of a step, as messages carry it.
pub(super) fn up<'m>(step: &'m Step<'_>) -> ScriptRef<'m> {
    ScriptRef {
        version: step.migration.version,
        name: step.migration.name,
        script: &step.migration.up,
        recorded: step.recorded,
    }
}
