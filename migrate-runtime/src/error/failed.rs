//! A migration that PostgreSQL refused: where in the file, what the server said, and what was kept.

use std::fmt;

use super::hint::Hint;
use crate::other_history::OtherHistory;
use crate::other_session::Blocker;
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
    pub(crate) statement: Option<FailedAt>,
    pub(crate) kept: Persisted,
    pub(crate) attempts: u32,
    pub(crate) blocker: Option<Blocker>,
    pub(crate) origin: Origin,
}

/// What the run knew of the database's past when it began.
#[derive(Debug, Default)]
pub(crate) enum Origin {
    /// Nothing that explains the failure.
    #[default]
    Ordinary,
    /// It began with an empty history, and what the file creates was there.
    Unrecorded,
    /// It began with an empty history, beside that of another tool.
    Foreign(OtherHistory),
}

/// Which part of the file it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FailedAt {
    /// The `number`th statement, counted from 1.
    Statement { number: usize, of: usize },
    /// The commit, where deferred constraints are checked.
    Commit,
}

/// What is left of it in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Persisted {
    Nothing,
    /// The first statements of a `no-transaction` file.
    Statements {
        done: usize,
        of: usize,
    },
    /// The first statements of a `no-transaction` file, and perhaps a part of the one that failed.
    Partly {
        done: usize,
        of: usize,
    },
    /// Nothing of several migrations in one transaction.
    NothingOfAll {
        of: usize,
    },
    /// The file ended the transaction it ran in.
    Unknown,
}

impl Failed {
    pub(super) fn hints(&self) -> Vec<Hint> {
        let journaled = matches!(
            self.kept,
            Persisted::Statements { .. } | Persisted::Partly { .. }
        );
        let mut hints = Vec::new();
        hints.extend(match self.error.code.as_str() {
            "55P03" => Some(Hint::FindBlocker),
            "55P04" if matches!(self.kept, Persisted::NothingOfAll { .. }) => {
                Some(Hint::CommitEachFile)
            }
            "55P04" => Some(Hint::UseEnumValueLater),
            // Ours began as one that may write.
            "25006" => Some(Hint::StayWritable),
            // It was tried outside a transaction too.
            "25001" | "2D000" if journaled => Some(Hint::CallDirectly),
            // The statement refuses a transaction; or a body commits, which it cannot do inside one.
            "25001" | "2D000" => Some(Hint::LeaveTransaction),
            "53200" if find(&self.error.message, "shared memory").is_some() => {
                Some(Hint::FewerLocks)
            }
            _ => None,
        });
        match self.kept {
            Persisted::Statements { done, .. } => hints.push(Hint::Resume {
                statement: done + 1,
            }),
            Persisted::Partly { .. } => hints.push(Hint::Repair {
                version: self.version,
            }),
            _ => {}
        }
        match &self.origin {
            Origin::Ordinary => {}
            Origin::Unrecorded => hints.push(Hint::Baseline),
            Origin::Foreign(other) => hints.push(Hint::Adopt {
                tool: Some(other.tool),
            }),
        }
        hints
    }

    /// Whether the server refused to create what exists.
    pub(super) fn is_about_existing(&self) -> bool {
        // A table or index, a constraint, type or role, a schema, a column, a function.
        matches!(
            self.error.code.as_str(),
            "42P07" | "42710" | "42P06" | "42701" | "42723"
        )
    }

    /// Whether it can come of a database that already has what the files do: something is there, or gone, or has rows.
    pub(super) fn is_about_contents(&self) -> bool {
        matches!(self.error.code.get(..2), Some("42" | "23"))
    }

    /// On one line, or with `details` over several.
    pub(super) fn write(&self, f: &mut fmt::Formatter<'_>, details: bool) -> fmt::Result {
        let error = &self.error;
        f.write_str(&self.file)?;
        if let Some(place) = &self.place {
            write!(f, ":{}:{}", place.line, place.column)?;
        }
        if !details {
            return write!(f, ": {}", error.message.lines().next().unwrap_or_default());
        }
        write!(f, ": {}", error.message)?;
        if let Some(place) = &self.place {
            write!(f, "\n{}", place.draw())?;
        }
        match self.statement {
            Some(FailedAt::Statement { number, of }) if of > 1 => {
                write!(f, "\n  = statement: {number} of {of}")?;
            }
            Some(FailedAt::Commit) => {
                f.write_str("\n  = statement: the COMMIT after the last one")?;
            }
            _ => {}
        }
        fields(f, error)?;
        if let Some(blocker) = &self.blocker {
            write!(f, "\n  = blocked by: {blocker}")?;
        }
        if self.attempts > 1 {
            write!(f, "\n  = attempts: {}", self.attempts)?;
        }
        if let Origin::Foreign(other) = &self.origin {
            write!(
                f,
                "\n  = note: {other}, and this run began with an empty history"
            )?;
        }
        match self.kept {
            Persisted::Nothing => f.write_str("\n  = note: nothing of this migration was kept"),
            Persisted::NothingOfAll { of } => {
                write!(f, "\n  = note: nothing of these {of} migrations was kept")
            }
            Persisted::Partly { of: 1, .. } => f.write_str(
                "\n  = note: what its only statement committed before it failed is kept",
            ),
            Persisted::Partly { done, of } => write!(
                f,
                "\n  = note: {done} of its {of} statements are complete and committed, and so is what this one committed before it failed"
            ),
            Persisted::Statements { of: 1, .. } => {
                f.write_str("\n  = note: its only statement is not complete")
            }
            Persisted::Statements { done, of } => write!(
                f,
                "\n  = note: {done} of its {of} statements are complete and committed"
            ),
            Persisted::Unknown => f.write_str(
                "\n  = note: the file ended its own transaction; statements before that may be committed",
            ),
        }
    }
}

/// What the server said besides the message, a line for each field.
pub(super) fn fields(f: &mut fmt::Formatter<'_>, error: &DatabaseError) -> fmt::Result {
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
            // Align further lines of a value with its first.
            for (at, line) in value.trim_end().split('\n').enumerate() {
                let indent = if at == 0 { "" } else { "\n    " };
                write!(f, "{indent}{line}")?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Failed, Origin, Persisted};
    use crate::error::{Error, Kind};
    use crate::session::DatabaseError;

    fn text(code: &str, kept: Persisted) -> String {
        let error = Error::new(Kind::Failed(Box::new(Failed {
            version: 2,
            file: "migrations/2_x.sql".to_owned(),
            error: Box::new(DatabaseError::new(code, "refused")),
            place: None,
            statement: None,
            kept,
            attempts: 1,
            blocker: None,
            origin: Origin::Ordinary,
        })));
        format!("{error:#}")
    }

    #[test]
    fn what_may_be_done_in_part_is_for_a_person_to_settle() {
        insta::assert_snapshot!(text("2D000", Persisted::Partly { done: 1, of: 2 }), @r"
        migrations/2_x.sql: refused
          = sqlstate: 2D000
          = note: 1 of its 2 statements are complete and committed, and so is what this one committed before it failed
          = help: call it directly: a function, an exception block, and a procedure with a SET clause or SECURITY DEFINER always run inside a transaction
          = help: check its effects in the database, then call `.repair(…)`: `Repair::MarkApplied(2)` if they are complete, `Repair::MarkPending(2)` if none is left
        ");
    }

    #[test]
    fn a_single_transaction_keeps_nothing_and_can_be_left_out() {
        insta::assert_snapshot!(text("55P04", Persisted::NothingOfAll { of: 2 }), @r"
        migrations/2_x.sql: refused
          = sqlstate: 55P04
          = note: nothing of these 2 migrations was kept
          = help: leave out `.single_transaction(true)`: each file then commits by itself
        ");
    }
}
