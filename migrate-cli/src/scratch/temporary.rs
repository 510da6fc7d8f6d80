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
    use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, chown};
    use std::os::unix::process::CommandExt as _;
    use std::path::{Path, PathBuf};
    use std::process::{self, Child, Command, Stdio};
    use std::time::SystemTime;

    use super::{TemporaryServer, none};
    use crate::failure::Failure;

    /// PostgreSQL refuses to run as root, so root runs it as the first of these users.
    const USERS: [&str; 2] = ["postgres", "nobody"];

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
        let (binaries, version) = newest().ok_or_else(none)?;
        let failed = |error: std::io::Error| {
            Failure::environment("cannot start a server for the scratch database").cause(&error)
        };
        let home = home().map_err(failed)?;
        let mut command = Command::new("sh");
        command
            .args(["-c", SUPERVISOR, "sh"])
            .args([&binaries, &home])
            .current_dir("/")
            .env("LC_ALL", "C")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("PG") {
                command.env_remove(name);
            }
        }
        // The owner of a new directory is the user that runs this program.
        if fs::metadata(&home).map_err(failed)?.uid() == 0
            && let Some((uid, gid)) = unprivileged()
        {
            chown(&home, Some(uid), Some(gid)).map_err(failed)?;
            command.uid(uid).gid(gid);
        }
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

    fn unprivileged() -> Option<(u32, u32)> {
        let users = fs::read_to_string("/etc/passwd").ok()?;
        USERS.iter().find_map(|name| {
            users.lines().find_map(|line| {
                let mut fields = line.split(':');
                if fields.next() != Some(*name) {
                    return None;
                }
                Some((fields.nth(1)?.parse().ok()?, fields.next()?.parse().ok()?))
            })
        })
    }

    /// The directory of the newest installed server's programs, and its version.
    fn newest() -> Option<(PathBuf, String)> {
        let found = directories().into_iter().filter_map(|directory| {
            // A program on the PATH may be a link to the place where all of them are.
            let postgres = directory.join("postgres").canonicalize().ok()?;
            let binaries = postgres.parent()?.to_path_buf();
            let complete = ["initdb", "pg_ctl"]
                .iter()
                .all(|name| binaries.join(name).is_file());
            let output = Command::new(&postgres).arg("--version").output().ok()?;
            let text = String::from_utf8(output.stdout).ok()?;
            let version = text.split_whitespace().nth(2)?.to_owned();
            let major: u32 = version
                .split(|c: char| !c.is_ascii_digit())
                .next()?
                .parse()
                .ok()?;
            complete.then_some((major, binaries, version))
        });
        let (_, binaries, version) = found.max_by_key(|(major, ..)| *major)?;
        Some((binaries, version))
    }

    /// Where PostgreSQL's programs may be: the PATH, Debian, Red Hat, Homebrew, Postgres.app.
    fn directories() -> Vec<PathBuf> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut directories: Vec<PathBuf> = std::env::split_paths(&path).collect();
        for parent in [
            "/usr/lib/postgresql",
            "/usr",
            "/opt/homebrew/opt",
            "/usr/local/opt",
            "/Applications/Postgres.app/Contents/Versions",
        ] {
            if let Ok(entries) = fs::read_dir(parent) {
                directories.extend(entries.flatten().map(|entry| entry.path().join("bin")));
            }
        }
        directories.push(PathBuf::from("/usr/local/pgsql/bin"));
        directories.retain(|directory: &PathBuf| is_there(directory));
        directories
    }

    fn is_there(directory: &Path) -> bool {
        directory.join("postgres").is_file()
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
