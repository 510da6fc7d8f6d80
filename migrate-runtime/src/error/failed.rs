//! A migration that PostgreSQL refused: where in the file, what the server said, and what was kept.

use std::fmt;

use crate::event::Holder;
use crate::session::DatabaseError;
use crate::snippet::Place;
use crate::text::find;

#[derive(Debug)]
pub(crate) struct Failed {
    pub(crate) version: i64,
    /// As shown, e.g. `migrations/0002_users.sql`.
    pub(crate) file: String,
    pub(crate) error: Box<DatabaseError>,
    pub(crate) place: Option<Place>,
    pub(crate) statement: Option<Failing>,
    pub(crate) kept: Kept,
    pub(crate) attempts: u32,
    pub(crate) blocker: Option<Holder>,
}

/// Which part of the file it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failing {
    /// The `number`th statement, counted from 1.
    Statement { number: usize, of: usize },
    /// The commit, where deferred constraints are checked.
    Commit,
}

/// What is left of it in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    Nothing,
    /// The first statements of a `no-transaction` file.
    Statements {
        done: usize,
        of: usize,
    },
    /// The file ended the transaction it ran in.
    Unknown,
}

impl Failed {
    pub(super) fn hints(&self) -> Vec<String> {
        let code = match self.error.code.as_str() {
            "55P03" => {
                "find out what holds the lock, run when traffic is low, or allow more with `-- migrate: lock-timeout 10s`"
            }
            "55P04" => {
                "a new enum value cannot be used before it is committed: use it in a later migration"
            }
            "25001" => {
                "this statement refuses a transaction: put it into a file of its own that starts with `-- migrate: no-transaction`"
            }
            "2D000" => {
                "the body commits, which it cannot do inside a migration's transaction: put it into a file that starts with `-- migrate: no-transaction`"
            }
            "53200" if find(&self.error.message, "shared memory").is_some() => {
                "one transaction holds a lock for every table it touches: run the migrations one by one, or raise max_locks_per_transaction"
            }
            _ => "",
        };
        let kept = match self.kept {
            Kept::Statements { .. } => {
                "mend what stopped it and run again: it goes on at this statement"
            }
            _ => "",
        };
        let mut hints = Vec::new();
        for hint in [code, kept] {
            if !hint.is_empty() {
                hints.push(hint.to_owned());
            }
        }
        hints
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let error = &self.error;
        f.write_str(&self.file)?;
        if let Some(place) = &self.place {
            write!(f, ":{}:{}", place.line, place.column)?;
        }
        write!(f, ": {}", error.message)?;
        if let Some(place) = &self.place {
            write!(f, "\n{}", place.draw())?;
        }
        match self.statement {
            Some(Failing::Statement { number, of }) if of > 1 => {
                write!(f, "\n  = statement: {number} of {of}")?;
            }
            Some(Failing::Commit) => write!(f, "\n  = statement: the COMMIT after the last one")?,
            _ => {}
        }
        write!(f, "\n  = sqlstate: {}", error.code)?;
        let query = error.internal.as_ref().map(|(_, query)| query);
        for (name, value) in [
            ("detail", error.detail.as_ref()),
            ("hint", error.hint.as_ref()),
            ("constraint", error.constraint.as_ref()),
            ("query", query),
            ("context", error.context.as_ref()),
        ] {
            if let Some(value) = value {
                write!(f, "\n  = {name}: ")?;
                // Further lines of a value stand under its first.
                for (at, line) in value.trim_end().split('\n').enumerate() {
                    let indent = if at == 0 { "" } else { "\n    " };
                    write!(f, "{indent}{line}")?;
                }
            }
        }
        if let Some(blocker) = &self.blocker {
            write!(f, "\n  = in the way: {blocker}")?;
        }
        if self.attempts > 1 {
            write!(f, "\n  = attempts: {}", self.attempts)?;
        }
        match self.kept {
            Kept::Nothing => write!(f, "\n  = note: nothing of this migration was kept"),
            Kept::Statements { done, of } => {
                write!(
                    f,
                    "\n  = note: {done} of its {of} statements are done and kept"
                )
            }
            Kept::Unknown => write!(
                f,
                "\n  = note: the file ended its transaction; what came before that was kept"
            ),
        }
    }
}
