//! The locks that a statement takes on tables.

use std::fmt;

use migrate_sql::ast::ObjectName;

/// A lock that a statement takes on a table other sessions use, and that lasts until the transaction ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    /// The table as the statement names it.
    pub table: ObjectName,
    /// Its strength.
    pub mode: LockMode,
}

/// The strength of a lock, of those that shut out writers or everybody: PostgreSQL's table-level lock modes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LockMode {
    /// `SHARE`: writers wait.
    Share,
    /// `SHARE ROW EXCLUSIVE`: writers wait.
    ShareRowExclusive,
    /// `ACCESS EXCLUSIVE`: readers wait, too.
    AccessExclusive,
}

/// In PostgreSQL's words.
impl fmt::Display for LockMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Share => "SHARE",
            Self::ShareRowExclusive => "SHARE ROW EXCLUSIVE",
            Self::AccessExclusive => "ACCESS EXCLUSIVE",
        })
    }
}
