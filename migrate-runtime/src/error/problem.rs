//! Migrations that do not fit the history, and why.

use crate::engine::State;
use crate::migrations::{Checksum, Migration};
use crate::report::UnknownMigration;
use crate::timestamp::Timestamp;

/// A migration that does not fit the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) version: i64,
    pub(crate) file: String,
    pub(crate) embedded: Checksum,
    pub(crate) recorded: Option<Checksum>,
    pub(crate) done: usize,
    /// What is recorded of it is a revert.
    pub(super) reverting: bool,
    /// The file runs in a transaction.
    pub(super) transactional: bool,
    /// It was begun without one.
    pub(super) journaled: bool,
}

/// A migration of the set, and what the history records for its version instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) version: i64,
    pub(crate) file: String,
    /// Version and name, as recorded.
    pub(crate) recorded: UnknownMigration,
    /// When that was recorded.
    pub(crate) at: Option<Timestamp>,
}

impl Taken {
    pub(crate) fn new(migration: &Migration<'_>, row: &crate::engine::Row) -> Self {
        Self {
            version: migration.version,
            file: migration.up.path(),
            recorded: UnknownMigration {
                version: row.version,
                name: row.name.clone(),
            },
            at: None,
        }
    }
}

/// A row whose text the set holds with another version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Renumbered {
    pub(crate) from: i64,
    pub(crate) to: i64,
    pub(crate) file: String,
}

impl Problem {
    pub(crate) fn new(migration: &Migration<'_>, row: Option<&crate::engine::Row>) -> Self {
        let recorded = row.and_then(|row| row.checksum);
        let is_same = migration.up.has_checksum(recorded);
        Self {
            version: migration.version,
            file: migration.up.path(),
            embedded: recorded
                .filter(|_| is_same)
                .unwrap_or(migration.up.checksum),
            recorded,
            done: row.map_or(0, |row| row.done),
            reverting: row.is_some_and(|row| row.state == State::Reverting),
            transactional: migration.up.transactional,
            journaled: row
                .and_then(|row| row.progress.as_deref())
                .is_some_and(|stand| stand.contains(' ')),
        }
    }

    fn is_edited(&self) -> bool {
        self.recorded != Some(self.embedded)
    }

    /// With the text that was begun it can be resumed, and it has another one.
    pub(super) fn resumes_restored(&self) -> bool {
        self.is_edited() && (self.journaled || !self.transactional)
    }

    /// Why a half-applied migration is that.
    pub(super) fn interruption(&self) -> String {
        let statements = match self.done {
            1 => "1 statement".to_owned(),
            done => format!("{done} statements"),
        };
        if self.reverting {
            format!("its revert was interrupted after {statements}")
        } else if self.is_edited() {
            format!("it was interrupted after {statements}, and the file has changed since")
        } else if self.transactional {
            "the file ended its own transaction, and a later statement failed".to_owned()
        } else {
            format!("it was interrupted after {statements}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Renumbered, Taken};
    use crate::error::{Error, Kind};
    use crate::report::UnknownMigration;

    fn taken(version: i64) -> Taken {
        let name = "jobs".to_owned();
        Taken {
            version,
            file: format!("migrations/{version}_users.sql"),
            recorded: UnknownMigration { version, name },
            at: Some(crate::Timestamp::new("2026-01-31T09:30:00Z")),
        }
    }

    fn renumbered() -> Vec<Renumbered> {
        vec![Renumbered {
            from: 3,
            to: 5,
            file: "migrations/5_jobs.sql".to_owned(),
        }]
    }

    fn version_taken(migrations: Vec<Taken>, renumbered: Vec<Renumbered>) -> Error {
        Error::new(Kind::VersionTaken {
            table: "\"public\".\"schema_migrations\"".to_owned(),
            migrations,
            renumbered,
            newest: 7,
        })
    }

    #[test]
    fn a_taken_version_names_what_is_recorded() {
        let error = version_taken(vec![taken(1)], Vec::new());
        insta::assert_snapshot!(format!("{error:#}"), @r#"
        migrations/1_users.sql has a version that the history table "public"."schema_migrations" records for another migration: 1 jobs, recorded at 2026-01-31T09:30:00Z
          = help: if another program records its migrations there, keep this history in another table: `embed_migrations!(…, table = "…")` or `.table(HistoryTable::new(schema, name)?)`
          = help: if the file is a new migration, rename it to a version above 7
          = help: if the file is the recorded migration under another name, restore its name and its text
        "#);
    }

    #[test]
    fn several_taken_versions_are_listed() {
        let error = version_taken(vec![taken(1), taken(3)], renumbered());
        insta::assert_snapshot!(format!("{error}\n{error:#}"), @r#"
        2 migrations have a version that the history table "public"."schema_migrations" records for another migration: migrations/1_users.sql, migrations/3_users.sql
        2 migrations have a version that the history table "public"."schema_migrations" records for another migration:
          migrations/1_users.sql: 1 jobs, recorded at 2026-01-31T09:30:00Z
          migrations/3_users.sql: 3 jobs, recorded at 2026-01-31T09:30:00Z
          = help: migrations/5_jobs.sql has the text that was applied as version 3: if it was renumbered, record that: `.repair(…, &Repair::Renumber { from: 3, to: 5 })`
          = help: if another program records its migrations there, keep this history in another table: `embed_migrations!(…, table = "…")` or `.table(HistoryTable::new(schema, name)?)`
          = help: if the file is a new migration, rename it to a version above 7
          = help: if the file is the recorded migration under another name, restore its name and its text
        "#);
    }

    #[test]
    fn several_missing_migrations_are_listed() {
        let missing = [2, 3].map(|version| taken(version).recorded);
        let error = Error::new(Kind::Missing {
            migrations: missing.to_vec(),
            renumbered: renumbered(),
        });
        insta::assert_snapshot!(format!("{error}\n{error:#}"), @r#"
        2 migrations are recorded as applied but without a file: 2 jobs, 3 jobs
        2 migrations are recorded as applied but without a file:
          2 jobs
          3 jobs
          = help: migrations/5_jobs.sql has the text that was applied as version 3: if it was renumbered, record that: `.repair(…, &Repair::Renumber { from: 3, to: 5 })`
          = help: restore the file if it was deleted, renamed, or is on another branch
          = help: rebuild the program if its files have changed since it was compiled
          = help: if another program records its migrations there, keep this history in another table: `embed_migrations!(…, table = "…")` or `.table(HistoryTable::new(schema, name)?)`
          = help: forget what is gone for good, e.g. with a dropped branch: `.repair(…, &Repair::Forget { versions: vec![2], reason: "…".into() })`
        "#);
    }

    #[test]
    fn a_late_file_may_be_one_with_a_new_number() {
        let error = Error::new(Kind::OutOfOrder {
            migrations: Vec::new(),
            newest_applied: 3,
            renumbered: renumbered(),
        });
        insta::assert_snapshot!(error.hints()[0], @r"
        migrations/5_jobs.sql has the text that was applied as version 3: if it was renumbered, record that: `.repair(…, &Repair::Renumber { from: 3, to: 5 })`
        ");
    }
}
