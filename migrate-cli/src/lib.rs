//! The `migrate` program, and the same program inside an application.
//!
//! Production images hold the application and nothing else. So the application can carry the commands
//! itself, over the migrations that are embedded in it: a binary of three lines,
//!
//! ```no_run
//! # static MIGRATIONS: migrate_runtime::Migrations = migrate_runtime::Migrations::empty();
//! fn main() -> std::process::ExitCode {
//!     migrate_cli::main(&MIGRATIONS)
//! }
//! ```
//!
//! or a subcommand of the application's own program:
//!
//! ```no_run
//! # static MIGRATIONS: migrate_runtime::Migrations = migrate_runtime::Migrations::empty();
//! use std::process::ExitCode;
//!
//! use clap::Parser;
//!
//! #[derive(Parser)]
//! enum Program {
//!     /// Serves requests.
//!     Serve,
//!     /// Looks after the database's schema.
//!     Migrate(migrate_cli::Migrate),
//! }
//!
//! fn main() -> ExitCode {
//!     match Program::parse() {
//!         Program::Serve => ExitCode::SUCCESS,
//!         Program::Migrate(migrate) => migrate.execute(&MIGRATIONS),
//!     }
//! }
//! ```
//!
//! [`Migrate::database_url`] hands over the application's own URL, and [`Migrate::execute_over`] its
//! own client. The commands that work on files (`create`, `check`, …) belong to the `migrate` program
//! alone. The page `docs/program.md` of the repository describes every command.

mod commands;
mod connection;
mod directory;
mod duration;
mod embedded;
mod exit;
mod failure;
mod finding;
mod interruption;
mod job;
mod notices;
mod options;
mod output;
mod program;
mod progress;
mod scratch;

pub use embedded::{Migrate, main};
pub use program::run_program;
