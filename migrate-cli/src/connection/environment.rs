//! Environment variables, and those that a `.env` file adds to them.

use std::collections::BTreeMap;
use std::env;
use std::path::PathBuf;

use crate::failure::Failure;

/// What the program is told by variables. A variable that is really set wins over the file's.
#[derive(Debug, Default)]
pub(crate) struct Environment {
    file: BTreeMap<String, String>,
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
        match dotenvy::dotenv_iter() {
            Ok(lines) => {
                for line in lines {
                    let (name, value) = line.map_err(|error| unreadable(&error))?;
                    file.insert(name, value);
                }
            }
            Err(error) if error.not_found() => {}
            Err(error) => return Err(unreadable(&error)),
        }
        Ok(Self {
            file,
            inherit: true,
        })
    }

    #[cfg(test)]
    pub(crate) fn of(variables: &[(&str, &str)]) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self {
            file: variables.iter().map(owned).collect(),
            inherit: false,
        }
    }

    /// The variable's value, unless it is empty.
    pub(crate) fn get(&self, name: &str) -> Option<String> {
        let set = if self.inherit {
            env::var(name).ok()
        } else {
            None
        };
        set.or_else(|| self.file.get(name).cloned())
            .filter(|value| !value.is_empty())
    }

    /// The user's home directory.
    pub(crate) fn home(&self) -> Option<PathBuf> {
        self.get("HOME").map(PathBuf::from)
    }
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
