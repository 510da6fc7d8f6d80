//! What a row is about, in its last column, wherever a message asks several questions. Not every client tells which
//! statement of a message has returned a row: some say nothing of a statement that returned none.

/// How the session is, and whether a transaction was open: one row.
pub(crate) const SESSION: &str = "session";
/// A row of the history.
pub(crate) const ROW: &str = "row";
/// Who holds the lock.
pub(crate) const HOLDER: &str = "holder";
/// The newest version.
pub(crate) const NEWEST: &str = "newest";
/// Whether the history is exactly the set.
pub(crate) const CURRENT: &str = "current";
/// Whether two indexes are the same.
pub(crate) const SAME: &str = "same";
/// What the session was like before a journal was opened.
pub(crate) const BEFORE: &str = "before";
/// The note of a changed row.
pub(crate) const NOTE: &str = "note";
/// A table in which another tool keeps its history.
pub(crate) const OTHER: &str = "other";
