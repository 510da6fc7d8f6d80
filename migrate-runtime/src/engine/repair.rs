//! Changing what the history says, because a person said so.

use super::history::{History, Row, State};
use super::identity::taken_kind;
use super::sql::{self, Change, Identity};
use super::{Engine, own_signal};
use crate::error::{Error, Kind, Problem, Taken};
use crate::migrations::Migration;
use crate::repair::{Repair, Repaired};

/// One row's change, decided.
struct Decision<'e> {
    /// What the row is about afterwards; None where the set does not hold that.
    migration: Option<Migration<'e>>,
    row: Row,
    state: &'static str,
    note: String,
}

impl<'e> Engine<'e, '_> {
    /// Does what `what` says, all of it or nothing; says which rows it changed.
    pub(crate) async fn repair(mut self, what: &Repair) -> Result<Vec<Repaired>, Error> {
        self.refuse_stale()?;
        let mut snapshot = self.read_history().await?;
        self.refuse_partitioned(&snapshot).await?;
        loop {
            if snapshot.open_transaction {
                return Err(Error::new(Kind::OpenTransaction { error: None }));
            }
            let history = snapshot.history.take().unwrap_or_default();
            let decisions = match self.decide(&history, what) {
                Ok(decisions) => decisions,
                Err(error) => return Err(self.dated(error).await),
            };
            if decisions.is_empty() {
                return Ok(Vec::new());
            }
            let changes: Vec<Change<'_>> = decisions.iter().map(Decision::change).collect();
            let sql = sql::repair(self.table, &changes);
            let failure = match self.session.transact(&sql).await {
                Ok(reply) => {
                    let notes = reply.tagged(sql::tag::NOTE).map(|row| row.text(0));
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
                    if !again {
                        decisions.extend(Decision::accept(migration, row));
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
            Repair::Forget { versions, reason } => {
                for &version in versions {
                    if decisions.iter().all(|other| other.row.version != version) {
                        decisions.push(self.forget(history, version, reason)?);
                    }
                }
            }
            Repair::Renumber { from, to } => {
                decisions.push(self.renumber(history, *from, *to)?);
            }
        }
        Ok(decisions)
    }

    fn forget(&self, history: &History, version: i64, reason: &str) -> Result<Decision<'e>, Error> {
        let refuse = |reason: &str| {
            let reason = reason.to_owned();
            Error::new(Kind::NotForgotten { version, reason })
        };
        let reason = reason.trim();
        if reason.is_empty() || reason.contains('\0') {
            return Err(refuse("the reason is empty, or has a NUL character"));
        }
        if let Some(migration) = self.set.get(version) {
            self.refuse_another(history, &migration)?;
            let file = migration.up.path();
            return Err(refuse(&format!("its file is {file}")));
        }
        let row = history.get(version);
        let row = row.ok_or_else(|| refuse("it has no row in the history"))?;
        let was = match row.state {
            State::Retry => return Err(refuse("it is forgotten already")),
            State::Running | State::Reverting => {
                format!("half-done ({}), ", statements(row.done))
            }
            State::Applied | State::Baseline => String::new(),
        };
        Ok(Decision {
            migration: None,
            row: row.clone(),
            state: State::Retry.as_str(),
            note: format!("{was}forgotten: {reason}"),
        })
    }

    fn renumber(&self, history: &History, from: i64, to: i64) -> Result<Decision<'e>, Error> {
        let refuse = |version, reason| Error::new(Kind::NothingToRepair { version, reason });
        let Some(migration) = self.set.get(to) else {
            return Err(Error::new(Kind::unknown_version(to, self.set)));
        };
        let row = history.get(from);
        let row = row.ok_or_else(|| refuse(from, NO_ROW))?;
        let own = self.set.get(from);
        if own.is_some_and(|own| !row.is_another(&own)) {
            return Err(refuse(from, "has a file of its own"));
        }
        if history.get(to).is_some() {
            return Err(refuse(to, "has a row in the history already"));
        }
        if !matches!(row.state, State::Applied | State::Baseline) {
            return Err(refuse(from, "is not applied"));
        }
        if !migration.up.has_checksum(row.checksum) {
            return Err(refuse(
                from,
                "was applied with another text than that of the new file",
            ));
        }
        Ok(Decision {
            migration: Some(migration),
            row: row.clone(),
            state: row.state.as_str(),
            note: format!("renumbered from {from} to {to}"),
        })
    }

    /// Refuses a row that is about another migration than the set's.
    fn refuse_another(&self, history: &History, migration: &Migration<'_>) -> Result<(), Error> {
        match history.get(migration.version) {
            Some(row) if row.is_another(migration) => {
                let taken = vec![Taken::new(migration, row)];
                Err(Error::new(taken_kind(self.set, history, taken)))
            }
            _ => Ok(()),
        }
    }

    fn settle_by_hand(
        &self,
        history: &History,
        version: i64,
        state: &'static str,
        note: &str,
    ) -> Result<Decision<'e>, Error> {
        let (migration, row) = self.recorded(history, version)?;
        let was = match row.state {
            State::Running => format!("half-done apply ({}) ", statements(row.done)),
            State::Reverting => format!("half-done revert ({}) ", statements(row.done)),
            State::Retry if state == State::Applied.as_str() => String::new(),
            State::Applied | State::Baseline | State::Retry => {
                return Err(Error::new(Kind::NothingToRepair {
                    version,
                    reason: "is not half-done",
                }));
            }
        };
        let note = format!("{was}{note}");
        let row = row.clone();
        Ok(Decision {
            migration: Some(migration),
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
        let reason = NO_ROW;
        let row = history.get(version);
        let row = row.ok_or_else(|| Error::new(Kind::NothingToRepair { version, reason }))?;
        self.refuse_another(history, &migration)?;
        Ok((migration, row))
    }
}

const NO_ROW: &str = "has no row in the history";

impl<'e> Decision<'e> {
    /// None where the row says what the file says.
    fn accept(migration: Migration<'e>, row: &Row) -> Option<Self> {
        let embedded = migration.up.checksum;
        let note = match row.checksum {
            recorded if migration.up.has_checksum(recorded) => {
                if row.name == migration.name {
                    return None;
                }
                format!("renamed from {} to {}", row.name, migration.name)
            }
            Some(recorded) => format!("accepted checksum {embedded} in place of {recorded}"),
            None => format!("accepted checksum {embedded} in place of none"),
        };
        Some(Self {
            note,
            state: row.state.as_str(),
            migration: Some(migration),
            row: row.clone(),
        })
    }

    fn change(&self) -> Change<'_> {
        Change {
            row: &self.row,
            state: self.state,
            identity: self.migration.as_ref().map(|migration| Identity {
                version: migration.version,
                name: migration.name,
                checksum: migration.up.checksum,
            }),
            note: &self.note,
        }
    }

    fn done(&self, note: Option<&str>) -> Repaired {
        let migration = self.migration.as_ref();
        Repaired {
            version: migration.map_or(self.row.version, |migration| migration.version),
            name: migration
                .map_or(self.row.name.as_str(), |migration| migration.name)
                .to_owned(),
            file: migration.map(|migration| migration.up.path()),
            note: note.unwrap_or(&self.note).to_owned(),
        }
    }
}

fn statements(done: usize) -> String {
    let ending = if done == 1 { "" } else { "s" };
    format!("{done} statement{ending}")
}
