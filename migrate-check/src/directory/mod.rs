//! A directory -> the bytes of its `.sql` files.
//!
//! Only this module and [`settings_file`](crate::settings_file) read the file system. Everything else in
//! this crate is a function of what is read there, so nothing else can differ between two machines that
//! hold the same files.

mod folder;
mod problem;

use std::ffi::{OsStr, OsString};
use std::fs::{self, FileType};
use std::io;
use std::path::{Component, Path, PathBuf};

use crate::diagnostics::Diagnostic;
use crate::files::is_sql;
use crate::files::{is_bidirectional, is_plain};
use crate::layouts::Format;

pub(crate) use self::folder::Companion;
use self::problem::{dangling, not_a_directory, reason, unreadable};

/// What a directory holds.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    /// The directory as diagnostics name it: `/` between its parts, without `./`.
    pub(crate) shown: String,
    /// Where it is, absolute.
    pub(crate) path: PathBuf,
    /// The files ending in `.sql`, in alphabetical order of their names.
    pub(crate) entries: Vec<Entry>,
    /// The sub-directories with SQL in them, each by the path to its first file from there, such as `up.sql`.
    pub(crate) folders: Vec<String>,
    /// What could not be read, and what may not be.
    pub(crate) problems: Vec<Diagnostic>,
}

/// One file ending in `.sql`, in whatever case.
#[derive(Debug)]
pub(crate) struct Entry {
    /// Its name; None where it is not UTF-8, which has been reported.
    pub(crate) name: Option<String>,
    /// The file as diagnostics name it, e.g. `migrations/0002_users.sql`.
    pub(crate) shown: String,
    /// Where it is, absolute.
    pub(crate) path: PathBuf,
    /// What it holds; None where it cannot be read, which has been reported.
    pub(crate) bytes: Option<Vec<u8>>,
    /// The file of settings beside it, if there is one.
    pub(crate) companion: Option<Companion>,
}

/// The server takes no message of more than 1 GiB (`PQ_LARGE_MESSAGE_LIMIT` in its source), and the
/// runtime wraps a file in a few lines of its own.
const LARGEST: u64 = (1 << 30) - (1 << 16);

/// How deep and how wide a sub-directory is searched for SQL before it is taken to hold none.
const DEEPEST: usize = 8;
const MOST_ENTRIES: usize = 10_000;

/// Reads `directory`, which is relative to `root` and laid out like `format`.
pub(crate) fn read(root: &Path, directory: &str, format: &Format) -> Directory {
    let mut found = Directory {
        shown: show_directory(directory),
        path: root.join(directory),
        ..Directory::default()
    };
    match open(root, directory, &found) {
        Ok(listing) => found.list(listing, format),
        Err(problem) => found.problems.push(*problem),
    }
    found
}

/// Lists `directory`.
fn open(root: &Path, directory: &str, found: &Directory) -> Result<fs::ReadDir, Box<Diagnostic>> {
    let shown = &found.shown;
    if let Some(problem) = judge_path(directory, shown) {
        return Err(Box::new(problem));
    }
    if let Err(error) = fs::metadata(root) {
        let message = format!("{} cannot be read: {}", root.display(), reason(&error));
        return Err(Box::new(
            Diagnostic::error("unreadable", shown, message)
                .help("make sure that the directory of the crate exists and is readable"),
        ));
    }
    fs::read_dir(&found.path).map_err(|error| {
        Box::new(match error.kind() {
            io::ErrorKind::NotFound if found.path.symlink_metadata().is_ok() => dangling(shown),
            io::ErrorKind::NotFound => missing(root, shown),
            io::ErrorKind::NotADirectory => not_a_directory(shown),
            _ if found.path.is_file() => not_a_directory(shown),
            _ => unreadable(shown, &error),
        })
    })
}

fn missing(root: &Path, shown: &str) -> Diagnostic {
    let missing = Diagnostic::error("missing-directory", shown, "no such directory");
    // A crate is published without what lies outside of it.
    let missing = if shown.starts_with("..") {
        missing.help(
            "if this crate is published, move the migrations into it: a package holds nothing from outside of its crate",
        )
    } else {
        missing.help(format!("create it inside {}", root.display()))
    };
    missing.help("the path is relative to the directory of the crate's Cargo.toml")
}

/// A path that means the same in every checkout: migrations may lie beside the crate, in its workspace.
fn judge_path(directory: &str, shown: &str) -> Option<Diagnostic> {
    let has = |wanted: fn(Component<'_>) -> bool| Path::new(directory).components().any(wanted);
    if directory.contains('\0') {
        return Some(
            Diagnostic::error(
                "missing-directory",
                shown,
                "a path cannot hold a NUL character",
            )
            .help("name a directory, such as `migrations`"),
        );
    }
    has(|part| matches!(part, Component::RootDir | Component::Prefix(_))).then(|| {
        Diagnostic::error("absolute-path", shown, "the path is absolute").help(
            "name the directory from the one that the crate's Cargo.toml is in, such as `migrations` or `../migrations`, so that the crate can be built anywhere",
        )
    })
}

impl Directory {
    fn list(&mut self, listing: fs::ReadDir, format: &Format) {
        let mut names = Vec::new();
        for entry in listing {
            match entry.and_then(|entry| Ok((entry.file_name(), entry.file_type()?))) {
                Ok(entry) => names.push(entry),
                Err(error) => self.problems.push(unreadable(&self.shown, &error)),
            }
        }
        // The order in which a file system lists its files is its own affair.
        sort_by_name(&mut names);
        let mut may_be_empty = !self.problems.is_empty();
        for (name, kind) in names {
            let path = self.path.join(&name);
            let is_directory = kind.is_dir() || (kind.is_symlink() && path.is_dir());
            let lossy = name.to_string_lossy();
            // A folder of a migration may have any name.
            if is_directory && (format.folders || !is_sql(&lossy)) {
                may_be_empty |= if format.folders {
                    self.open_folder(&name, &path, format)
                } else {
                    self.search(&name, &path)
                };
            } else if is_sql(&lossy) {
                self.take(&name, path, kind, format);
            } else if let Some(wrong) = (format.refuse)(&lossy) {
                let problem = Diagnostic::error("misnamed", self.show(&name), wrong.message);
                self.problems.push(problem.help(wrong.help));
            }
        }
        if self.entries.is_empty() && !may_be_empty {
            self.problems.push(
                Diagnostic::error(
                    "empty-directory",
                    &self.shown,
                    "the directory holds no migration",
                )
                .help("add one, named like `0001_create_users.sql`"),
            );
        }
    }

    /// Files in sub-directories would be passed over, so there may be none.
    fn search(&mut self, name: &OsStr, path: &Path) -> bool {
        let shown = self.show(name);
        let mut left = MOST_ENTRIES;
        let problem = match find_sql(path, DEEPEST, &mut left) {
            Ok(None) => return false,
            Ok(Some(file)) => {
                let inner = file.strip_prefix(path).unwrap_or(&file).components();
                let inner: Vec<String> = inner.map(|part| show(part.as_os_str())).collect();
                let first = inner.join("/");
                let message = format!("a sub-directory with SQL in it: `{first}`");
                self.folders.push(first);
                Diagnostic::error("sub-directory", shown, message).help(format!(
                    "only files directly in `{}` are migrations: move it there, or out of the directory",
                    self.shown
                ))
            }
            Err(error) => unreadable(&shown, &error),
        };
        self.problems.push(problem);
        true
    }

    fn take(&mut self, name: &OsStr, path: PathBuf, kind: FileType, format: &Format) {
        let shown = self.show(name);
        let utf8 = name.to_str().map(str::to_owned);
        if utf8.is_none() {
            self.problems.push(
                Diagnostic::error("misnamed", &shown, "the file name is not UTF-8")
                    .help("use only the letters A to Z, digits, `_`, `-` and `.`"),
            );
        }
        let bytes = match read_file(&path, kind, &shown) {
            Ok(bytes) => Some(bytes),
            Err(problem) => {
                self.problems.push(*problem);
                None
            }
        };
        let companion = utf8.as_deref().zip(format.companion.as_ref());
        let companion =
            companion.and_then(|(file, companion)| self.accompany(&(companion.of)(file)));
        self.entries.push(Entry {
            name: utf8,
            shown,
            path,
            bytes,
            companion,
        });
    }

    fn show(&self, name: &OsStr) -> String {
        match self.shown.as_str() {
            "." => show(name),
            shown => format!("{shown}/{}", show(name)),
        }
    }
}

/// Reads a file, or the file that a link leads to: build systems with a sandbox make a link of every input.
fn read_file(path: &Path, kind: FileType, shown: &str) -> Result<Vec<u8>, Box<Diagnostic>> {
    // Before it is opened, because opening a pipe waits for somebody to write into it.
    let metadata = fs::metadata(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound if kind.is_symlink() => dangling(shown),
        _ => unreadable(shown, &error),
    })?;
    if metadata.is_dir() {
        return Err(Box::new(
            Diagnostic::error("not-a-file", shown, "a directory named like a migration")
                .help("rename it, or move it out of the directory"),
        ));
    }
    if !metadata.is_file() {
        return Err(Box::new(
            Diagnostic::error(
                "not-a-file",
                shown,
                "neither a regular file nor a link to one",
            )
            .help("migrations are regular files: delete this pipe, socket or device"),
        ));
    }
    if metadata.len() > LARGEST {
        let mebibytes = metadata.len() >> 20;
        return Err(Box::new(
            Diagnostic::error(
                "too-large",
                shown,
                format!("the file is too large: {mebibytes} MiB"),
            )
            .help(
                "PostgreSQL takes no message of more than 1 GiB: split it into several migrations",
            ),
        ));
    }
    fs::read(path).map_err(|error| Box::new(unreadable(shown, &error)))
}

/// A function, so that one sort is compiled.
fn sort_by_name(entries: &mut [(OsString, FileType)]) {
    entries.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
}

/// The first file ending in `.sql` below `directory`. Links are not followed: they may lead round.
fn find_sql(directory: &Path, depth: usize, left: &mut usize) -> io::Result<Option<PathBuf>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(directory)?.take(*left) {
        let entry = entry?;
        names.push((entry.file_name(), entry.file_type()?));
    }
    *left -= names.len();
    sort_by_name(&mut names);
    for (name, kind) in names {
        let path = directory.join(&name);
        if is_sql(&name.to_string_lossy()) {
            return Ok(Some(path));
        }
        if kind.is_dir() && depth > 0 {
            let found = find_sql(&path, depth - 1, left)?;
            if found.is_some() {
                return Ok(found);
            }
        }
    }
    Ok(None)
}

fn show_directory(directory: &str) -> String {
    let parts: Vec<String> = Path::new(directory)
        .components()
        .filter(|part| *part != Component::CurDir)
        .map(|part| match part {
            // The root is the empty string before the first slash.
            Component::RootDir => String::new(),
            part => show(part.as_os_str()),
        })
        .collect();
    match parts.as_slice() {
        [] => ".".to_owned(),
        [root] if root.is_empty() => "/".to_owned(),
        parts => parts.join("/"),
    }
}

/// A name as it can safely be printed: a file name may hold anything, even what steers a terminal.
fn show(name: &OsStr) -> String {
    let name = name.to_string_lossy();
    if is_plain(&name) {
        return name.into_owned();
    }
    let mut shown = String::new();
    for character in name.chars() {
        if character.is_control() || is_bidirectional(character) {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    shown
}
