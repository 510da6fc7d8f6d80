//! Clones: how they are made, and how they are dropped.

use crate::Error;
use crate::maintenance::{Maintenance, quoted};
use crate::name::Name;

/// How the server copies a database.
///
/// Measured with a template of 800 files and 12 MB, CPU time of the server for one copy, in memory, without `fsync`:
///
/// | | PostgreSQL 15 | 18 |
/// |---|---|---|
/// | `WAL_LOG` | 109 ms | 140 ms |
/// | `FILE_COPY` | 27 ms | 25 ms |
/// | `FILE_COPY` with `file_copy_method = clone` | | 27 ms |
///
/// On a disk, `clone` takes 45 ms where copying takes 52, and where the file system shares blocks, next to nothing. With
/// `fsync`, `FILE_COPY` has the server write and flush everything it holds, twice, which takes seconds on a busy one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strategy {
    /// All there is before 15, and what a server that flushes does best.
    Usual,
    FileCopy,
    /// `FILE_COPY`, and the file system may share the blocks.
    CloneFiles,
}

impl Strategy {
    /// The quickest that this server has.
    pub(crate) fn choose(version: u32, flushes: bool) -> Self {
        match version {
            _ if flushes => Self::Usual,
            180_000.. => Self::CloneFiles,
            150_000.. => Self::FileCopy,
            _ => Self::Usual,
        }
    }
}

/// Copies a database. The template is not connected to by anybody, but a server may look at it for a moment.
pub(crate) fn copy(
    session: &mut Maintenance,
    from: &Name,
    to: &Name,
    strategy: Strategy,
) -> Result<(), postgres::Error> {
    let (from, to) = (quoted(from), quoted(to));
    if strategy == Strategy::CloneFiles {
        // Not every build knows it; and the session may have been opened again.
        let _ = session.rows("SET file_copy_method = clone");
    }
    let options = match strategy {
        Strategy::Usual => "",
        Strategy::FileCopy | Strategy::CloneFiles => " STRATEGY file_copy",
    };
    let sql = format!("CREATE DATABASE {to} TEMPLATE {from}{options}");
    let Err(error) = retry_in_use(session, &sql) else {
        return Ok(());
    };
    // The file system cannot do it.
    if strategy == Strategy::CloneFiles && error.code().is_some_and(|code| code.code() != "3D000") {
        session.rows("SET file_copy_method = copy")?;
        return retry_in_use(session, &sql);
    }
    Err(error)
}

/// The server itself waits 5 s for other sessions of a template to end; this waits for longer ones.
pub(crate) fn retry_in_use(session: &mut Maintenance, sql: &str) -> Result<(), postgres::Error> {
    for _ in 0..2 {
        match session.rows(sql) {
            Err(error) if is(&error, "55006") => {}
            ended => return ended.map(drop),
        }
    }
    session.rows(sql).map(drop)
}

/// Drops a database and ends its sessions.
pub(crate) fn remove(session: &mut Maintenance, name: &Name) -> Result<(), Error> {
    let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", quoted(name));
    match session.rows(&sql) {
        // Another process was faster.
        Err(error) if is(&error, "3D000") => Ok(()),
        ended => ended
            .map(drop)
            .map_err(|error| Error::of_server(format_args!("cannot drop {name}"), &error)),
    }
}

/// Drops a template, which is protected from being dropped.
pub(crate) fn remove_template(session: &mut Maintenance, name: &Name) -> Result<(), Error> {
    let sql = format!("ALTER DATABASE {} IS_TEMPLATE false", quoted(name));
    // It may be gone.
    let _ = session.rows(&sql);
    remove(session, name)
}

pub(crate) fn rename(
    session: &mut Maintenance,
    from: &Name,
    to: &Name,
) -> Result<(), postgres::Error> {
    let sql = format!("ALTER DATABASE {} RENAME TO {}", quoted(from), quoted(to));
    retry_in_use(session, &sql)
}

pub(crate) fn is(error: &postgres::Error, code: &str) -> bool {
    error.code().is_some_and(|found| found.code() == code)
}

#[cfg(test)]
mod tests {
    use super::Strategy;

    #[test]
    fn a_server_that_flushes_copies_through_its_log() {
        assert_eq!(Strategy::choose(170_004, true), Strategy::Usual);
        assert_eq!(Strategy::choose(170_004, false), Strategy::FileCopy);
        assert_eq!(Strategy::choose(180_000, false), Strategy::CloneFiles);
        assert_eq!(Strategy::choose(140_010, false), Strategy::Usual);
    }
}
