//! Another tool's history, as migrations of the set.

use std::time::Duration;

use crate::timestamp::Timestamp;

/// What [`Runner::adopt_with`](crate::Runner::adopt_with) records: another tool's history, as migrations of the set.
///
/// The crate `migrate-adopt` makes it from the tables of the usual tools. An application that kept a table of its
/// own builds it itself:
///
/// ```
/// use migrate_runtime::{ForeignHistory, ForeignMigration};
///
/// let mut history = ForeignHistory::new("public", "applied_scripts", ["id", "ran_at"], 1);
/// history.migrations.push(ForeignMigration::new(1, "adopted from applied_scripts"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ForeignHistory {
    /// The schema of the other tool's table, as PostgreSQL stores it.
    pub schema: String,
    /// The table's name within that schema.
    pub name: String,
    /// The columns it had when it was read, in order. If it has others by now, nothing is recorded.
    pub columns: Vec<String>,
    /// How many rows it had when it was read. If it has more or fewer by now, nothing is recorded.
    pub rows: usize,
    /// A new name for it within its schema, where it has the name of the set's history table.
    pub rename: Option<String>,
    /// The migrations to record. Those that have a row already keep it.
    pub migrations: Vec<ForeignMigration>,
}

/// One migration that the other tool applied.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ForeignMigration {
    /// The version of the migration in the set.
    pub version: i64,
    /// Whether it counts as applied although it has not run on this database.
    pub baseline: bool,
    /// When it was applied; None records the present time.
    pub applied_at: Option<Timestamp>,
    /// How long it took.
    pub duration: Option<Duration>,
    /// The role that applied it.
    pub applied_by: Option<String>,
    /// The `note` of its row, e.g. `adopted from sqlx`.
    pub note: String,
}

/// What became of an adoption.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AdoptOutcome {
    /// The migrations are recorded.
    Recorded,
    /// The other tool's table has changed since it was read. Nothing is recorded: read it again.
    TableChanged,
}

impl ForeignHistory {
    /// A history in the table `schema`.`name`, which had these columns and that many rows when it was read. It
    /// records no migration yet.
    pub fn new<C>(
        schema: impl Into<String>,
        name: impl Into<String>,
        columns: C,
        rows: usize,
    ) -> Self
    where
        C: IntoIterator,
        C::Item: Into<String>,
    {
        Self {
            schema: schema.into(),
            name: name.into(),
            columns: columns.into_iter().map(Into::into).collect(),
            rows,
            rename: None,
            migrations: Vec::new(),
        }
    }
}

impl ForeignMigration {
    /// An applied migration of which nothing else is known.
    pub fn new(version: i64, note: impl Into<String>) -> Self {
        Self {
            version,
            baseline: false,
            applied_at: None,
            duration: None,
            applied_by: None,
            note: note.into(),
        }
    }
}
