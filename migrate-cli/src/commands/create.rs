//! `migrate create`: a new file with the right name.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use clap::Args;
use migrate_check::{Layout, files};
use serde_json::json;

use crate::directory::Directory;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Output, WARNING};
use crate::workspace;

/// Create an empty migration and print its path
#[derive(Debug, Args)]
pub(crate) struct Create {
    /// What the migration does, e.g. `create users`
    #[arg(required = true, num_args = 1..)]
    name: Vec<String>,

    /// Also create the down file that reverts it
    #[arg(long)]
    down: bool,

    /// Use the number after the newest migration as version, instead of the time in UTC
    #[arg(long)]
    numbered: bool,

    /// Begin the file with the directive to run it without a transaction
    #[arg(long)]
    no_transaction: bool,
}

impl Create {
    pub(crate) fn perform(&self, directory: &Directory, output: Output) -> Result<Exit, Failure> {
        let layout = directory.settings().layout;
        // sqlx's files are named as ours.
        if !matches!(layout, Layout::Flat | Layout::Sqlx) {
            let tool = layout.name();
            return Err(Failure::environment(format!(
                "`migrate create` supports the layouts flat and sqlx, not {tool}"
            ))
            .help(format!("create the file as {tool} names it")));
        }
        let words = self.name.join(" ");
        if let Some(odd) = words.chars().find(|c| c.is_alphanumeric() && !c.is_ascii()) {
            return Err(Failure::environment(format!(
                "the name of a migration cannot contain `{odd}`"
            ))
            .help("use only the letters A to Z, digits and spaces"));
        }
        if directory.is_guessed && !directory.path().exists() {
            let others = workspace::all();
            if let Some(first) = others.first() {
                return Err(Failure::environment(format!(
                    "there is no `{}` here, but there is `{}`",
                    directory.shown(),
                    others.join("` and `")
                ))
                .help(format!(
                    "to add to it: `migrate create --dir {first} {words}`"
                ))
                .help(format!(
                    "to create another one here: `migrate create --dir {} {words}`",
                    directory.shown()
                )));
            }
        }
        let name = snake_case(&words);
        if name.is_empty() {
            return Err(Failure::environment(format!(
                "`{}` contains no letter or digit for the file name",
                self.name.join(" ")
            ))
            .help("describe the migration: `migrate create add user email`"));
        }
        let path = directory.path();
        fs::create_dir_all(&path).map_err(|error| {
            Failure::environment(format!(
                "cannot create the directory `{}`",
                directory.shown()
            ))
            .cause(&error)
        })?;
        let existing = versions(&path)?;
        let version = if self.numbered {
            next_number(&existing)?
        } else {
            unused_time(&existing)?
        };
        let directive = if self.no_transaction {
            "-- migrate: no-transaction\n\n"
        } else {
            ""
        };
        let mut made = Vec::new();
        for (ending, wanted) in [("sql", true), ("down.sql", self.down)] {
            if wanted {
                let file = format!("{version}_{name}.{ending}");
                write_new(&path.join(&file), directive)?;
                made.push(format!("{}/{file}", directory.shown()));
            }
        }
        for file in &made {
            output.text(file);
        }
        output.document(
            "create",
            json!({ "version": version.parse::<i64>().ok(), "files": made }),
        );
        if let Some(note) = missing_build_line(directory) {
            output.note(&format!("{WARNING}note:{WARNING:#} {note}"));
        }
        Ok(Exit::Done)
    }
}

/// Lower case, words joined by `_`; every other character separates words.
fn snake_case(text: &str) -> String {
    let mut name = String::new();
    let mut before = None;
    for character in text.chars() {
        let word = character.is_ascii_alphanumeric();
        let starts = word
            && (before.is_some_and(|before: char| !before.is_ascii_alphanumeric())
                || character.is_ascii_uppercase()
                    && before.is_some_and(|before| before.is_ascii_lowercase()));
        if starts && !name.is_empty() && !name.ends_with('_') {
            name.push('_');
        }
        if word {
            name.push(character.to_ascii_lowercase());
        }
        before = Some(character);
    }
    name
}

/// The versions of the existing files, as written. `check` reports misnamed files.
fn versions(path: &Path) -> Result<Vec<(i64, String)>, Failure> {
    let unreadable = |error: std::io::Error| {
        Failure::environment(format!("cannot read `{}`", path.display())).cause(&error)
    };
    let mut found = Vec::new();
    for entry in fs::read_dir(path).map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.file_name();
        if let Some(parsed) = file.to_str().and_then(|file| files::parse(file).ok()) {
            found.push((parsed.version, parsed.digits.to_owned()));
        }
    }
    found.sort();
    Ok(found)
}

/// One more than the newest, as wide as that.
fn next_number(existing: &[(i64, String)]) -> Result<String, Failure> {
    let Some((newest, digits)) = existing.last() else {
        return Ok("0001".to_owned());
    };
    let next = newest.checked_add(1).ok_or_else(|| {
        Failure::refused(format!("there is no number after {newest}"))
            .help("rename that file: 9223372036854775807 is the largest version")
    })?;
    Ok(format!("{next:0width$}", width = digits.len()))
}

/// The time, or the next second that no migration has.
fn unused_time(existing: &[(i64, String)]) -> Result<String, Failure> {
    let mut now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    loop {
        let version = timestamp(now.as_secs());
        if !existing.iter().any(|(_, digits)| *digits == version) {
            break;
        }
        now += Duration::from_secs(1);
    }
    let version = timestamp(now.as_secs());
    match existing.last() {
        Some((newest, digits)) if version.parse::<i64>().is_ok_and(|version| version < *newest) => {
            Err(Failure::refused(format!(
                "the version {version}, the time in UTC, would come before the newest migration, {digits}"
            ))
            .help("use the number after the newest: `--numbered`"))
        }
        _ => Ok(version),
    }
}

/// `YYYYMMDDhhmmss` in UTC. Days are counted in years that begin in March, so that a leap day comes
/// last (Howard Hinnant's description of the proleptic Gregorian calendar in 400-year eras).
fn timestamp(seconds: u64) -> String {
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    let day = days + 719_468;
    let (era, day) = (day / 146_097, day % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let date = day - (153 * month + 2) / 5 + 1;
    let (year, month) = match month {
        0..10 => (era * 400 + year, month + 3),
        _ => (era * 400 + year + 1, month - 9),
    };
    format!(
        "{year:04}{month:02}{date:02}{:02}{:02}{:02}",
        second / 3_600,
        second / 60 % 60,
        second % 60
    )
}

fn write_new(path: &Path, text: &str) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        let shown = path.display();
        if error.kind() == ErrorKind::AlreadyExists {
            Failure::refused(format!("`{shown}` already exists"))
        } else {
            Failure::environment(format!("cannot write `{shown}`")).cause(&error)
        }
    };
    let mut file = File::create_new(path).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)
}

/// Of the build scripts that may be the right one, so many are named.
const MANY_SCRIPTS: usize = 3;

/// What to add to a build script, where none has cargo watch the directory; None where there is no crate either.
fn missing_build_line(directory: &Directory) -> Option<String> {
    let (folder, path) = crate_of(directory)?;
    if workspace::is_watched(&folder, &directory.name) {
        return None;
    }
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
    let mut scripts = Vec::new();
    let crates = workspace::embedders(&folder);
    if !crates.is_empty() && !crates.contains(&folder) {
        // The root of a workspace embeds nothing itself.
        for embedder in crates.iter().take(MANY_SCRIPTS) {
            let way = workspace::way(embedder, &folder.join(&path))?;
            scripts.push((embedder.join("build.rs").display().to_string(), way));
        }
    } else if workspace::is_package(&manifest) {
        scripts.push((folder.join("build.rs").display().to_string(), path));
    } else {
        // How far up the root is from a crate depends on the crate.
        let script = "the build.rs of each crate that embeds the directory";
        scripts.push((script.to_owned(), format!("../../{path}")));
    }
    let mut note = "cargo does not notice added files; ".to_owned();
    for (at, (script, way)) in scripts.iter().enumerate() {
        let script = script.trim_start_matches("./");
        let (and, line) = if at == 0 {
            ("", "add this line")
        } else {
            (
                "\n  or, where that crate embeds the directory, ",
                "this one",
            )
        };
        let _ = write!(
            note,
            "{and}{line} to `main` in {script}:\n    println!(\"cargo::rerun-if-changed={way}\");"
        );
    }
    Some(note)
}

/// The nearest folder above a directory that has a Cargo.toml, and the path of the directory in it.
fn crate_of(directory: &Directory) -> Option<(PathBuf, String)> {
    let mut folder = directory.parent.clone();
    let mut path = directory.name.clone();
    while !folder.join("Cargo.toml").exists() {
        path = format!("{}/{path}", folder.file_name()?.to_str()?);
        folder.pop();
        if folder.as_os_str().is_empty() {
            folder.push(".");
        }
    }
    Some((folder, path))
}

#[cfg(test)]
mod tests {
    use super::{next_number, snake_case, timestamp};

    #[test]
    fn names_become_snake_case() {
        for (given, name) in [
            ("create users", "create_users"),
            ("AddUserEmail", "add_user_email"),
            ("  add--user/email!  ", "add_user_email"),
            ("HTTPHeaders2", "httpheaders2"),
            ("--", ""),
        ] {
            assert_eq!(snake_case(given), name, "{given}");
        }
    }

    #[test]
    fn timestamps_follow_the_calendar() {
        for (seconds, shown) in [
            (0, "19700101000000"),
            (951_782_400, "20000229000000"),
            (1_709_251_199, "20240229235959"),
            (1_709_251_200, "20240301000000"),
            (1_767_225_599, "20251231235959"),
            (4_107_542_400, "21000301000000"),
        ] {
            assert_eq!(timestamp(seconds), shown);
        }
    }

    #[test]
    fn numbers_keep_the_width_of_the_newest() {
        let of = |newest: i64, digits: &str| next_number(&[(newest, digits.to_owned())]).unwrap();
        assert_eq!(next_number(&[]).unwrap(), "0001");
        assert_eq!(of(9, "009"), "010");
        assert_eq!(of(99, "99"), "100");
        assert!(next_number(&[(i64::MAX, i64::MAX.to_string())]).is_err());
    }
}
