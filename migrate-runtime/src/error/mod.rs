//! One opaque error, with the questions that callers ask.

mod failed;
mod hint;
mod kind;
mod text;

use std::error::Error as StdError;
use std::fmt;

pub(crate) use failed::{Failed, Failing, Kept};
pub(crate) use kind::{Kind, Problem, Shape};

use crate::report::Report;
use crate::session::DatabaseError;

/// Why an operation stopped.
///
/// `Display` (and `Debug`, so that `fn main() -> Result<(), Error>` prints something to read) is
/// written for the person who has to act: what is wrong, where, and what to do. Programs ask the
/// methods. Nothing is applied half: [`report`](Error::report) says what was applied before the
/// error, and the migration that failed has left nothing behind unless the text says so.
pub struct Error(Box<Stopped>);

/// In one box: an error passes through every `?` of the engine, and there it should be as small as it gets.
struct Stopped {
    kind: Kind,
    report: Report,
}

impl Error {
    #[inline(never)]
    pub(crate) fn new(kind: Kind) -> Self {
        let report = Report::default();
        Self(Box::new(Stopped { kind, report }))
    }

    /// With what was applied before it.
    pub(crate) fn after(mut self, report: Report) -> Self {
        self.0.report = report;
        self
    }

    /// What was applied before the error.
    pub fn report(&self) -> &Report {
        &self.0.report
    }

    /// The version of the migration that is to blame: the one that failed, or the first of those that
    /// are drifted, missing or out of order.
    pub fn migration(&self) -> Option<i64> {
        self.0.kind.migration()
    }

    /// What one can do about it, a sentence each; part of the `Display` text, too.
    pub fn hints(&self) -> Vec<String> {
        self.0.kind.hints()
    }

    /// What the server said, where it was the server that refused.
    pub fn database(&self) -> Option<&DatabaseError> {
        self.0.kind.database()
    }

    /// The server's five-character error code.
    pub fn sqlstate(&self) -> Option<&str> {
        self.database().map(|error| error.code.as_str())
    }

    /// An applied migration's file has been edited since.
    pub fn is_drift(&self) -> bool {
        matches!(self.0.kind, Kind::Drift { .. })
    }

    /// An applied migration, older than the newest of this program, is not in this program.
    pub fn is_missing(&self) -> bool {
        matches!(self.0.kind, Kind::Missing { .. })
    }

    /// A pending migration is older than the newest applied one.
    pub fn is_out_of_order(&self) -> bool {
        matches!(self.0.kind, Kind::OutOfOrder { .. })
    }

    /// The database holds newer migrations than this program, which
    /// [`ahead(Policy::Refuse)`](crate::Runner::ahead) does not allow.
    pub fn is_ahead(&self) -> bool {
        matches!(self.0.kind, Kind::Ahead { .. })
    }

    /// Another program was applying migrations for longer than this one was willing to wait.
    pub fn is_locked(&self) -> bool {
        matches!(self.0.kind, Kind::Locked { .. })
    }

    /// The run was asked to stop, by [`Runner::stop`](crate::Runner::stop), and has migrations left to
    /// apply or revert.
    pub fn is_stopped(&self) -> bool {
        matches!(self.0.kind, Kind::Stopped)
    }

    /// The directory has changed since this program was compiled.
    pub fn is_stale(&self) -> bool {
        matches!(self.0.kind, Kind::Stale { .. })
    }

    /// A migration was begun and not finished, and cannot be finished without being told how.
    pub fn is_half_applied(&self) -> bool {
        matches!(
            self.0.kind,
            Kind::HalfApplied { .. } | Kind::Interrupted { .. }
        )
    }

    /// The connection broke; whether the last message took effect is unknown until the next run reads
    /// the history.
    pub fn is_connection(&self) -> bool {
        matches!(self.0.kind, Kind::Connection { .. })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.kind)?;
        for hint in self.0.kind.hints() {
            write!(f, "\n  = help: {hint}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")?;
        let mut cause = self.source();
        while let Some(error) = cause {
            write!(f, "\n  caused by: {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.kind.source()
    }
}
