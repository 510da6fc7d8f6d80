//! What does not fit, and how it can be answered.

use std::fmt;

/// A case that has to be answered before anything is recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Finding {
    /// The tool applied something that the set does not hold: [`forget`](crate::Adoption::forget) it, or
    /// bring the file back.
    NoFile {
        /// How the tool names it.
        row: String,
    },
    /// The set holds a migration below the newest applied one that the tool never applied.
    NoRow {
        /// Its version.
        version: i64,
        /// Its file.
        file: String,
    },
    /// The tool says that it began the migration and did not finish it.
    Failed {
        /// Its version.
        version: i64,
        /// Its file.
        file: String,
    },
    /// The file is not the one that the tool applied.
    Edited {
        /// Its version.
        version: i64,
        /// Its file.
        file: String,
    },
}

impl Finding {
    /// What one can answer, as options of `migrate adopt`.
    pub fn answers(&self) -> Vec<String> {
        match self {
            Self::NoFile { row } => vec![format!(
                "restore the file, or leave the row out: `--forget {row}`"
            )],
            Self::NoRow { version, .. } => vec![
                format!("if its effects are in the database: `--applied {version}`"),
                format!("if it is still to be run: `--pending {version}`"),
            ],
            Self::Failed { version, .. } => vec![
                format!(
                    "if all of it is in the database, or has been finished by hand: `--applied {version}`"
                ),
                format!("if none of it is, or has been undone by hand: `--pending {version}`"),
            ],
            Self::Edited { version, .. } => vec![format!(
                "restore the file as it was applied; if the edit changes nothing in the database: `--applied {version}`"
            )],
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoFile { row } => write!(f, "{row} was applied, and no file is about it"),
            Self::NoRow { file, .. } => {
                write!(f, "{file} was never applied, though newer ones were")
            }
            Self::Failed { file, .. } => write!(f, "{file} was begun and not finished"),
            Self::Edited { file, .. } => write!(f, "{file} was edited after it was applied"),
        }
    }
}
