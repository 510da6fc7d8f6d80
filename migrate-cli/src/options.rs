//! The options of the commands that use a database, and of every command's output.

use clap::Args;
use migrate_check::Settings;
use migrate_check::settings::Notation;
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

    /// Check names as if this SQL file had run first; may be given several times [default: the setting `assume`]
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        hide_short_help = true,
        help_heading = "Names"
    )]
    pub(crate) assume: Vec<String>,

    /// Check names as if this directory of migrations had run first [default: the setting `after`]
    #[arg(
        long,
        global = true,
        value_name = "DIRECTORY",
        hide_short_help = true,
        help_heading = "Names"
    )]
    pub(crate) after: Vec<String>,

    /// Check names as if the database had this extension [default: the setting `assume_extensions`]
    #[arg(
        long = "assume-extension",
        global = true,
        value_name = "NAME",
        hide_short_help = true,
        help_heading = "Names"
    )]
    pub(crate) assume_extensions: Vec<String>,

    /// Send each SQL statement in a message of its own
    ///
    /// For a server or a proxy that refuses several statements in one message. A refusal with SQLSTATE 42601 is noticed
    /// without this option.
    #[arg(long, global = true, hide_short_help = true, help_heading = "Database")]
    pub(crate) one_statement_per_message: bool,

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

    /// Puts the settings that the options name into `settings`.
    ///
    /// # Errors
    /// A name that PostgreSQL cannot keep.
    pub(crate) fn apply(&self, settings: &mut Settings) -> Result<(), Failure> {
        let set = |settings: &mut Settings, key: &str, value: &str| {
            settings
                .set(key, value, Notation::CommandLine)
                .map_err(|wrong| Failure::environment(wrong.message).help(wrong.help))
        };
        for (key, values) in [
            ("assume", &self.assume),
            ("after", &self.after),
            ("assume_extensions", &self.assume_extensions),
        ] {
            if !values.is_empty() {
                settings.clear(key);
            }
            for value in values {
                set(settings, key, value)?;
            }
        }
        for (key, value) in [("schema", &self.schema), ("table", &self.table)] {
            if let Some(value) = value {
                set(settings, key, value)?;
            }
        }
        Ok(())
    }

    /// The history table that the options name; `usual` where they name none.
    pub(crate) fn table(&self, usual: &HistoryTable) -> Result<HistoryTable, Failure> {
        let mut settings = Settings::default();
        usual.schema().clone_into(&mut settings.table.schema);
        usual.name().clone_into(&mut settings.table.name);
        self.apply(&mut settings)?;
        Ok(HistoryTable::new(
            settings.table.schema,
            settings.table.name,
        )?)
    }
}
