//! PostgreSQL's programs.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Account;

/// The programs of one version.
#[derive(Debug, Clone)]
pub struct Installation {
    /// The directory of `postgres`, `initdb` and `pg_ctl`.
    pub binaries: PathBuf,
    /// As `postgres --version` gives it: `18.6`.
    pub version: String,
    /// The version's first part.
    pub major: u32,
}

impl Installation {
    /// The programs in `directory`, if `account` can run them.
    pub fn at(directory: &Path, account: &Account) -> Option<Self> {
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

    /// The newest on this machine that `account` can run, among those that are `wanted`.
    pub fn newest(account: &Account, wanted: impl Fn(&Self) -> bool) -> Option<Self> {
        let directories = directories();
        let found = directories.iter();
        let found = found.filter_map(|directory| Self::at(directory, account));
        found.filter(wanted).max_by_key(|found| found.major)
    }

    /// The path of one of the programs.
    pub fn program(&self, name: &str) -> PathBuf {
        self.binaries.join(name)
    }
}

/// Where PostgreSQL's programs are: those of these directories that have them. The PATH, what `pg_config` says, Debian, Red Hat,
/// Homebrew on both kinds of processor, Postgres.app, and the default of a build.
pub fn directories() -> Vec<PathBuf> {
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
