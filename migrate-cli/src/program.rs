//! The `migrate` program: the commands over a directory, and those that need no database.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::PossibleValuesParser;
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use migrate_check::Layout;

use crate::commands::{check, completions, create, rules};
use crate::directory::Directory;
use crate::embedded::{Operation, block_on, perform_connected};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::job::Job;
use crate::options::Options;

/// PostgreSQL migrations: written as SQL, checked before they run, applied exactly once
#[derive(Debug, Parser)]
#[command(name = "migrate", version, max_term_width = 100)]
pub(crate) struct Program {
    /// The directory with the migrations; else `MIGRATE_DIR`, else `migrations` here or above
    #[arg(long, global = true, value_name = "PATH")]
    dir: Option<PathBuf>,

    /// How the files are named and what they hold, if as another tool has them
    #[arg(long, global = true, value_name = "LAYOUT", value_parser = PossibleValuesParser::new(Layout::ALL.map(Layout::name)))]
    layout: Option<String>,

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
    let matches = match Program::command()
        .bin_name(called)
        .try_get_matches_from(arguments)
    {
        Ok(matches) => matches,
        // clap prints help and version to stdout with 0, everything else to stderr with 2.
        Err(error) => error.exit(),
    };
    match Program::from_arg_matches(&matches) {
        Ok(program) => program.execute(),
        Err(error) => error.exit(),
    }
}

impl Program {
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
            if let Some(layout) = self.layout.as_deref().and_then(Layout::named) {
                directory.configured.settings.layout = layout;
            }
            Ok::<_, Failure>(directory)
        };
        match &self.command {
            Command::Create(create) => create.perform(&directory()?, output),
            Command::Check(check) => check.perform(&directory()?, &self.options, output),
            Command::Rules(rules) => rules.perform(output),
            Command::Completions(completions) => completions.perform(),
            Command::Man(man) => man.perform(),
            Command::Operation(operation) => {
                let directory = directory()?;
                let set = directory.migrations()?;
                let settings = directory.settings().clone();
                let job = Job::new(&set, directory.table(), settings, output);
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
