//! Whether a history row is about the embedded migration of its version, or about another one.
//!
//! Two programs, or two branches, that share a history table record different migrations with the same version. Such a
//! row says nothing about the embedded file, which has never run.

use super::history::{History, Row, State};
use super::{Engine, sql};
use crate::error::{Error, Kind, Renumbered, Taken};
use crate::migrations::{Migration, Migrations};
use crate::timestamp::Timestamp;

impl Row {
    /// Whether this row is about another migration: an edited file keeps its name, a renamed one its text. One that a
    /// repair has put back may become any.
    pub(super) fn is_another(&self, migration: &Migration<'_>) -> bool {
        self.state != State::Retry
            && self.name != migration.name
            && !migration.up.has_checksum(self.checksum)
    }

    /// Whether it counts as applied, in part or as a whole.
    pub(super) fn counts(&self) -> bool {
        self.state != State::Retry
    }

    /// The version under which the set holds the text of this row, where the history does not know that version.
    pub(super) fn renumbered(&self, set: &Migrations, history: &History) -> Option<Renumbered> {
        let is_same = |migration: &Migration<'_>| {
            migration.up.has_checksum(self.checksum)
                && migration.version != self.version
                && history.get(migration.version).is_none()
        };
        let is_done = matches!(self.state, State::Applied | State::Baseline);
        let migration = set.iter().find(is_same).filter(|_| is_done)?;
        Some(Renumbered {
            from: self.version,
            to: migration.version,
            file: migration.up.path(),
        })
    }
}

impl Engine<'_, '_> {
    /// Refuses to go on where one of these versions belongs to another migration.
    pub(super) async fn refuse_taken(
        &mut self,
        history: &History,
        wanted: impl Fn(i64) -> bool,
    ) -> Result<(), Error> {
        let rows = history.rows().iter().filter(|row| wanted(row.version));
        let taken: Vec<Taken> = rows
            .filter_map(|row| {
                let migration = self.set.get(row.version)?;
                row.is_another(&migration)
                    .then(|| Taken::new(&migration, row))
            })
            .collect();
        if taken.is_empty() {
            return Ok(());
        }
        let kind = taken_kind(self.set, history, taken);
        Err(self.dated(Error::new(kind)).await)
    }

    /// The same error, with the times at which those versions were recorded. A run does not read them otherwise.
    pub(super) async fn dated(&mut self, mut error: Error) -> Error {
        let Some((table, taken)) = error.taken() else {
            return error;
        };
        *table = self.table.to_string();
        if let Ok(reply) = self.session.ask(&sql::status(self.table)).await {
            for one in taken {
                let is_its = |row: &&crate::session::Row| row.number(0) == Some(one.version);
                let row = reply.rows(2).iter().find(is_its);
                one.at = row.and_then(|row| row.text(5)).map(Timestamp::new);
            }
        }
        error
    }
}

/// The error for `taken`, still without the table and the times.
pub(super) fn taken_kind(set: &Migrations, history: &History, taken: Vec<Taken>) -> Kind {
    let newest = set.summary().map(|all| all.newest).max(history.newest());
    let rows = taken.iter().filter_map(|one| history.get(one.version));
    Kind::VersionTaken {
        table: String::new(),
        renumbered: rows
            .filter_map(|row| row.renumbered(set, history))
            .collect(),
        newest: newest.unwrap_or_default(),
        migrations: taken,
    }
}
