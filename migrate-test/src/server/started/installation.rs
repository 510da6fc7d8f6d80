//! Finding PostgreSQL's programs.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::account::Account;

/// Names the directory of the programs to run, or a major version.
const VARIABLE: &str = "MIGRATE_TEST_POSTGRES";

/// Before 13 there is no `DROP DATABASE … WITH (FORCE)`.
const OLDEST: u32 = 13;

/// PostgreSQL's programs.
#[derive(Debug, Clone)]
pub(crate) struct Installation {
    /// The directory of `postgres`, `initdb` and `pg_ctl`.
    pub(crate) binaries: PathBuf,
    /// As `postgres --version` gives it: `18.6`.
    pub(crate) version: String,
    major: u32,
}

impl Installation {
    /// The newest that `account` can run, or the one that the variable names.
    pub(crate) fn newest(account: &Account) -> Result<Self, String> {
        let named = env::var(VARIABLE).ok().filter(|value| !value.is_empty());
        let major: Option<u32> = named.as_deref().and_then(|value| value.parse().ok());
        let places = match &named {
            Some(directory) if major.is_none() => vec![PathBuf::from(directory)],
            _ => directories(),
        };
        let found = places
            .iter()
            .filter_map(|directory| Self::at(directory, account))
            .filter(|found| {
                found.major >= OLDEST && major.is_none_or(|major| found.major == major)
            });
        found
            .max_by_key(|found| found.major)
            .ok_or_else(|| match named {
                Some(named) => {
                    format!("no PostgreSQL can be run from {named}, which {VARIABLE} names")
                }
                None => format!("PostgreSQL {OLDEST} or newer is not installed"),
            })
    }

    /// The programs in `directory`, if `account` can run them.
    fn at(directory: &Path, account: &Account) -> Option<Self> {
        // What is on the PATH may be a link to the real place, where the other programs are.
        let postgres = directory.join("postgres").canonicalize().ok()?;
        let binaries = postgres.parent()?.to_path_buf();
        if !["initdb", "pg_ctl"]
            .iter()
            .all(|name| binaries.join(name).is_file())
        {
            return None;
        }
        let said = output(account.command(&postgres).arg("--version"))?;
        let version = said.split_whitespace().nth(2)?.to_owned();
        let major = version.split(|c: char| !c.is_ascii_digit()).next()?;
        Some(Self {
            major: major.parse().ok()?,
            binaries,
            version,
        })
    }

    /// The path of one of the programs.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.binaries.join(name)
    }
}

/// Where PostgreSQL's programs may be: the PATH, Debian, Red Hat, Homebrew on both kinds of processor, Postgres.app.
fn directories() -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut directories: Vec<PathBuf> = env::split_paths(&path).collect();
    if let Some(said) = output(Command::new("pg_config").arg("--bindir")) {
        directories.push(PathBuf::from(said.trim()));
    }
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
    directories.retain(|directory| directory.join("postgres").is_file());
    directories
}

/// What a command prints, if it succeeds.
fn output(command: &mut Command) -> Option<String> {
    let output = command.output().ok()?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    output.status.success().then_some(said)
}
