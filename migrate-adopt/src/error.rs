//! Why a history could not be adopted.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use migrate_runtime::{DatabaseError, OtherSession};

use crate::finding::Finding;
use crate::tool::Tool;

/// Why a history could not be adopted. Nothing was recorded.
///
/// `{error}` is one line; `{error:#}` adds every mismatch that needs an answer, the causes, and the hints.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// No table of a known tool exists.
    NotFound {
        /// The tool that was named.
        tool: Option<Tool>,
    },
    /// The table that was named, or that has the tool's usual name, has other columns than the tool's.
    OtherColumns {
        /// The table, quoted.
        table: String,
        /// The tool that was named.
        tool: Option<Tool>,
        /// Its columns, each as `name type`.
        columns: Vec<String>,
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
        /// The tool.
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
    /// Another session has kept a table locked for as long as the adoption waits.
    TableLocked {
        /// The table.
        table: String,
        /// The session, where the server names it.
        holder: Option<OtherSession>,
        /// How long the adoption has waited.
        waited: Duration,
    },
    /// The adoption was stopped on request.
    Stopped,
    /// The server refused a statement that reads.
    Database {
        /// What the statement was for.
        doing: String,
        /// The server's error.
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
    /// What to do about it, one sentence each.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::NotFound { .. } => {
                let names = Tool::ALL.map(|tool| format!("`{}`", tool.format().table));
                let mut names = names.to_vec();
                names.sort_unstable();
                names.dedup();
                vec![
                    format!("known tables are {}", names.join(", ")),
                    "if the table has another name: `--from <tool> --from-table <schema.name>`"
                        .to_owned(),
                    "if no tool recorded what was applied: `migrate baseline <version>`".to_owned(),
                ]
            }
            Self::OtherColumns { tool, .. } => {
                let is_another = match tool {
                    Some(tool) => format!(
                        "the table of {tool} has the columns {}: if another tool keeps this one, name that with `--from`",
                        tool.format().columns.join(", ").replace('(', "")
                    ),
                    None => {
                        "name the tool with `--from` to see which columns its table has".to_owned()
                    }
                };
                vec![
                    is_another,
                    "if the table is an application's own: record what it lists with `migrate baseline <version>`, or row by row with `Runner::adopt_with`"
                        .to_owned(),
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
            Self::TableLocked { holder, .. } => {
                let end = holder.as_ref().map(|holder| {
                    let pid = holder.pid;
                    format!(
                        "if that session is not needed, end it: `SELECT pg_terminate_backend({pid})`"
                    )
                });
                let wait = "wait for it to finish and run again".to_owned();
                end.into_iter().chain([wait]).collect()
            }
            Self::Stopped => vec!["run again".to_owned()],
            Self::Refused { .. } | Self::Database { .. } | Self::Connection { .. } => Vec::new(),
            Self::Record(error) => error.hints().iter().map(ToString::to_string).collect(),
        }
    }

    /// Whether another session held a lock for as long as the adoption waits.
    pub fn is_locked(&self) -> bool {
        match self {
            Self::TableLocked { .. } => true,
            Self::Record(error) => error.is_locked(),
            _ => false,
        }
    }

    /// Whether the adoption was stopped on request.
    pub fn is_stopped(&self) -> bool {
        match self {
            Self::Stopped => true,
            Self::Record(error) => error.is_stopped(),
            _ => false,
        }
    }

    /// The text of `{error:#}` without causes and hints, for a front end that renders those its own way.
    pub fn details(&self) -> impl fmt::Display {
        Details(self)
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, details: bool) -> fmt::Result {
        match self {
            Self::NotFound { tool: None } => {
                f.write_str("no history of a known tool found in this database")
            }
            Self::NotFound { tool: Some(tool) } => {
                write!(f, "no history of {tool} found in this database")
            }
            Self::OtherColumns {
                table,
                tool,
                columns,
            } => {
                match tool {
                    Some(tool) => write!(f, "{table} is not a history of {tool}")?,
                    None => write!(f, "{table} is not a history of a known tool")?,
                }
                write!(f, ": its columns are {}", columns.join(", "))
            }
            Self::Ambiguous { tables } => {
                f.write_str("this database has the histories of several tools:")?;
                for (at, (table, tool)) in tables.iter().enumerate() {
                    let comma = if at == 0 { "" } else { "," };
                    let before = if details { "\n " } else { comma };
                    write!(f, "{before} {table} of {tool}")?;
                }
                Ok(())
            }
            Self::Refused {
                table,
                tool,
                findings,
            } => {
                write!(f, "{table} of {tool} does not match the files:")?;
                for (at, finding) in findings.iter().enumerate() {
                    let comma = if at == 0 { "" } else { ";" };
                    let before = if details { "\n " } else { comma };
                    write!(f, "{before} {finding}")?;
                    for answer in finding.answers().iter().filter(|_| details) {
                        write!(f, "\n    {answer}")?;
                    }
                }
                Ok(())
            }
            Self::OpenTransaction => f.write_str("the connection has an open transaction"),
            Self::Contested { table } => write!(f, "{table} changed each time it was read"),
            Self::TableLocked {
                table,
                holder,
                waited,
            } => {
                write!(
                    f,
                    "the table {table} has been locked for more than {waited:.0?}"
                )?;
                holder
                    .as_ref()
                    .map_or(Ok(()), |holder| write!(f, " by {holder}"))
            }
            Self::Stopped => f.write_str("stopped on request before the end"),
            Self::Database { doing, .. } => write!(f, "could not {doing}"),
            Self::Connection { .. } => {
                f.write_str("could not read the history: the connection failed")
            }
            Self::Record(error) if details => write!(f, "{}", error.details()),
            Self::Record(error) => write!(f, "{error}"),
        }
    }
}

struct Details<'e>(&'e Error);

impl fmt::Display for Details<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.write(f, true)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !f.alternate() {
            return self.write(f, false);
        }
        self.write(f, true)?;
        let mut cause = self.source();
        while let Some(error) = cause {
            write!(f, "\n  caused by: {error}")?;
            cause = error.source();
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
