//! Another session of the database, and what it is in the way of.

use std::fmt;

use crate::timestamp::Timestamp;

/// Another session of the database.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct OtherSession {
    /// The process id of its server process.
    pub pid: i32,
    /// Its role; empty if this role may not see it.
    pub user: String,
    /// Its `application_name`; may be empty.
    pub application: String,
    /// The start of its transaction, or of its connection if it has none open; None if this role may not see it.
    pub since: Option<Timestamp>,
}

impl fmt::Display for OtherSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pid {}", self.pid)?;
        let mut open = " (";
        for (name, value) in [("role", &self.user), ("application", &self.application)] {
            if !value.is_empty() {
                write!(f, "{open}{name} {value}")?;
                open = ", ";
            }
        }
        if let Some(since) = &self.since {
            write!(f, "{open}open since {since}")?;
            open = ", ";
        }
        f.write_str(if open == ", " { ")" } else { "" })
    }
}

/// The session most likely in the way of a file, and the lock that says so.
#[derive(Debug, Clone)]
pub(crate) struct Blocker {
    pub(crate) session: OtherSession,
    /// One that it holds on something that the file names.
    pub(crate) lock: Option<String>,
}

impl fmt::Display for Blocker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        blocked_by(f, &self.session, self.lock.as_deref())
    }
}

pub(crate) fn blocked_by(
    f: &mut fmt::Formatter<'_>,
    session: &OtherSession,
    lock: Option<&str>,
) -> fmt::Result {
    write!(f, "{session}")?;
    lock.map_or(Ok(()), |lock| write!(f, ", which holds {lock}"))
}
