//! Whether the directory still holds what was embedded: `include_bytes!` makes cargo notice edited,
//! renamed and deleted files, but not new ones, so a program built for debugging looks by itself.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, Kind};
use crate::migrations::Migrations;

/// One way in which the directory differs from the embedded list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Difference {
    Added { file: String },
    Removed { file: String },
    Edited { file: String },
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Added { file } => write!(f, "{file} was added"),
            Self::Removed { file } => write!(f, "{file} was removed"),
            Self::Edited { file } => write!(f, "{file} was edited"),
        }
    }
}

/// Compares the set with the directory it was made from.
///
/// None where there is nothing to compare: a release build, or a machine without that directory. A
/// file that cannot be read now counts as unchanged; the next build will say what is wrong with it.
pub(crate) fn differences(set: &Migrations) -> Vec<Difference> {
    set.source()
        .and_then(|source| compare(set, Path::new(source)))
        .unwrap_or_default()
}

/// What the item form's test calls: fails when the directory no longer holds what is embedded.
///
/// # Panics
///
/// When it does not; that is how a test fails.
#[expect(
    clippy::panic,
    reason = "called by a generated test, which fails by panicking"
)]
pub fn assert_current(set: &Migrations, source: &str) {
    let differences = compare(set, Path::new(source)).unwrap_or_default();
    if !differences.is_empty() {
        let directory = set.directory().to_owned();
        let stale = Kind::Stale {
            directory,
            differences,
        };
        panic!("{:#}", Error::new(stale));
    }
}

/// For tools that test: the error of a run whose set no longer holds what its directory does.
pub fn stale(set: &Migrations) -> Option<Error> {
    let differences = differences(set);
    let directory = set.directory().to_owned();
    (!differences.is_empty()).then(|| {
        Error::new(Kind::Stale {
            directory,
            differences,
        })
    })
}

fn compare(set: &Migrations, directory: &Path) -> Option<Vec<Difference>> {
    let mut embedded: BTreeMap<&str, Cow<'_, str>> = BTreeMap::new();
    let migrations: Vec<_> = set.iter().collect();
    for migration in &migrations {
        let down = migration.down.as_ref();
        for script in [Some(&migration.up), down].into_iter().flatten() {
            let sql = Cow::Borrowed(script.sql);
            let other = embedded.insert(script.file, sql);
            // Two parts of one file are the whole of it, the lower one first only by exception.
            if let Some(other) = other {
                let whole = match script.lines_before {
                    Some(0) => format!("{}{other}", script.sql),
                    _ => format!("{other}{}", script.sql),
                };
                embedded.insert(script.file, Cow::Owned(whole));
            }
        }
    }
    let mut found = Vec::new();
    for (file, path) in list(directory, embedded.keys().any(|file| file.contains('/')))? {
        match embedded.remove(file.as_str()) {
            None => found.push(Difference::Added { file }),
            Some(sql) => {
                let now = fs::read_to_string(path).ok();
                if now.is_some_and(|now| now.replace("\r\n", "\n") != sql) {
                    found.push(Difference::Edited { file });
                }
            }
        }
    }
    found.extend(embedded.into_keys().map(|file| Difference::Removed {
        file: file.to_owned(),
    }));
    found.sort_by_key(ToString::to_string);
    Some(found)
}

/// The files ending in `.sql`, as the set would name them; those in folders only where it has `folders`.
fn list(directory: &Path, folders: bool) -> Option<Vec<(String, PathBuf)>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).ok()? {
        let entry = entry.ok()?;
        let Ok(file) = entry.file_name().into_string() else {
            continue;
        };
        let path = entry.path();
        if path.is_dir() {
            if folders && !file.starts_with('.') {
                let inner = list(&path, false)?.into_iter();
                files.extend(inner.map(|(name, path)| (format!("{file}/{name}"), path)));
            }
        } else if is_sql(&file) {
            files.push((file, path));
        }
    }
    Some(files)
}

fn is_sql(file: &str) -> bool {
    Path::new(file)
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("sql"))
}
