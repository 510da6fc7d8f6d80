//! The `migrate` program: the commands over a directory, and those that need no database.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::layout_parser::LayoutParser;
use clap::{Arg, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use migrate_check::Layout;
use migrate_runtime::{HistoryTable, Migrations};

use crate::commands::{check, completions, create, rules};
use crate::directory::Directory;
use crate::embedded::{Operation, block_on, perform_connected};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::habit;
use crate::job::Job;
use crate::options::Options;

/// Check, apply and track PostgreSQL migrations written in SQL
#[derive(Debug, Parser)]
#[command(name = "migrate", version, max_term_width = 100)]
pub(crate) struct Program {
    /// Directory of the migrations [default: `MIGRATE_DIR`, or `migrations` here or in a parent]
    #[arg(long, global = true, value_name = "PATH")]
    dir: Option<PathBuf>,

    /// Migration tool whose file layout the directory uses [default: the setting `layout`]
    #[arg(long, global = true, value_name = "LAYOUT", value_parser = LayoutParser)]
    layout: Option<Layout>,

    #[command(flatten)]
    options: Options,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Create(create::Create),
    #[command(flatten)]
    Operation(Operation),
    Check(check::Check),
    Rules(rules::Rules),
    Completions(completions::Completions),
    Man(completions::Man),
}

/// The whole program, for its two binaries: `arguments` begin with the program's own name.
#[doc(hidden)]
pub fn run_program(
    arguments: impl IntoIterator<Item = OsString>,
    called: &'static str,
) -> ExitCode {
    let matches = match Program::documented()
        .bin_name(called)
        .try_get_matches_from(arguments)
    {
        Ok(matches) => matches,
        // clap prints help and version to stdout with 0, everything else to stderr with 2.
        Err(error) => habit::explain(error).exit(),
    };
    match Program::from_arg_matches(&matches) {
        Ok(program) => program.execute(),
        Err(error) => error.exit(),
    }
}

/// The commands that use no database, those that check nothing, and those that use no directory either. All of them accept the
/// global options, so that a shell alias may name them once; their help leaves out what they ignore.
const WITHOUT_DATABASE: [&str; 5] = ["create", "check", "rules", "completions", "man"];
const WITHOUT_NAMES: [&str; 4] = ["create", "rules", "completions", "man"];
const WITHOUT_DIRECTORY: [&str; 3] = ["rules", "completions", "man"];

impl Program {
    /// The command line as help, completions and the manual page describe it.
    pub(crate) fn documented() -> clap::Command {
        let command = Self::command();
        let global: Vec<Arg> = command
            .get_arguments()
            .filter(|argument| argument.is_global_set())
            .cloned()
            .collect();
        command.mut_subcommands(|subcommand| {
            let name = subcommand.get_name().to_owned();
            let unused = |argument: &&Arg| match argument.get_id().as_str() {
                "database_url" | "schema" | "table" | "one_statement_per_message" => {
                    WITHOUT_DATABASE.contains(&name.as_str())
                }
                "dir" | "layout" => WITHOUT_DIRECTORY.contains(&name.as_str()),
                "assume" | "after" | "assume_extensions" => WITHOUT_NAMES.contains(&name.as_str()),
                _ => false,
            };
            let hidden = global.iter().filter(unused);
            // An argument of the subcommand's own takes the place of the global one.
            subcommand.args(hidden.map(|argument| argument.clone().global(false).hide(true)))
        })
    }

    fn execute(&self) -> ExitCode {
        let output = self.options.output();
        match self.perform() {
            Ok(exit) => exit.into(),
            Err(failure) => {
                output.failure(self.command.name(), &failure);
                failure.exit.into()
            }
        }
    }

    fn perform(&self) -> Result<Exit, Failure> {
        let output = self.options.output();
        let directory = || {
            let mut directory = Directory::find(self.dir.as_deref(), &self.options)?;
            if let Some(layout) = self.layout {
                directory.configured.settings.layout = layout;
            }
            Ok::<_, Failure>(directory)
        };
        match &self.command {
            Command::Create(create) => create.perform(&directory()?, output),
            Command::Check(check) => check.perform(&directory()?, &self.options, output),
            Command::Rules(rules) => rules.perform(output),
            Command::Completions(completions) => completions.perform(Self::documented()),
            Command::Man(man) => man.perform(Self::documented()),
            Command::Operation(operation) if !operation.needs_migrations() => {
                let set = Migrations::empty();
                let job = Job::new(&set, HistoryTable::default(), None, output);
                block_on(perform_connected(&job, &self.options, operation))?
            }
            Command::Operation(operation) => {
                let directory = directory()?;
                let (set, loaded) = directory.migrations()?;
                let job = Job::new(&set, directory.table()?, Some(loaded), output)
                    .connected_by(&self.options);
                block_on(perform_connected(&job, &self.options, operation))?
            }
        }
    }
}

impl Command {
    fn name(&self) -> &'static str {
        match self {
            Self::Create(_) => "create",
            Self::Operation(operation) => operation.name(),
            Self::Check(_) => "check",
            Self::Rules(_) => "rules",
            Self::Completions(_) => "completions",
            Self::Man(_) => "man",
        }
    }
}
