//! What other tools' layouts have besides `.sql` files in one place: a folder a migration, and files of
//! settings.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::problem::unreadable;
use super::{Directory, read_file, sort_by_name};
use crate::diagnostics::Diagnostic;
use crate::files::{Direction, is_sql};
use crate::layouts::Format;

/// A file of settings that could be read.
#[derive(Debug)]
pub(crate) struct Companion {
    /// The file as diagnostics name it.
    pub(crate) shown: String,
    /// Where it is, absolute.
    pub(crate) path: PathBuf,
    /// What it holds.
    pub(crate) bytes: Vec<u8>,
}

impl Directory {
    /// The files of one migration, in a layout that gives each a folder of its own. Says whether there
    /// was anything to speak of.
    pub(super) fn open_folder(&mut self, name: &OsStr, path: &Path, format: &Format) -> bool {
        if name.to_string_lossy().starts_with('.') {
            return false;
        }
        let listing = fs::read_dir(path).and_then(|listing| {
            let entries = listing.map(|entry| {
                let entry = entry?;
                Ok((entry.file_name(), entry.file_type()?))
            });
            entries.collect::<io::Result<Vec<_>>>()
        });
        let mut files = match listing {
            Ok(files) => files,
            Err(error) => {
                self.problems.push(unreadable(&self.show(name), &error));
                return true;
            }
        };
        sort_by_name(&mut files);
        let before = self.entries.len() + self.problems.len();
        for (file, kind) in files {
            let within = path.join(&file);
            let mut whole = name.to_owned();
            whole.push("/");
            whole.push(&file);
            if is_sql(&file.to_string_lossy()) {
                self.take(&whole, within, kind, format);
            } else if kind.is_dir() {
                self.search(&whole, &within);
            }
        }
        if self.entries.len() + self.problems.len() == before {
            let up = (format.spell)("", Direction::Up);
            self.problems.push(
                Diagnostic::error(
                    "misnamed",
                    self.show(name),
                    format!("a folder without `{}`", up.trim_start_matches('/')),
                )
                .help("add that file, or delete the folder"),
            );
        }
        true
    }

    /// Reads a file of settings, if it is there.
    pub(super) fn accompany(&mut self, file: &str) -> Option<Companion> {
        let path = self.path.join(file);
        let shown = self.show(OsStr::new(file));
        let read = match fs::symlink_metadata(&path) {
            Ok(found) => read_file(&path, found.file_type(), &shown),
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
                ) =>
            {
                return None;
            }
            Err(error) => Err(Box::new(unreadable(&shown, &error))),
        };
        match read {
            Ok(bytes) => Some(Companion { shown, path, bytes }),
            Err(problem) => {
                self.problems.push(*problem);
                None
            }
        }
    }
}
