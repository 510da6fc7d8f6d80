//! An installed PostgreSQL, started for the duration of one check.
//!
//! A shell supervises it: as soon as the pipe to this program closes, even by a SIGKILL, it stops the
//! server and deletes its files.

use std::fmt;
use std::path::PathBuf;

use crate::connection::environment::Environment;
use crate::connection::target::Target;
use crate::failure::Failure;

/// A running server; dropping it stops it and deletes its files.
#[derive(Debug)]
pub(crate) struct TemporaryServer {
    binaries: PathBuf,
    version: String,
    /// Holds the data directory, the socket and the log.
    home: PathBuf,
    #[cfg(unix)]
    _supervisor: unix::Supervisor,
}

impl TemporaryServer {
    /// Connects as its superuser, over its socket; it does not listen on the network.
    ///
    /// # Errors
    /// The path of the socket cannot be part of a connection string.
    pub(crate) fn target(&self) -> Result<Target, Failure> {
        let home = self.home.display().to_string();
        let quoted = home.replace('\\', "\\\\").replace('\'', "\\'");
        let url = format!("host='{quoted}' port=5432 user=postgres dbname=postgres");
        Target::find(Some(&url), &Environment::default())
    }

    /// Starts the newest PostgreSQL that is installed.
    ///
    /// # Errors
    /// None is installed, or it does not start.
    #[cfg(unix)]
    pub(crate) fn start() -> Result<Self, Failure> {
        unix::start()
    }

    /// Not on this operating system.
    ///
    /// # Errors
    /// Always.
    #[cfg(not(unix))]
    pub(crate) fn start() -> Result<Self, Failure> {
        Err(none())
    }
}

impl fmt::Display for TemporaryServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            version, binaries, ..
        } = self;
        write!(
            f,
            "a temporary PostgreSQL {version}, from {}",
            binaries.display()
        )
    }
}

fn none() -> Failure {
    Failure::environment("there is no server for the scratch database")
        .help("name one where you may create databases: `--scratch-url <URL>`, or the variable MIGRATE_SCRATCH_URL")
        .help("or install PostgreSQL's server on this machine, and it is started for each check")
}

#[cfg(unix)]
mod unix {
    use std::fs;
    use std::io::{BufRead as _, BufReader};
    use std::os::unix::fs::DirBuilderExt as _;
    use std::path::PathBuf;
    use std::process::{self, Child, Stdio};
    use std::time::SystemTime;

    use migrate_server::{Account, Installation};

    use super::{TemporaryServer, none};
    use crate::failure::Failure;

    /// `$1` holds the programs, `$2` is the server's home. Nothing there outlives the check, so nothing
    /// is flushed to disk.
    const SUPERVISOR: &str = r#"
trap "" INT TERM HUP
stop() { "$1/pg_ctl" -D "$2/data" -s -m immediate stop; rm -rf "$2"; }
if "$1/initdb" -D "$2/data" -U postgres -A trust -E UTF8 --locale=C -N >"$2/log" 2>&1 &&
    "$1/pg_ctl" -D "$2/data" -s -w -l "$2/log" -o "-k '$2' -p 5432 -h '' -F" start >/dev/null 2>&1
then echo started
else tail -n 5 "$2/log"
fi
exec >&-
cat >/dev/null
stop "$1" "$2" >/dev/null 2>&1
"#;

    /// The shell that stops the server when its standard input closes.
    #[derive(Debug)]
    pub(super) struct Supervisor(Child);

    impl Drop for Supervisor {
        fn drop(&mut self) {
            drop(self.0.stdin.take());
            // Without the wait the files would be there for a moment longer than the program.
            let _ = self.0.wait();
        }
    }

    pub(super) fn start() -> Result<TemporaryServer, Failure> {
        let account = Account::choose().map_err(|reason| none().reason(reason))?;
        let Installation {
            binaries, version, ..
        } = Installation::newest(&account, |_| true).ok_or_else(none)?;
        let failed = |error: std::io::Error| {
            Failure::environment("cannot start a server for the scratch database").cause(&error)
        };
        let home = home().map_err(failed)?;
        account.take_over(&home).map_err(failed)?;
        let mut command = account.command("sh");
        command
            .args(["-c", SUPERVISOR, "sh"])
            .args([&binaries, &home])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut supervisor = Supervisor(command.spawn().map_err(failed)?);
        let mut said = Vec::new();
        if let Some(stdout) = supervisor.0.stdout.take() {
            said = BufReader::new(stdout)
                .lines()
                .map_while(Result::ok)
                .collect();
        }
        if said.first().map(String::as_str) == Some("started") {
            return Ok(TemporaryServer {
                binaries,
                version,
                home,
                _supervisor: supervisor,
            });
        }
        let reason = said.join("\n    ");
        Err(Failure::environment(format!(
            "PostgreSQL {version} does not start from {}:\n    {reason}",
            binaries.display()
        ))
        .help("name another server: `--scratch-url <URL>`"))
    }

    /// A new directory that only its owner can enter.
    fn home() -> std::io::Result<PathBuf> {
        let moment = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        let name = format!("migrate-{}-{}", process::id(), moment.as_millis());
        let home = std::env::temp_dir().join(name);
        fs::DirBuilder::new().mode(0o700).create(&home)?;
        Ok(home)
    }
}

#[cfg(test)]
mod tests {
    use super::none;

    #[test]
    fn without_any_server_the_ways_to_get_one_are_named() {
        insta::assert_snapshot!(none().text(), @"
        there is no server for the scratch database
          = help: name one where you may create databases: `--scratch-url <URL>`, or the variable MIGRATE_SCRATCH_URL
          = help: or install PostgreSQL's server on this machine, and it is started for each check
        ");
    }
}
