//! The options of the commands that use a database, and of every command's output.

use clap::Args;
use migrate_runtime::HistoryTable;

use crate::failure::Failure;
use crate::output::{Colour, Format, Output};

/// Which database and history table to use, and how to print.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Options {
    /// Connect to this database [default: `DATABASE_URL`, or the PG… variables of psql]
    ///
    /// `DATABASE_URL` may be set in the environment or in a .env file. Every user of this machine can
    /// see a password on the command line: keep it in `DATABASE_URL`, `PGPASSWORD` or ~/.pgpass.
    #[arg(long, global = true, value_name = "URL", help_heading = "Database")]
    pub(crate) database_url: Option<String>,

    /// Keep the history table in this schema [default: the setting `schema`]
    #[arg(long, global = true, value_name = "NAME", help_heading = "Database")]
    pub(crate) schema: Option<String>,

    /// Name of the history table [default: the setting `table`]
    #[arg(long, global = true, value_name = "NAME", help_heading = "Database")]
    pub(crate) table: Option<String>,

    /// Format of the result
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        value_name = "FORMAT",
        help_heading = "Output"
    )]
    pub(crate) format: Format,

    /// When to use colours
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        value_name = "WHEN",
        help_heading = "Output"
    )]
    pub(crate) color: Colour,
}

impl Options {
    pub(crate) fn output(&self) -> Output {
        Output::new(self.format, self.color)
    }

    /// The history table that the options name; `usual` where they name none.
    pub(crate) fn table(&self, usual: &HistoryTable) -> Result<HistoryTable, Failure> {
        if self.schema.is_none() && self.table.is_none() {
            return Ok(usual.clone());
        }
        let or = |given: &Option<String>, usual: &str| given.clone().unwrap_or(usual.to_owned());
        let (schema, name) = (
            or(&self.schema, usual.schema()),
            or(&self.table, usual.name()),
        );
        Ok(HistoryTable::new(schema, name)?)
    }
}
