//! A file as it was read.

use std::path::PathBuf;

/// One file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// As diagnostics name it, e.g. `migrations/0002_users.sql`.
    pub file: String,
    /// Where it is, absolute where the root is.
    pub path: PathBuf,
    /// Its text with CRLF turned into LF.
    pub text: String,
}
