//! Whether a history row is about the embedded migration of its version, or about another one.
//!
//! Two programs, or two branches, that share a history table record different migrations with the same version. Such a
//! row says nothing about the embedded file, which has never run.

use super::history::{History, Row, State};
use crate::error::{Kind, Renumbered, Taken};
use crate::migrations::{Migration, Migrations};

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
