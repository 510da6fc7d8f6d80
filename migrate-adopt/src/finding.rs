//! A mismatch between rows and files, and the possible answers.

use std::fmt;

/// A mismatch that has to be answered before anything is recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Finding {
    /// The tool applied a migration that the set does not have: [`forget`](crate::Adoption::forget) it,
    /// or restore the file.
    NoFile {
        /// The tool's name for it.
        row: String,
    },
    /// The tool applied a file of another name with the number of this one: they may be the same migration or two.
    OtherName {
        /// The tool's name for it.
        row: String,
        /// The file that it names, where the tool's name for it is only a number.
        recorded: Option<String>,
        /// The version of the file that has its number.
        version: i64,
        /// That file.
        file: String,
    },
    /// A migration older than the newest applied one was never applied by the tool.
    NoRow {
        /// Its version.
        version: i64,
        /// Its file.
        file: String,
    },
    /// The tool started the migration and did not finish it.
    Failed {
        /// Its version.
        version: i64,
        /// Its file.
        file: String,
    },
    /// The file has changed since the tool applied it.
    Edited {
        /// Its version.
        version: i64,
        /// Its file.
        file: String,
    },
}

impl Finding {
    /// The possible answers, as options of `migrate adopt`.
    pub fn answers(&self) -> Vec<String> {
        match self {
            Self::NoFile { row } => vec![format!(
                "restore the file, or ignore the row: `--forget {row}`"
            )],
            Self::OtherName { row, version, .. } => vec![
                format!("if it is the same migration, renamed: `--applied {version}`"),
                format!(
                    "if it is another one, which should run: `--forget {row} --pending {version}`"
                ),
            ],
            Self::NoRow { version, .. } => vec![
                format!("if the database has its effects: `--applied {version}`"),
                format!("if it should run: `--pending {version}`"),
            ],
            Self::Failed { version, .. } => vec![
                format!(
                    "if the database has all of its effects, or you finished it by hand: `--applied {version}`"
                ),
                format!("if it has none of them, or you undid them by hand: `--pending {version}`"),
            ],
            Self::Edited { version, .. } => vec![format!(
                "restore the applied text, or, if the edit makes no difference to the database: `--applied {version}`"
            )],
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoFile { row } => write!(f, "{row} was applied, but no file matches it"),
            Self::OtherName {
                row,
                recorded,
                file,
                ..
            } => {
                f.write_str(row)?;
                if let Some(recorded) = recorded {
                    write!(f, " ({recorded})")?;
                }
                write!(f, " was applied; {file} has its number and another name")
            }
            Self::NoRow { file, .. } => {
                write!(f, "{file} was not applied, although newer ones were")
            }
            Self::Failed { file, .. } => write!(f, "{file} was started but not finished"),
            Self::Edited { file, .. } => write!(f, "{file} was edited after it was applied"),
        }
    }
}
