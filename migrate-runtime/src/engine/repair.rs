//! Changing what the history says, because a person said so.

use super::history::{History, Row, State};
use super::sql::{self, Change};
use super::{Engine, own_signal};
use crate::error::{Error, Kind, Problem};
use crate::migrations::Migration;
use crate::repair::{Repair, Repaired};

/// One row's change, decided.
struct Decision<'e> {
    migration: Migration<'e>,
    row: Row,
    state: &'static str,
    note: String,
}

impl<'e> Engine<'e, '_> {
    /// Does what `what` says, all of it or nothing; says which rows it changed.
    pub(crate) async fn repair(mut self, what: &Repair) -> Result<Vec<Repaired>, Error> {
        self.refuse_stale()?;
        let mut snapshot = self.read_history().await?;
        loop {
            if snapshot.open_transaction {
                return Err(Error::new(Kind::OpenTransaction));
            }
            let decisions = self.decide(&snapshot.history.take().unwrap_or_default(), what)?;
            if decisions.is_empty() {
                return Ok(Vec::new());
            }
            let changes: Vec<Change<'_>> = decisions.iter().map(Decision::change).collect();
            let sql = sql::repair(self.table, &changes);
            let failure = match self.session.transact(&sql).await {
                Ok(reply) => {
                    let notes = reply.last_rows().iter().map(|row| row.text(0));
                    let done = decisions.iter().zip(notes);
                    return Ok(done.map(|(decision, note)| decision.done(note)).collect());
                }
                Err(failure) => failure,
            };
            let Some(outcome) = own_signal(self.table, &failure) else {
                let doing = format!("repair {}", self.table);
                return Err(self.refused(doing, failure).await);
            };
            snapshot = self.again(outcome).await?;
        }
    }

    fn decide(&self, history: &History, what: &Repair) -> Result<Vec<Decision<'e>>, Error> {
        let mut decisions: Vec<Decision<'e>> = Vec::new();
        match what {
            Repair::AcceptChecksums(versions) => {
                for &version in versions {
                    let (migration, row) = self.recorded(history, version)?;
                    if !matches!(row.state, State::Applied | State::Baseline) {
                        let migrations = vec![Problem::new(&migration, Some(row))];
                        return Err(Error::new(Kind::HalfApplied { migrations }));
                    }
                    let again = decisions.iter().any(|other| other.row.version == version);
                    if !migration.up.has_checksum(row.checksum) && !again {
                        decisions.push(Decision::accept(migration, row));
                    }
                }
            }
            Repair::MarkApplied(version) => decisions.push(self.settle_by_hand(
                history,
                *version,
                "applied",
                "counted as applied",
            )?),
            Repair::MarkPending(version) => decisions.push(self.settle_by_hand(
                history,
                *version,
                "retry",
                "counted as not applied, to be run again",
            )?),
        }
        Ok(decisions)
    }

    fn settle_by_hand(
        &self,
        history: &History,
        version: i64,
        state: &'static str,
        note: &str,
    ) -> Result<Decision<'e>, Error> {
        let (migration, row) = self.recorded(history, version)?;
        let begun = match row.state {
            State::Running => "apply",
            State::Reverting => "revert",
            State::Applied | State::Baseline | State::Retry => {
                return Err(Error::new(Kind::NothingToRepair {
                    version,
                    reason: "is not half-done",
                }));
            }
        };
        let note = format!("half-done {begun} ({} statements) {note}", row.done);
        let row = row.clone();
        Ok(Decision {
            migration,
            row,
            state,
            note,
        })
    }

    /// A migration of the set, and its row.
    fn recorded<'h>(
        &self,
        history: &'h History,
        version: i64,
    ) -> Result<(Migration<'e>, &'h Row), Error> {
        let Some(migration) = self.set.get(version) else {
            return Err(Error::new(Kind::unknown_version(version, self.set)));
        };
        let reason = "has no row in the history";
        let row = history.get(version);
        let row = row.ok_or_else(|| Error::new(Kind::NothingToRepair { version, reason }))?;
        Ok((migration, row))
    }
}

impl<'e> Decision<'e> {
    fn accept(migration: Migration<'e>, row: &Row) -> Self {
        let recorded = row
            .checksum
            .map_or_else(|| "none".to_owned(), |checksum| checksum.to_string());
        Self {
            note: format!(
                "accepted checksum {} in place of {recorded}",
                migration.up.checksum
            ),
            state: row.state.as_str(),
            migration,
            row: row.clone(),
        }
    }

    fn change(&self) -> Change<'_> {
        Change {
            row: &self.row,
            state: self.state,
            checksum: self.migration.up.checksum,
            note: &self.note,
        }
    }

    fn done(&self, note: Option<&str>) -> Repaired {
        Repaired {
            version: self.migration.version,
            file: self.migration.up.path(),
            note: note.unwrap_or(&self.note).to_owned(),
        }
    }
}
