//! What a program can tell errors apart by.

/// Why an operation stopped, for programs: [`Error::kind`](crate::Error::kind).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An applied migration was edited.
    Drift,
    /// The history records another migration with the version of one of the set, as where two programs or two
    /// branches share a history table.
    VersionTaken,
    /// The set lacks an applied migration that is older than its newest.
    Missing,
    /// The history holds newer migrations than the set, and [`ahead(Policy::Refuse)`](crate::Runner::ahead) refuses
    /// that.
    Ahead,
    /// A pending migration is older than the newest applied one.
    OutOfOrder,
    /// A migration stopped half-way, and only a person can tell how to go on: with a [`repair`](crate::Runner::repair),
    /// or as the [hints](crate::Error::hints) say.
    Interrupted,
    /// The set has no migration of the version that is asked for, or that is to be reverted.
    UnknownVersion,
    /// The version to revert to is not applied.
    NotApplied,
    /// A migration that is to be reverted has no down file.
    NoDownFile,
    /// The row that is to be repaired does not exist, or is not in the state that the repair is for; or a migration of
    /// the set is to be forgotten.
    NothingToRepair,
    /// Another instance changed the history during a revert.
    HistoryChanged,
    /// A pending file cannot be part of a [`single_transaction`](crate::Runner::single_transaction).
    SingleTransaction,
    /// The [`StopToken`](crate::StopToken) was stopped, and migrations are left.
    Stopped,
    /// For longer than [`wait_timeout`](crate::Runner::wait_timeout), another instance applied migrations, a session
    /// kept the history table locked, or what was read of the history was never up to date.
    Locked,
    /// The directory has changed since this program was compiled. Only in builds with debug assertions.
    Stale,
    /// The connection has an open transaction.
    OpenTransaction,
    /// A `no-transaction` file ran through a connection pooler that changes the server connection between messages.
    Pooled,
    /// PostgreSQL cannot store the name of the history table.
    InvalidTable,
    /// The history table belongs to another tool.
    ForeignTable,
    /// The history table is not an ordinary table, loses or hides rows, or would run code of a role that the session
    /// has no reason to trust.
    UnfitTable,
    /// The schema of the history table does not exist, and is one that is not created.
    MissingSchema,
    /// The role lacks a privilege on the history table or its schema.
    PermissionDenied,
    /// The server is read-only.
    ReadOnly,
    /// PostgreSQL refused a statement of a migration. [`Error::database`](crate::Error::database) has its error.
    MigrationFailed,
    /// PostgreSQL refused a statement of the engine.
    Database,
    /// The connection failed. Whether the last message took effect is unknown until the next operation reads the
    /// history; trying again is safe.
    Connection,
    /// The history table holds a row that this version cannot read.
    UnreadableHistory,
}
