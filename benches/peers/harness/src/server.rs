//! The server that all applications are measured on, set up as servers in use are: it flushes what it commits.

use std::path::PathBuf;
use std::process::Command;

use migrate_fixtures::{Database, Options, Server};

use crate::Outcome;
use crate::generate::{self, Set};
use crate::instance::binary;
use crate::measure::{self, Taken};
use crate::place::work;
use crate::report;
use crate::tool::Tool;

/// A running server.
#[derive(Debug)]
pub(crate) struct Postgres(Server);

impl Postgres {
    /// Starts one.
    pub(crate) fn start() -> Outcome<Self> {
        Self::start_with(0)
    }

    /// One whose flushes take so many milliseconds: the server waits before each. Its data is in memory, where a flush
    /// itself takes next to nothing.
    pub(crate) fn start_with(flush: u32) -> Outcome<Self> {
        let options = Options::new()
            .setting("commit_siblings", "0")
            .setting("commit_delay", &(flush * 1000).to_string())
            .setting("fsync", "on")
            .setting("full_page_writes", "on")
            .setting("shared_buffers", "128MB")
            .setting("min_wal_size", "80MB")
            .setting("max_wal_size", "1GB");
        let server = Server::start(&options)?;
        report::remember_server(&server.installation().version)?;
        Ok(Self(server))
    }

    /// Its port.
    pub(crate) fn port(&self) -> u16 {
        self.0.port()
    }

    /// What proxies of the fixtures stand before.
    pub(crate) fn server(&self) -> &Server {
        &self.0
    }

    /// An empty database, and nothing left to write from earlier ones.
    pub(crate) fn empty(&self) -> Outcome<Database> {
        let database = self.0.database();
        self.0.execute("CHECKPOINT")?;
        Ok(database)
    }

    /// Commits of a database, and flushes of the whole server's log, so far.
    pub(crate) fn commits_and_flushes(&self, database: &Database) -> Outcome<(f64, f64)> {
        // Statistics reach the server's memory at the end of a transaction, at most once a second.
        std::thread::sleep(std::time::Duration::from_millis(1500));
        let count = |sql: &str| -> Outcome<f64> {
            let rows = self.0.rows(sql)?;
            let value = rows.first().and_then(|row| row.first());
            Ok(value.ok_or("no row")?.parse()?)
        };
        let name = database.name();
        let commits = count(&format!(
            "SELECT xact_commit FROM pg_stat_database WHERE datname = '{name}'"
        ))?;
        // Moved to pg_stat_io in version 18.
        let flushes = count("SELECT wal_sync FROM pg_stat_wal")
            .or_else(|_| count("SELECT sum(fsyncs) FROM pg_stat_io WHERE object = 'wal'"))?;
        Ok((commits, flushes))
    }
}

/// Something that applies a set.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Starter {
    /// An application.
    Application(&'static Tool),
    /// `psql -1 -f` with all migrations in one file.
    Psql,
}

impl Starter {
    /// As figures call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Application(tool) => tool.package,
            Self::Psql => "psql",
        }
    }

    /// Builds what it needs, and says how to start it on a database.
    pub(crate) fn prepare(self, set: Set, server: &Postgres) -> Outcome<Program> {
        match self {
            Self::Application(tool) => Ok(Program {
                path: binary(tool, if tool.migrates() { set } else { Set::Small(10) })?,
                file: None,
            }),
            Self::Psql => {
                let file = work().join(format!("whole-{set}.sql"));
                generate::write_whole(set, &file)?;
                Ok(Program {
                    path: server.0.installation().program("psql"),
                    file: Some(file),
                })
            }
        }
    }
}

/// A program that takes a database's URL.
#[derive(Debug)]
pub(crate) struct Program {
    path: PathBuf,
    file: Option<PathBuf>,
}

impl Program {
    /// The command that starts it on a database, through the server's port or a proxy's.
    pub(crate) fn command(&self, database: &Database, port: u16) -> Command {
        let mut command = Command::new(&self.path);
        if let Some(file) = &self.file {
            command
                .args(["-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", "-f"])
                .arg(file);
        }
        command.arg(format!(
            "{}?sslmode=disable",
            database.url_through("postgres", port)
        ));
        command
    }

    /// Starts it and measures it.
    pub(crate) fn run(&self, database: &Database, port: u16) -> Outcome<Taken> {
        let what = self.path.display().to_string();
        measure::run(&self.command(database, port))?.expect_success(&what)
    }
}
