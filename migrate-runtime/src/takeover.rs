//! Another tool's history, translated into rows of ours.

/// What [`Runner::take_over`](crate::Runner::take_over) records. The crate `migrate-adopt` makes it from
/// the tables of the usual tools; whoever kept a table of their own can make it by hand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Takeover {
    /// The other tool's table, as PostgreSQL stores its schema and name.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// The columns it had when it was read, in order: if it has others by now, nothing is recorded.
    pub columns: Vec<String>,
    /// How many rows it had when it was read; likewise.
    pub rows: usize,
    /// Its new name within its schema, where it stands in the way of ours.
    pub rename: Option<String>,
    /// The migrations to record. Those that have a row already keep it.
    pub migrations: Vec<TakenOver>,
}

/// One migration that the other tool applied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TakenOver {
    /// Its version in the set.
    pub version: i64,
    /// Whether it only counts as applied, without anybody having run it.
    pub baseline: bool,
    /// When it was applied, as PostgreSQL reads a `timestamptz`; none if nobody knows, and then the
    /// present time is recorded.
    pub applied_at: Option<String>,
    /// How many milliseconds it took.
    pub ms: Option<i64>,
    /// The role that applied it.
    pub applied_by: Option<String>,
    /// What the row's `note` says, e.g. `adopted from sqlx`.
    pub note: String,
}
