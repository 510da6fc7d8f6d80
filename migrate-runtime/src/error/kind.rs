//! Every way an operation can stop, as data.

use std::error::Error as StdError;
use std::time::Duration;

use super::error_kind::ErrorKind;
use super::failed::{Failed, FailedAt};
use super::other_index::OtherIndex;
use super::problem::{Problem, Renumbered, Taken};
use super::rights::Rights;
use super::unfit::Unfit;
use crate::migrations::Migrations;
use crate::other_history;
use crate::other_session::OtherSession;
use crate::report::UnknownMigration;
use crate::session::DatabaseError;
use crate::stale::Difference;

#[derive(Debug)]
pub(crate) enum Kind {
    Drift {
        migrations: Vec<Problem>,
    },
    /// The history records other migrations with versions of the set.
    VersionTaken {
        /// The history table.
        table: String,
        migrations: Vec<Taken>,
        renumbered: Vec<Renumbered>,
        /// The newest version of the set and the history.
        newest: i64,
    },
    Missing {
        migrations: Vec<UnknownMigration>,
        renumbered: Vec<Renumbered>,
    },
    Ahead {
        migrations: Vec<UnknownMigration>,
    },
    OutOfOrder {
        migrations: Vec<Problem>,
        newest_applied: i64,
        renumbered: Vec<Renumbered>,
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
    /// What a `CREATE INDEX CONCURRENTLY` would pass over is something else.
    OtherIndex(Box<OtherIndex>),
    UnknownTarget {
        target: i64,
        /// The oldest and the newest version of the set, if it holds any.
        range: Option<(i64, i64)>,
    },
    /// A row that is to be reverted and is not in the set.
    NotInSet {
        version: i64,
        name: String,
    },
    NoDown {
        version: i64,
        name: String,
    },
    NothingToRepair {
        version: i64,
        reason: &'static str,
    },
    /// A row that a repair is not to forget.
    NotForgotten {
        version: i64,
        reason: String,
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
        holder: Option<OtherSession>,
        waited: Duration,
    },
    /// The history table itself is locked.
    TableLocked {
        table: String,
        holder: Option<OtherSession>,
        waited: Duration,
    },
    /// What is read of the history never fits what is written.
    Unsettled {
        table: String,
        waited: Duration,
    },
    Stale {
        directory: String,
        differences: Vec<Difference>,
    },
    OpenTransaction {
        /// What the server refused our message with, if the transaction showed by that.
        error: Option<Box<DatabaseError>>,
    },
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
    Unfit(Box<Unfit>),
    NoSchema {
        schema: String,
    },
    Rights(Box<Rights>),
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
        /// Whether what was sent commits as a whole.
        whole: bool,
        source: Box<dyn StdError + Send + Sync>,
    },
    Unreadable {
        table: String,
        reason: String,
    },
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
        other_history::tool(&self.columns)
    }
}

impl Kind {
    /// No migration of the set has this version.
    pub(crate) fn unknown_version(target: i64, set: &Migrations) -> Self {
        let newest = set.summary().map(|all| all.newest);
        let oldest = set.iter().next().map(|migration| migration.version);
        Self::UnknownTarget {
            target,
            range: oldest.zip(newest),
        }
    }

    pub(super) fn kind(&self) -> ErrorKind {
        match self {
            Self::Drift { .. } => ErrorKind::Drift,
            Self::VersionTaken { .. } => ErrorKind::VersionTaken,
            Self::Missing { .. } => ErrorKind::Missing,
            Self::Ahead { .. } => ErrorKind::Ahead,
            Self::OutOfOrder { .. } => ErrorKind::OutOfOrder,
            Self::HalfApplied { .. } | Self::Interrupted { .. } | Self::OtherIndex(_) => {
                ErrorKind::Interrupted
            }
            Self::UnknownTarget { .. } | Self::NotInSet { .. } => ErrorKind::UnknownVersion,
            Self::NothingToRevert { .. } => ErrorKind::NotApplied,
            Self::NoDown { .. } => ErrorKind::NoDownFile,
            Self::NothingToRepair { .. } | Self::NotForgotten { .. } => ErrorKind::NothingToRepair,
            Self::RevertRaced => ErrorKind::HistoryChanged,
            Self::SingleTransaction { .. } => ErrorKind::SingleTransaction,
            Self::Stopped => ErrorKind::Stopped,
            Self::Locked { .. } | Self::TableLocked { .. } | Self::Unsettled { .. } => {
                ErrorKind::Locked
            }
            Self::Stale { .. } => ErrorKind::Stale,
            Self::OpenTransaction { .. } => ErrorKind::OpenTransaction,
            Self::Pooled { .. } => ErrorKind::Pooled,
            Self::BadTable { .. } => ErrorKind::InvalidTable,
            Self::ForeignTable { .. } => ErrorKind::ForeignTable,
            Self::Unfit(_) => ErrorKind::UnfitTable,
            Self::NoSchema { .. } => ErrorKind::MissingSchema,
            Self::Rights(_) | Self::Denied { .. } => ErrorKind::PermissionDenied,
            Self::ReadOnly { .. } => ErrorKind::ReadOnly,
            Self::Failed(_) => ErrorKind::MigrationFailed,
            Self::Database { .. } => ErrorKind::Database,
            Self::Connection { .. } => ErrorKind::Connection,
            Self::Unreadable { .. } => ErrorKind::UnreadableHistory,
        }
    }

    pub(super) fn file(&self) -> Option<&str> {
        match self {
            Self::Drift { migrations }
            | Self::OutOfOrder { migrations, .. }
            | Self::HalfApplied { migrations } => {
                migrations.first().map(|problem| problem.file.as_str())
            }
            Self::VersionTaken { migrations, .. } => {
                migrations.first().map(|taken| taken.file.as_str())
            }
            Self::Interrupted { file, .. }
            | Self::SingleTransaction { file, .. }
            | Self::Pooled { file } => Some(file),
            Self::OtherIndex(other) => Some(&other.file),
            Self::Failed(failed) => Some(&failed.file),
            _ => None,
        }
    }

    pub(super) fn position(&self) -> Option<(usize, usize)> {
        match self {
            Self::Failed(failed) => failed
                .place
                .as_ref()
                .map(|place| (place.line, place.column)),
            _ => None,
        }
    }

    pub(super) fn statement(&self) -> Option<usize> {
        match self {
            Self::Failed(failed) => match failed.statement {
                Some(FailedAt::Statement { number, .. }) => Some(number),
                _ => None,
            },
            Self::Interrupted { statement, .. } => Some(*statement),
            Self::OtherIndex(other) => Some(other.statement),
            _ => None,
        }
    }

    pub(super) fn version(&self) -> Option<i64> {
        match self {
            Self::Drift { migrations }
            | Self::OutOfOrder { migrations, .. }
            | Self::HalfApplied { migrations } => migrations.first().map(|problem| problem.version),
            Self::VersionTaken { migrations, .. } => migrations.first().map(|taken| taken.version),
            Self::Missing { migrations, .. } | Self::Ahead { migrations } => {
                migrations.first().map(|unknown| unknown.version)
            }
            Self::Interrupted { version, .. }
            | Self::NoDown { version, .. }
            | Self::NotInSet { version, .. }
            | Self::NotForgotten { version, .. }
            | Self::NothingToRepair { version, .. } => Some(*version),
            Self::UnknownTarget { target, .. } | Self::NothingToRevert { target } => Some(*target),
            Self::OtherIndex(other) => Some(other.version),
            Self::Failed(failed) => Some(failed.version),
            _ => None,
        }
    }

    pub(super) fn database(&self) -> Option<&DatabaseError> {
        match self {
            Self::Failed(failed) => Some(&failed.error),
            Self::Rights(rights) => Some(&rights.error),
            Self::Denied { error, .. }
            | Self::ReadOnly { error }
            | Self::Database { error, .. } => Some(error),
            Self::OpenTransaction { error } => error.as_deref(),
            _ => None,
        }
    }

    pub(super) fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Connection { source, .. } => Some(source.as_ref()),
            Self::Rights(rights) => Some(rights.error.as_ref()),
            Self::Denied { error, .. }
            | Self::ReadOnly { error }
            | Self::Database { error, .. }
            | Self::OpenTransaction { error: Some(error) } => Some(error.as_ref()),
            // A failed migration's text shows the whole of what the server said already.
            _ => None,
        }
    }
}
