//! Environment variables, and those that a `.env` file adds to them.

use std::collections::BTreeMap;
use std::env;
use std::path::PathBuf;

use crate::failure::Failure;

/// Environment variables. One that is set in the environment wins over the file's.
#[derive(Debug, Default)]
pub(crate) struct Environment {
    file: BTreeMap<String, String>,
    /// The way from the current directory to the folder of the `.env` file: empty, `..`, `../..`.
    folder: PathBuf,
    /// None in tests, which must not depend on who runs them.
    inherit: bool,
}

impl Environment {
    /// The process's variables, and the `.env` of the current directory or the nearest one above it.
    ///
    /// # Errors
    /// A `.env` that is not of that form.
    pub(crate) fn read() -> Result<Self, Failure> {
        let mut file = BTreeMap::new();
        let folder = folder();
        if let Some(folder) = &folder {
            let lines = dotenvy::from_path_iter(folder.join(FILE));
            for line in lines.map_err(|error| unreadable(&error))? {
                let (name, value) = line.map_err(|error| unreadable(&error))?;
                file.insert(name, value);
            }
        }
        Ok(Self {
            file,
            folder: folder.unwrap_or_default(),
            inherit: true,
        })
    }

    #[cfg(test)]
    pub(crate) fn of(variables: &[(&str, &str)]) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self {
            file: variables.iter().map(owned).collect(),
            folder: PathBuf::new(),
            inherit: false,
        }
    }

    /// The variable's value, unless it is empty.
    pub(crate) fn get(&self, name: &str) -> Option<String> {
        self.inherited(name)
            .or_else(|| self.file.get(name).cloned())
            .filter(|value| !value.is_empty())
    }

    /// The variable's value as a path. One that the `.env` file sets is relative to the file's folder,
    /// so that it names the same place from every directory below.
    pub(crate) fn path(&self, name: &str) -> Option<PathBuf> {
        let value = self.get(name)?;
        if self.inherited(name).is_some() {
            return Some(value.into());
        }
        Some(self.folder.join(value))
    }

    fn inherited(&self, name: &str) -> Option<String> {
        if self.inherit {
            env::var(name).ok()
        } else {
            None
        }
    }

    /// The user's home directory.
    pub(crate) fn home(&self) -> Option<PathBuf> {
        self.get("HOME").map(PathBuf::from)
    }
}

const FILE: &str = ".env";

/// The way to the nearest folder, here or above, that has the file.
fn folder() -> Option<PathBuf> {
    let here = env::current_dir().ok()?;
    let mut way = PathBuf::new();
    for above in here.ancestors() {
        if above.join(FILE).is_file() {
            return Some(way);
        }
        way.push("..");
    }
    None
}

/// The error's own text would show the line, and with it perhaps a password.
fn unreadable(error: &dotenvy::Error) -> Failure {
    let failure = match error {
        dotenvy::Error::LineParse(_, at) => Failure::environment(format!(
            "`.env` is not readable: a line of it is not `NAME=value` (at its character {})",
            at + 1
        )),
        dotenvy::Error::Io(error) => {
            Failure::environment(format!("`.env` cannot be read: {error}"))
        }
        _ => Failure::environment("`.env` is not readable"),
    };
    failure.help("a value with spaces or a `#` in it needs quotes: NAME=\"two words\"")
}
