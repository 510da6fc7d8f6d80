//! Why a history could not be adopted.

use std::error::Error as StdError;
use std::fmt;

use migrate_runtime::DatabaseError;

use crate::finding::Finding;
use crate::tool::Tool;

/// Why a history could not be adopted. Nothing was recorded.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// No table of a known tool exists.
    NotFound {
        /// The tool that was named.
        tool: Option<Tool>,
    },
    /// There are tables of several tools.
    Ambiguous {
        /// The tables, quoted, each with its tool.
        tables: Vec<(String, Tool)>,
    },
    /// Rows and files do not match, and each mismatch has to be answered first.
    Refused {
        /// The table, quoted.
        table: String,
        /// The tool that it belongs to.
        tool: Tool,
        /// Every mismatch.
        findings: Vec<Finding>,
    },
    /// The connection has an open transaction, which adopting would commit.
    OpenTransaction,
    /// The other tool kept changing its table while it was read.
    Contested {
        /// The table, quoted.
        table: String,
    },
    /// The server refused to read the table.
    Database {
        /// What was attempted.
        doing: String,
        /// What the server reported.
        error: Box<DatabaseError>,
    },
    /// The connection failed.
    Connection {
        /// The client's own error.
        source: Box<dyn StdError + Send + Sync>,
    },
    /// The rows could not be recorded.
    Record(migrate_runtime::Error),
}

impl Error {
    /// What to do about it, one sentence each. They are part of the `Display` text, too.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::NotFound { .. } => {
                let names = Tool::ALL.map(|tool| format!("`{}`", tool.format().table));
                let mut names = names.to_vec();
                names.dedup();
                vec![
                    format!("known tables are {}", names.join(", ")),
                    "if the table has another name: `--from <tool> --from-table <schema.name>`"
                        .to_owned(),
                    "if no tool recorded what was applied: `migrate baseline <version>`".to_owned(),
                ]
            }
            Self::Ambiguous { tables } => tables
                .iter()
                .map(|(table, tool)| {
                    let plain = table.replace('"', "");
                    format!("`--from {} --from-table {plain}`", tool.name())
                })
                .collect(),
            Self::OpenTransaction => vec!["commit it or roll it back first".to_owned()],
            Self::Contested { .. } => {
                vec!["stop every process that still uses the other tool, and try again".to_owned()]
            }
            Self::Refused { .. } | Self::Database { .. } | Self::Connection { .. } => Vec::new(),
            Self::Record(error) => error.hints(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound { tool: None } => {
                f.write_str("no history of a known tool found in this database")?;
            }
            Self::NotFound { tool: Some(tool) } => {
                write!(f, "no history of {tool} found in this database")?;
            }
            Self::Ambiguous { tables } => {
                f.write_str("this database has the histories of several tools:")?;
                for (table, tool) in tables {
                    write!(f, "\n  {table} of {tool}")?;
                }
            }
            Self::Refused {
                table,
                tool,
                findings,
            } => {
                write!(f, "{table} of {tool} does not match the files:")?;
                for finding in findings {
                    write!(f, "\n  {finding}")?;
                    for answer in finding.answers() {
                        write!(f, "\n    {answer}")?;
                    }
                }
            }
            Self::OpenTransaction => f.write_str("the connection has an open transaction")?,
            Self::Contested { table } => write!(f, "{table} changed each time it was read")?,
            Self::Database { doing, .. } => write!(f, "could not {doing}")?,
            Self::Connection { .. } => {
                f.write_str("the connection failed while reading the history")?;
            }
            // Its text ends with its hints.
            Self::Record(error) => return write!(f, "{error}"),
        }
        for hint in self.hints() {
            write!(f, "\n  = help: {hint}")?;
        }
        Ok(())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Database { error, .. } => Some(error.as_ref()),
            Self::Connection { source } => Some(source.as_ref()),
            Self::Record(error) => error.source(),
            _ => None,
        }
    }
}
