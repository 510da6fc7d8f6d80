//! Why there is no database.

use std::fmt;
use std::sync::Arc;

/// Why a test gets no database. It can be cloned: what fails once fails in every test that needs it.
#[derive(Clone)]
pub struct Error(Arc<Facts>);

/// What kind of [`Error`] it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// No server was named, and none could be started.
    NoServer,
    /// A variable of the environment cannot be understood.
    Environment,
    /// The server cannot be reached, or refuses the connection.
    Connection,
    /// The role may not create databases.
    PermissionDenied,
    /// A migration failed: [`Error::migration`] has its own error.
    Migration,
    /// A fixture failed.
    Fixture,
    /// Files of migrations were changed since the test was compiled.
    Stale,
    /// Any other error of the server.
    Database,
}

struct Facts {
    kind: ErrorKind,
    message: String,
    help: Vec<String>,
    migration: Option<migrate_runtime::Error>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl fmt::Display) -> Self {
        Self(Arc::new(Facts {
            kind,
            message: message.to_string(),
            help: Vec::new(),
            migration: None,
        }))
    }

    pub(crate) fn of_migration(error: migrate_runtime::Error) -> Self {
        let kind = if error.is_stale() {
            ErrorKind::Stale
        } else {
            ErrorKind::Migration
        };
        // With the line of the file, the hints, and all else that is known.
        let message = format!("{error:#}");
        Self(Arc::new(Facts {
            kind,
            message: message.trim_end().to_owned(),
            help: Vec::new(),
            migration: Some(error),
        }))
    }

    /// A statement that the server has refused.
    pub(crate) fn of_server(doing: impl fmt::Display, error: &postgres::Error) -> Self {
        let kind = match error.as_db_error().map(|error| error.code().code()) {
            Some("42501") => ErrorKind::PermissionDenied,
            Some(_) => ErrorKind::Database,
            None => ErrorKind::Connection,
        };
        Self::new(kind, format_args!("{doing}: {}", reason(error)))
    }

    pub(crate) fn help(self, help: impl Into<String>) -> Self {
        let mut facts = Arc::try_unwrap(self.0).unwrap_or_else(|shared| Facts {
            kind: shared.kind,
            message: shared.message.clone(),
            help: shared.help.clone(),
            migration: None,
        });
        facts.help.push(help.into());
        Self(Arc::new(facts))
    }

    /// What kind of error it is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The error of the migration, if this process has applied it. Where another process has, the text says the same.
    pub fn migration(&self) -> Option<&migrate_runtime::Error> {
        self.0.migration.as_ref()
    }
}

/// What the server said, with its code; or else what the client says.
pub(crate) fn reason(error: &postgres::Error) -> String {
    match error.as_db_error() {
        Some(error) => {
            let detail = error.detail().map(|detail| format!(" ({detail})"));
            format!(
                "{}{} [{}]",
                error.message(),
                detail.unwrap_or_default(),
                error.code().code()
            )
        }
        None => match std::error::Error::source(error) {
            Some(source) => format!("{error}: {source}"),
            None => error.to_string(),
        },
    }
}

impl fmt::Display for Error {
    /// The message; with `{:#}`, what helps as well.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        if f.alternate() {
            for help in &self.0.help {
                write!(f, "\n  = help: {help}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    /// As `{:#}`: a test that returns the error prints this.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:#}")
    }
}

impl std::error::Error for Error {}
