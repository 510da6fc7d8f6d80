//! The options that every command has.

use clap::Args;
use migrate_runtime::Table;

use crate::output::{Colour, Format, Output};

/// Where the database is, which history to keep, how to print.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Options {
    /// The database; else `DATABASE_URL` (environment or .env), else the PG… variables of psql
    ///
    /// A password on the command line can be seen by everybody on this machine: keep it in
    /// `DATABASE_URL`, in `PGPASSWORD` or in ~/.pgpass.
    #[arg(long, global = true, value_name = "URL", help_heading = "Database")]
    pub(crate) database_url: Option<String>,

    /// The history table's schema, instead of the one in the settings
    #[arg(long, global = true, value_name = "NAME", help_heading = "Database")]
    pub(crate) schema: Option<String>,

    /// The history table, instead of the one in the settings
    #[arg(long, global = true, value_name = "NAME", help_heading = "Database")]
    pub(crate) table: Option<String>,

    /// How to print results
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        value_name = "FORMAT",
        help_heading = "Output"
    )]
    pub(crate) format: Format,

    /// When to use colours; `NO_COLOR` turns them off, too
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

    /// The history table, where the options name another than `usual`.
    pub(crate) fn table(&self, usual: &Table) -> Table {
        if self.schema.is_none() && self.table.is_none() {
            return usual.clone();
        }
        let or = |given: &Option<String>, usual: &str| given.clone().unwrap_or(usual.to_owned());
        Table::new(
            or(&self.schema, usual.schema()),
            or(&self.table, usual.name()),
        )
    }
}
