//! Reverting, newest first, each with its down file in its own transaction.

use std::time::Instant;

use super::history::{History, State};
use super::identity::taken_kind;
use super::progress::Resume;
use super::sql::{self, Basis, Direction, ScriptRef};
use super::{Engine, Outcome};
use crate::error::{Error, Kind, Problem, Taken};
use crate::event::Event;
use crate::migrations::Migration;
use crate::report::RevertedMigration;
use crate::runner::Revert;

impl<'e> Engine<'e, '_> {
    /// Reverts what `which` says.
    pub(crate) async fn revert(&mut self, which: Revert) -> Result<(), Error> {
        self.refuse_stale()?;
        let mut snapshot = self.read_history().await?;
        self.refuse_partitioned(&snapshot).await?;
        // The caller chose the versions to revert from this history: with another history, the choice may differ.
        let mut seen = None;
        loop {
            if snapshot.open_transaction {
                return Err(Error::new(Kind::OpenTransaction { error: None }));
            }
            let mut history = snapshot.history.take().unwrap_or_default();
            let downs = match self.downs(&history, which) {
                Ok(downs) => downs,
                Err(error) => {
                    snapshot = self.unless_in_hand(error, Some(&history)).await?;
                    let now = snapshot.history.as_ref();
                    if now.is_none_or(|now| !now.has_versions_of(&history)) {
                        return Err(Error::new(Kind::RevertRaced));
                    }
                    continue;
                }
            };
            if *seen.get_or_insert_with(|| history.clone()) != history {
                return Err(Error::new(Kind::RevertRaced));
            }
            let mut outcome = Outcome::Done;
            for (migration, resume) in downs {
                self.refuse_stopped()?;
                outcome = self.revert_one(&migration, resume, &history).await?;
                if outcome != Outcome::Done {
                    break;
                }
                self.gets_on();
                history.forget(migration.version);
                seen = Some(history.clone());
            }
            snapshot = match outcome {
                Outcome::Done => return Ok(()),
                Outcome::LockHeld => self.wait().await?,
                Outcome::HistoryChanged => return Err(Error::new(Kind::RevertRaced)),
            };
        }
    }

    /// What is to be reverted, newest first; refused as a whole where one of them cannot be.
    fn downs(
        &self,
        history: &History,
        which: Revert,
    ) -> Result<Vec<(Migration<'e>, Option<Resume>)>, Error> {
        if let Revert::To(target) = which
            && history.get(target).is_none_or(|row| !row.counts())
        {
            return Err(Error::new(Kind::NothingToRevert { target }));
        }
        let mut down = Vec::new();
        for row in history.rows().iter().rev() {
            let wanted = match which {
                Revert::Last(count) => down.len() < count,
                Revert::To(target) => row.version > target,
                Revert::All => true,
            };
            if !wanted {
                break;
            }
            // Not applied, as a repair has said: there is nothing to take back.
            if !row.counts() {
                continue;
            }
            let Some(migration) = self.set.get(row.version) else {
                return Err(Error::new(Kind::NotInSet {
                    version: row.version,
                    name: row.name.clone(),
                }));
            };
            if row.is_another(&migration) {
                let taken = vec![Taken::new(&migration, row)];
                return Err(Error::new(taken_kind(self.set, history, taken)));
            }
            if row.state == State::Running {
                let migrations = vec![Problem::new(&migration, Some(row))];
                return Err(Error::new(Kind::HalfApplied { migrations }));
            }
            let Some(script) = &migration.down else {
                return Err(Error::new(Kind::NoDown {
                    version: row.version,
                    name: row.name.clone(),
                }));
            };
            let mut resume = None;
            if row.state == State::Reverting {
                // Of the down file's text the history keeps nothing but this.
                resume = Resume::of(script, row, true).filter(|_| !script.transactional);
                if resume.is_none() {
                    let migrations = vec![Problem::new(&migration, Some(row))];
                    return Err(Error::new(Kind::HalfApplied { migrations }));
                }
            }
            down.push((migration, resume));
        }
        Ok(down)
    }

    async fn revert_one(
        &mut self,
        migration: &Migration<'e>,
        resume: Option<Resume>,
        history: &History,
    ) -> Result<Outcome, Error> {
        let Some(script) = &migration.down else {
            return Ok(Outcome::HistoryChanged);
        };
        let started = Instant::now();
        let item = ScriptRef {
            version: migration.version,
            name: migration.name,
            script,
            recorded: true,
        };
        let (outcome, attempts) = if script.transactional {
            let basis = Basis::of(history);
            let message = sql::revert(self.table, item, &basis, self.limits());
            let done = self.transact(&message, &[item], None).await?;
            (done.outcome, done.attempts)
        } else {
            (
                self.journal(Direction::Down, item, resume.as_ref(), history)
                    .await?,
                1,
            )
        };
        if outcome == Outcome::Done {
            let (file, duration) = (script.path(), started.elapsed());
            self.emit(&Event::Reverted {
                version: migration.version,
                file: &file,
                duration,
            });
            self.reverted.push(RevertedMigration {
                version: migration.version,
                name: migration.name.to_owned(),
                file,
                duration,
                attempts,
            });
        }
        Ok(outcome)
    }
}
