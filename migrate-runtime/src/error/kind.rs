//! Every way an operation can stop, as data.

use std::error::Error as StdError;
use std::time::Duration;

use super::failed::Failed;
use crate::event::Holder;
use crate::migrations::{Checksum, Migration};
use crate::report::Unknown;
use crate::session::DatabaseError;
use crate::stale::Difference;

#[derive(Debug)]
pub(crate) enum Kind {
    Drift {
        migrations: Vec<Problem>,
    },
    Missing {
        migrations: Vec<Unknown>,
    },
    Ahead {
        migrations: Vec<Unknown>,
    },
    OutOfOrder {
        migrations: Vec<Problem>,
        newest_applied: i64,
    },
    HalfApplied {
        migrations: Vec<Problem>,
    },
    Interrupted {
        version: i64,
        file: String,
        statement: usize,
        of: usize,
        reason: String,
    },
    UnknownTarget {
        target: i64,
    },
    NoDown {
        version: i64,
        name: String,
    },
    NothingToRepair {
        version: i64,
        reason: &'static str,
    },
    NothingToRevert {
        target: i64,
    },
    RevertRaced,
    SingleTransaction {
        file: String,
        reason: &'static str,
    },
    Stopped,
    Locked {
        holder: Option<Holder>,
        waited: Duration,
    },
    Stale {
        directory: String,
        differences: Vec<Difference>,
    },
    OpenTransaction,
    Pooled {
        file: String,
    },
    BadTable {
        problem: String,
    },
    ForeignTable {
        table: String,
        shape: Shape,
    },
    Denied {
        doing: String,
        error: Box<DatabaseError>,
    },
    ReadOnly {
        error: Box<DatabaseError>,
    },
    Failed(Box<Failed>),
    Database {
        doing: String,
        error: Box<DatabaseError>,
    },
    Connection {
        doing: String,
        source: Box<dyn StdError + Send + Sync>,
    },
    Unreadable {
        table: String,
        reason: String,
    },
}

/// A migration that does not fit the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) version: i64,
    pub(crate) file: String,
    pub(crate) embedded: Checksum,
    pub(crate) recorded: Option<Checksum>,
    pub(crate) done: usize,
}

impl Problem {
    pub(crate) fn new(migration: &Migration<'_>, row: Option<&crate::engine::Row>) -> Self {
        Self {
            version: migration.version,
            file: migration.up.path(),
            embedded: migration.up.checksum,
            recorded: row.and_then(|row| row.checksum),
            done: row.map_or(0, |row| row.done),
        }
    }
}

/// A table of the history's name that is not ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Its columns as `name type`.
    pub(crate) columns: Vec<String>,
}

impl Shape {
    /// The tool whose table has such columns: as people call it, and as `migrate adopt --from` does.
    pub(super) fn tool(&self) -> Option<(&'static str, &'static str)> {
        let mut names = String::new();
        for column in &self.columns {
            names.push_str(column.split_once(' ').map_or(column, |(name, _)| name));
            names.push(' ');
        }
        let is_dbmate = || self.columns.iter().any(|column| column.ends_with(')'));
        let starts = |first: &str| names.starts_with(first);
        Some(match names.as_str() {
            "version dirty " => ("golang-migrate", "golang-migrate"),
            // dbmate limits the length of the text, Rails does not.
            "version " if is_dbmate() => ("dbmate", "dbmate"),
            "version " => ("Rails", "rails"),
            "id migration_name applied_at " => ("an application of its own", "files"),
            _ if starts("version description ") => ("sqlx", "sqlx"),
            "version run_on " => ("diesel", "diesel"),
            "version name applied_on checksum " => ("refinery", "refinery"),
            _ if starts("installed_rank ") => ("Flyway", "flyway"),
            _ if starts("id version_id is_applied ") => ("goose", "goose"),
            _ if starts("id checksum finished_at migration_name ") => ("Prisma", "prisma"),
            "version applied_at " => ("SeaORM", "seaorm"),
            "id applied_at " => ("sql-migrate", "sql-migrate"),
            _ => return None,
        })
    }
}

impl Kind {
    pub(super) fn migration(&self) -> Option<i64> {
        match self {
            Self::Drift { migrations }
            | Self::OutOfOrder { migrations, .. }
            | Self::HalfApplied { migrations } => migrations.first().map(|problem| problem.version),
            Self::Missing { migrations } | Self::Ahead { migrations } => {
                migrations.first().map(|unknown| unknown.version)
            }
            Self::Interrupted { version, .. }
            | Self::NoDown { version, .. }
            | Self::NothingToRepair { version, .. } => Some(*version),
            Self::Failed(failed) => Some(failed.version),
            _ => None,
        }
    }

    pub(super) fn database(&self) -> Option<&DatabaseError> {
        match self {
            Self::Failed(failed) => Some(&failed.error),
            Self::Denied { error, .. }
            | Self::ReadOnly { error }
            | Self::Database { error, .. } => Some(error),
            _ => None,
        }
    }

    pub(super) fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Connection { source, .. } => Some(source.as_ref()),
            Self::Denied { error, .. }
            | Self::ReadOnly { error }
            | Self::Database { error, .. } => Some(error.as_ref()),
            // A failed migration's text shows the whole of what the server said already.
            _ => None,
        }
    }
}
