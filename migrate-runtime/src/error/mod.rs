//! One opaque error, with the questions that callers ask.

mod advice;
mod error_kind;
mod failed;
mod hint;
mod kind;
mod other_index;
mod problem;
mod rights;
#[cfg(test)]
mod tests;
mod text;
mod unfit;

use std::error::Error as StdError;
use std::fmt;

pub use error_kind::ErrorKind;
pub(crate) use failed::{Failed, FailedAt, Origin, Persisted};
pub use hint::Hint;
pub(crate) use kind::{Kind, Shape};
pub(crate) use other_index::OtherIndex;
pub(crate) use problem::{Problem, Renumbered, Taken};
pub(crate) use rights::{Held, Rights};
pub(crate) use unfit::{Flaw, Unfit};

use crate::other_history::OtherHistory;
use crate::report::{RevertedMigration, RunReport};
use crate::session::DatabaseError;

/// Why an operation stopped.
///
/// Programs ask [`kind`](Error::kind) and the other methods. For people there are two texts:
///
/// - `{error}` is one line: where, and what is wrong. A cause is in [`source`](StdError::source) and not repeated.
/// - `{error:#}` is everything on several lines: the place in the file, what the server said, the causes, and what one
///   can do. `Debug` is the same, so `fn main() -> Result<(), Error>` prints it. A front end that renders
///   [`hints`](Error::hints) its own way takes the rest from [`details`](Error::details).
///
/// What was done before the error is in [`report`](Error::report). The migration that failed has left nothing behind,
/// unless the details say so.
///
/// ```
/// use migrate_runtime::{Error, ErrorKind};
///
/// fn is_worth_a_retry(error: &Error) -> bool {
///     matches!(error.kind(), ErrorKind::Connection | ErrorKind::Locked)
/// }
/// ```
pub struct Error(Box<Stopped>);

/// In one box: an error passes through every `?` of the engine, and should be small there.
struct Stopped {
    kind: Kind,
    hints: Vec<Hint>,
    report: RunReport,
    reverted: Vec<RevertedMigration>,
}

impl Error {
    #[inline(never)]
    pub(crate) fn new(kind: Kind) -> Self {
        Self(Box::new(Stopped {
            hints: kind.hints(),
            kind,
            report: RunReport::default(),
            reverted: Vec::new(),
        }))
    }

    /// With what was applied before it.
    pub(crate) fn after(mut self, report: RunReport) -> Self {
        self.0.report = report;
        self
    }

    /// With what was reverted before it.
    pub(crate) fn after_reverting(mut self, reverted: Vec<RevertedMigration>) -> Self {
        self.0.reverted = reverted;
        self
    }

    /// Of a migration that failed because of what is in the database, in a run that began with an empty history: whether
    /// to look for the history of another tool.
    pub(crate) fn is_about_contents(&self) -> bool {
        matches!(&self.0.kind, Kind::Failed(failed) if failed.is_about_contents())
    }

    /// Of the same, with the other history if there is one.
    pub(crate) fn began_empty(mut self, other: Option<OtherHistory>) -> Self {
        if let Kind::Failed(failed) = &mut self.0.kind {
            failed.origin = match other {
                Some(other) => Origin::Foreign(other),
                None if failed.is_about_existing() => Origin::Unrecorded,
                None => Origin::Ordinary,
            };
            self.0.hints = self.0.kind.hints();
        }
        self
    }

    /// Of [`Kind::VersionTaken`]: the table's name and the migrations, to be completed.
    pub(crate) fn taken(&mut self) -> Option<(&mut String, &mut [Taken])> {
        match &mut self.0.kind {
            Kind::VersionTaken {
                table, migrations, ..
            } => Some((table, migrations)),
            _ => None,
        }
    }

    /// What went wrong, for programs to tell apart.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind.kind()
    }

    /// What a run had done before the error. Empty for other operations.
    pub fn report(&self) -> &RunReport {
        &self.0.report
    }

    /// What a revert had reverted before the error. Empty for other operations.
    pub fn reverted(&self) -> &[RevertedMigration] {
        &self.0.reverted
    }

    /// The version of the migration concerned: the one that failed, or the first of those that are edited, missing or
    /// out of order.
    pub fn version(&self) -> Option<i64> {
        self.0.kind.version()
    }

    /// The file of the migration concerned, e.g. `migrations/0002_users.sql`.
    pub fn file(&self) -> Option<&str> {
        self.0.kind.file()
    }

    /// The line and the column in [`file`](Error::file) at which PostgreSQL refused it: both counted from 1, columns in
    /// characters.
    pub fn position(&self) -> Option<(usize, usize)> {
        self.0.kind.position()
    }

    /// The statement of [`file`](Error::file) that failed or was interrupted, counted from 1.
    pub fn statement(&self) -> Option<usize> {
        self.0.kind.statement()
    }

    /// What one can do about it.
    pub fn hints(&self) -> &[Hint] {
        &self.0.hints
    }

    /// The server's error, if it was the server that refused.
    pub fn database(&self) -> Option<&DatabaseError> {
        self.0.kind.database()
    }

    /// The server's error code, five characters.
    pub fn sqlstate(&self) -> Option<&str> {
        self.database().map(|error| error.code.as_str())
    }

    /// The text of `{error:#}` without causes and hints, for a front end that renders those its own way.
    pub fn details(&self) -> impl fmt::Display {
        Details(&self.0.kind)
    }

    /// [`ErrorKind::Drift`]: an applied migration was edited.
    pub fn is_drift(&self) -> bool {
        self.kind() == ErrorKind::Drift
    }

    /// [`ErrorKind::Missing`]: the set lacks an applied migration that is older than its newest.
    pub fn is_missing(&self) -> bool {
        self.kind() == ErrorKind::Missing
    }

    /// [`ErrorKind::OutOfOrder`]: a pending migration is older than the newest applied one.
    pub fn is_out_of_order(&self) -> bool {
        self.kind() == ErrorKind::OutOfOrder
    }

    /// [`ErrorKind::Ahead`]: the history holds newer migrations than the set, which is refused on demand.
    pub fn is_ahead(&self) -> bool {
        self.kind() == ErrorKind::Ahead
    }

    /// [`ErrorKind::Locked`]: another instance applied migrations for too long, or a session kept the history table
    /// locked.
    pub fn is_locked(&self) -> bool {
        self.kind() == ErrorKind::Locked
    }

    /// [`ErrorKind::Stopped`]: the operation was stopped on request.
    pub fn is_stopped(&self) -> bool {
        self.kind() == ErrorKind::Stopped
    }

    /// [`ErrorKind::Stale`]: the directory has changed since this program was compiled.
    pub fn is_stale(&self) -> bool {
        self.kind() == ErrorKind::Stale
    }

    /// [`ErrorKind::Interrupted`]: a migration stopped half-way, and only a person can tell how to go on.
    pub fn is_interrupted(&self) -> bool {
        self.kind() == ErrorKind::Interrupted
    }

    /// [`ErrorKind::Connection`]: the connection failed.
    pub fn is_connection(&self) -> bool {
        self.kind() == ErrorKind::Connection
    }
}

struct Details<'e>(&'e Kind);

impl fmt::Display for Details<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.write(f, true)?;
        match self.0.database() {
            // A failed migration's text has them in their place.
            Some(error) if !matches!(self.0, Kind::Failed(_)) => failed::fields(f, error),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !f.alternate() {
            return self.0.kind.write(f, false);
        }
        Details(&self.0.kind).fmt(f)?;
        let mut cause = self.source();
        while let Some(error) = cause {
            write!(f, "\n  caused by: {error}")?;
            cause = error.source();
        }
        for hint in self.hints() {
            write!(f, "\n  = help: {hint}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:#}")
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.kind.source()
    }
}
