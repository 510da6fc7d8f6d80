//! A PostgreSQL that is installed here or was fetched, started for tests and shared by all processes that run them.
//!
//! ```text
//! <memory or temporary files>/migrate-test-<user>-<installation>/
//!     lock      held while the server is started
//!     data/     the cluster, with the templates of earlier runs
//!     join      a pipe that every process holds open: when all are gone, it ends
//!     users/    a file for each process that has opened the pipe
//!     closing/  there while the server is stopped
//!     log       the server's; its socket is here as well
//! ```
//!
//! The directory is the server user's alone, and the server listens on its socket only: with `trust`, a user who can connect is
//! the superuser.

mod installation;
mod place;
mod supervisor;

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use migrate_server::{Account, Installation};
use rustix::fs::{FlockOperation, OFlags};

use super::address::Address;
use super::none;
use crate::Error;
use crate::maintenance::Maintenance;

/// How long the server may take to stop, before it is started again.
const STOP: Duration = Duration::from_secs(60);

/// How long a server that has crashed may take to start again.
const RESTART: Duration = Duration::from_secs(20);

/// This process among those for which the server runs.
#[derive(Debug)]
pub(crate) struct Membership {
    /// Closed by the system when the process ends, however it ends.
    _pipe: File,
    version: String,
    binaries: PathBuf,
}

impl fmt::Display for Membership {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            version, binaries, ..
        } = self;
        write!(
            f,
            "PostgreSQL {version} from {}, started for tests",
            binaries.display()
        )
    }
}

/// Joins the processes that use the server; starts it if there are none.
pub(crate) fn join() -> Result<(Address, Membership), Error> {
    let account = Account::choose().map_err(none)?;
    let installation = installation::choose(&account).map_err(none)?;
    let failed =
        |error: std::io::Error| none(format_args!("cannot prepare its directory: {error}"));
    let home = place::home(&account, &installation).map_err(failed)?;
    // One process at a time; the others find the server running.
    let lock = File::create(home.join("lock")).map_err(failed)?;
    rustix::fs::flock(&lock, FlockOperation::LockExclusive)
        .map_err(|error| failed(error.into()))?;
    let address = address(&home)?;
    let began = Instant::now();
    loop {
        match open(&home.join("join")) {
            // Nothing reads it: the supervisor is gone, or was never there.
            None => {
                fill(&home, &account, &installation)?;
                supervisor::start(&home, &account, &installation).map_err(none)?;
            }
            Some(mut pipe) => {
                let user = home.join("users").join(std::process::id().to_string());
                pipe.write_all(b"j").map_err(failed)?;
                File::create(&user).map_err(failed)?;
                // The supervisor makes the directory first and reads the list then, so one of the two sees the other.
                if !home.join("closing").exists() {
                    revive(&address, &home, &account, &installation)?;
                    let membership = Membership {
                        _pipe: pipe,
                        version: installation.version,
                        binaries: installation.binaries,
                    };
                    return Ok((address, membership));
                }
                let _ = fs::remove_file(&user);
                drop(pipe);
                thread::sleep(Duration::from_millis(20));
            }
        }
        if began.elapsed() > STOP {
            return Err(none(format_args!(
                "the one in {} does not stop",
                home.display()
            )));
        }
    }
}

/// Opens the pipe if there is a reader.
fn open(pipe: &Path) -> Option<File> {
    let flags = i32::try_from(OFlags::NONBLOCK.bits()).ok()?;
    OpenOptions::new()
        .write(true)
        .custom_flags(flags)
        .open(pipe)
        .ok()
}

fn address(home: &Path) -> Result<Address, Error> {
    let mut host = String::new();
    for byte in home.to_string_lossy().bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) {
            host.push(char::from(byte));
        } else {
            let _ = fmt::Write::write_fmt(&mut host, format_args!("%{byte:02X}"));
        }
    }
    let url = format!("postgres://postgres@{host}:5432/postgres");
    Address::read(&url, "the started server")
}

/// A server that has crashed, or was killed, is started again; its supervisor does not notice.
fn revive(
    address: &Address,
    home: &Path,
    account: &Account,
    installation: &Installation,
) -> Result<(), Error> {
    let mut session = Maintenance::new(address.config());
    if session.rows("SELECT 1").is_ok() {
        return Ok(());
    }
    let mut start = account.command(installation.program("pg_ctl"));
    start
        .args(["start", "-w", "-s", "-D"])
        .arg(home.join("data"))
        .arg("-l")
        .arg(home.join("log"));
    let began = Instant::now();
    // The processes of the old server may take a moment to notice that it is gone.
    while let Err(reason) = run(&mut start) {
        if began.elapsed() > RESTART {
            return Err(none(reason));
        }
        thread::sleep(Duration::from_millis(200));
    }
    session
        .rows("SELECT 1")
        .map(drop)
        .map_err(|error| none(format_args!("it has started, but: {error}")))
}

/// Makes the data directory, unless an earlier run has.
fn fill(home: &Path, account: &Account, installation: &Installation) -> Result<(), Error> {
    let data = home.join("data");
    if data.join("complete").exists() {
        return Ok(());
    }
    let failed =
        |error: std::io::Error| none(format_args!("cannot write {}: {error}", data.display()));
    // What an interrupted process has left.
    if data.exists() {
        fs::remove_dir_all(&data).map_err(failed)?;
    }
    let mut initdb = account.command(installation.program("initdb"));
    initdb
        .arg("--pgdata")
        .arg(&data)
        .args(["--username", "postgres", "--auth", "trust", "--no-sync"])
        .args(["--encoding", "UTF8", "--locale", "C", "--wal-segsize", "1"]);
    run(&mut initdb).map_err(none)?;
    let mut settings = OpenOptions::new()
        .append(true)
        .open(data.join("postgresql.conf"))
        .map_err(failed)?;
    let sockets = home.to_string_lossy().replace('\'', "''");
    writeln!(settings, "{SETTINGS}unix_socket_directories = '{sockets}'").map_err(failed)?;
    File::create(data.join("complete")).map_err(failed)?;
    Ok(())
}

/// Nothing here has to survive a crash of the machine.
const SETTINGS: &str = "
listen_addresses = ''
port = 5432
unix_socket_permissions = 0700
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 300
# Dropping a database searches all of it.
shared_buffers = '32MB'
min_wal_size = '8MB'
max_wal_size = '256MB'
jit = off
# It would be in the way of copying and dropping databases, which live for a moment.
autovacuum = off
timezone = 'UTC'
log_timezone = 'UTC'
";

fn run(command: &mut Command) -> Result<(), String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .map_err(|error| format!("cannot run {program}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("{program} has failed: {}", said.trim()))
}
