//! The commands that run over a set of migrations, whether embedded or read from a directory.

use std::future::Future;
use std::pin::pin;
use std::process::ExitCode;

use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use migrate_runtime::{Migrations, Session};

use crate::commands::{adopt, baseline, database, plan, repair, revert, run, status};
use crate::connection::environment::Environment;
use crate::connection::target::Target;
use crate::connection::{Connected, connect};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::habit;
use crate::interruption::Interruptions;
use crate::job::Job;
use crate::notices;
use crate::options::Options;

/// The commands as a subcommand of the application's own program, for clap.
///
/// See the [crate's documentation](crate) for how to use it.
#[derive(Debug, Args)]
pub struct Migrate {
    #[command(flatten)]
    pub(crate) options: Options,
    #[command(subcommand)]
    pub(crate) operation: Operation,
}

/// The commands that need migrations and a database, and no files.
#[derive(Debug, Subcommand)]
pub(crate) enum Operation {
    Run(run::Run),
    Status(status::Status),
    Plan(plan::Plan),
    Revert(revert::Revert),
    Baseline(baseline::Baseline),
    Adopt(adopt::Adopt),
    Repair(repair::Repair),
    Database(database::Database),
}

/// Apply and track the migrations that are embedded in this program
#[derive(Parser)]
#[command(name = "migrate", max_term_width = 100)]
struct Program {
    #[command(flatten)]
    migrate: Migrate,
}

/// The whole program: parses the command line, runs the command on `migrations`, and returns the exit
/// code.
///
/// It has no `--version`, because it does not know the application's:
/// [`main_with_version`] has.
pub fn main(migrations: &Migrations) -> ExitCode {
    execute(Program::command(), migrations)
}

/// The same as [`main`], with the application's version as `--version`:
///
/// ```no_run
/// # static MIGRATIONS: migrate_runtime::Migrations = migrate_runtime::Migrations::empty();
/// fn main() -> std::process::ExitCode {
///     migrate_cli::main_with_version(&MIGRATIONS, env!("CARGO_PKG_VERSION"))
/// }
/// ```
pub fn main_with_version(migrations: &Migrations, version: &'static str) -> ExitCode {
    execute(Program::command().version(version), migrations)
}

fn execute(command: clap::Command, migrations: &Migrations) -> ExitCode {
    let parsed = command
        .try_get_matches()
        .and_then(|matches| Program::from_arg_matches(&matches));
    match parsed {
        Ok(program) => program.migrate.execute(migrations),
        Err(error) => habit::explain(error).exit(),
    }
}

impl Migrate {
    /// Sets the database to use where the command line names none. Without it, `DATABASE_URL` and
    /// libpq's variables are read.
    #[must_use]
    pub fn database_url(mut self, url: impl Into<String>) -> Self {
        self.options.database_url.get_or_insert(url.into());
        self
    }

    /// Connects, runs the command, prints the result, and returns the exit code: 0 done, 1 refused or
    /// failed, 2 wrong usage or environment.
    ///
    /// Starts a tokio runtime of its own. Inside a runtime, call
    /// [`execute_async`](Migrate::execute_async) instead.
    pub fn execute(&self, migrations: &Migrations) -> ExitCode {
        let output = self.options.output();
        match block_on(self.execute_async(migrations)) {
            Ok(code) => code,
            Err(failure) => {
                output.failure(self.operation.name(), &failure);
                failure.exit.into()
            }
        }
    }

    /// [`execute`](Migrate::execute) in a tokio runtime, with its timer and I/O enabled.
    pub async fn execute_async(&self, migrations: &Migrations) -> ExitCode {
        let result = match self.job(migrations) {
            Ok(job) => perform_connected(&job, &self.options, &self.operation).await,
            Err(failure) => Err(failure),
        };
        self.finish(result)
    }

    /// Runs the command over a client of the application.
    pub async fn execute_with<S: Session>(
        &self,
        migrations: &Migrations,
        session: &mut S,
    ) -> ExitCode {
        let result = match self.job(migrations) {
            Ok(job) => self.operation.perform(&job, session).await,
            Err(failure) => Err(failure),
        };
        self.finish(result)
    }

    fn job<'j>(&self, set: &'j Migrations) -> Result<Job<'j>, Failure> {
        let table = self.options.table(set.table())?;
        let job = Job::new(set, table, None, self.options.output());
        Ok(job.connected_by(&self.options))
    }

    fn finish(&self, result: Result<Exit, Failure>) -> ExitCode {
        match result {
            Ok(exit) => exit.into(),
            Err(failure) => {
                let output = self.options.output();
                output.failure(self.operation.name(), &failure);
                failure.exit.into()
            }
        }
    }
}

impl Operation {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Run(_) => "run",
            Self::Status(_) => "status",
            Self::Plan(_) => "plan",
            Self::Revert(_) => "revert",
            Self::Baseline(_) => "baseline",
            Self::Adopt(_) => "adopt",
            Self::Repair(_) => "repair",
            Self::Database(_) => "database",
        }
    }

    /// Whether there has to be a set of migrations.
    pub(crate) fn needs_migrations(&self) -> bool {
        match self {
            Self::Database(database) => database.applies(),
            _ => true,
        }
    }

    /// Whether the first interruption waits for the current migration.
    fn changes_the_database(&self) -> bool {
        matches!(self, Self::Run(_) | Self::Revert(_))
    }

    async fn perform<S: Session>(&self, job: &Job<'_>, session: &mut S) -> Result<Exit, Failure> {
        match self {
            Self::Run(run) => run.perform(job, session).await,
            Self::Status(status) => status.perform(job, session).await,
            Self::Plan(plan) => plan.perform(job, session).await,
            Self::Revert(revert) => revert.perform(job, session).await,
            Self::Baseline(baseline) => baseline.perform(job, session).await,
            Self::Adopt(adopt) => adopt.perform(job, session).await,
            Self::Repair(repair) => repair.perform(job, session).await,
            Self::Database(_) => Err(Failure::environment(
                "creating or dropping a database takes a connection to another one, which this program does not open",
            )
            .help("`migrate database` and `createdb` do it")),
        }
    }
}

/// Connects as the options say and performs the operation.
pub(crate) async fn perform_connected(
    job: &Job<'_>,
    options: &Options,
    operation: &Operation,
) -> Result<Exit, Failure> {
    if let Operation::Database(database) = operation {
        let Some(target) = database.perform(job, options).await? else {
            return Ok(Exit::Done);
        };
        return perform_on(&target, job, &Operation::Run(run::Run::default())).await;
    }
    let environment = Environment::read()?;
    let target = Target::find(options.database_url.as_deref(), &environment)?;
    perform_on(&target, job, operation).await
}

/// Connects to the target and performs the operation.
async fn perform_on(
    target: &Target,
    job: &Job<'_>,
    operation: &Operation,
) -> Result<Exit, Failure> {
    let Connected {
        mut client,
        cancel,
        notices: spoken,
    } = connect(target).await?;
    tokio::spawn(notices::tell(job.progress.clone(), spoken));
    let mut interruptions = Interruptions::listen();
    let mut work = pin!(operation.perform(job, &mut client));
    let mut asked = 0;
    loop {
        tokio::select! {
            result = &mut work => return result,
            () = interruptions.next() => asked += 1,
        }
        match asked {
            1 if operation.changes_the_database() => {
                job.stop.stop();
                job.progress
                    .note("finishing the current migration; interrupt again to cancel it");
            }
            2 => {
                job.progress.note("cancelling the current migration");
                cancel.send().await;
            }
            _ => {
                job.progress.end();
                return Err(Failure::refused("interrupted"));
            }
        }
    }
}

/// Runs a future to its end on this thread.
///
/// # Errors
/// The operating system refuses a resource that the runtime needs.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| {
            Failure::environment("cannot start the asynchronous runtime").cause(&error)
        })?;
    Ok(runtime.block_on(future))
}
