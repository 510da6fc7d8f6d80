//! Why a history was not taken over.

use std::error::Error as StdError;
use std::fmt;

use migrate_runtime::DatabaseError;

use crate::finding::Finding;
use crate::tool::Tool;

/// Why a history was not taken over. Nothing was recorded.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// There is no table of a known tool.
    NotFound {
        /// The tool that was asked for.
        tool: Option<Tool>,
    },
    /// There are several, each with its tool.
    Ambiguous {
        /// The tables, quoted, and whose they are.
        tables: Vec<(String, Tool)>,
    },
    /// What has to be answered first.
    Refused {
        /// The table, quoted.
        table: String,
        /// Whose it is.
        tool: Tool,
        /// Every case.
        findings: Vec<Finding>,
    },
    /// The connection has an open transaction, which the adoption would commit.
    OpenTransaction,
    /// The other tool kept writing while its table was read.
    Contested {
        /// The table, quoted.
        table: String,
    },
    /// The server refused to read the table.
    Database {
        /// What was to be done.
        doing: String,
        /// What it said.
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
    /// What one can do about it, a sentence each; part of the `Display` text, too.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::NotFound { .. } => {
                let names = Tool::ALL.map(|tool| format!("`{}`", tool.format().table));
                let mut names = names.to_vec();
                names.dedup();
                vec![
                    format!("known tables are {}", names.join(", ")),
                    "where it has another name, give it: `--from <tool> --from-table <schema.name>`".to_owned(),
                    "where nothing recorded what was applied: `migrate baseline <version>`".to_owned(),
                ]
            }
            Self::Ambiguous { tables } => tables
                .iter()
                .map(|(table, tool)| {
                    let plain = table.replace('"', "");
                    format!("`--from {} --from-table {plain}`", tool.name())
                })
                .collect(),
            Self::OpenTransaction => vec!["commit or roll it back first".to_owned()],
            Self::Contested { .. } => {
                vec!["stop what still uses the other tool, and try again".to_owned()]
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
                f.write_str("there is no history of a known tool in this database")?;
            }
            Self::NotFound { tool: Some(tool) } => {
                write!(f, "there is no history of {tool} in this database")?;
            }
            Self::Ambiguous { tables } => {
                f.write_str("there are several histories in this database:")?;
                for (table, tool) in tables {
                    write!(f, "\n  {table} of {tool}")?;
                }
            }
            Self::Refused {
                table,
                tool,
                findings,
            } => {
                write!(f, "{table} of {tool} does not fit the files:")?;
                for finding in findings {
                    write!(f, "\n  {finding}")?;
                    for answer in finding.answers() {
                        write!(f, "\n    {answer}")?;
                    }
                }
            }
            Self::OpenTransaction => f.write_str("the connection has an open transaction")?,
            Self::Contested { table } => write!(f, "{table} changes while it is read")?,
            Self::Database { doing, .. } => write!(f, "the server refused to {doing}")?,
            Self::Connection { .. } => {
                f.write_str("the connection failed while the history was read")?;
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
