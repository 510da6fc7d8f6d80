//! The `migrate` program, and the same program inside an application.
//!
//! Production images contain only the application, so the application can have the commands itself,
//! over its embedded migrations: as a second binary of three lines,
//!
//! ```no_run
//! # static MIGRATIONS: migrate_runtime::Migrations = migrate_runtime::Migrations::empty();
//! fn main() -> std::process::ExitCode {
//!     migrate_cli::main_with_version(&MIGRATIONS, env!("CARGO_PKG_VERSION"))
//! }
//! ```
//!
//! or as a subcommand of the application's program:
//!
//! ```no_run
//! # static MIGRATIONS: migrate_runtime::Migrations = migrate_runtime::Migrations::empty();
//! use std::process::ExitCode;
//!
//! use clap::Parser;
//!
//! #[derive(Parser)]
//! enum Program {
//!     /// Serve requests
//!     Serve,
//!     /// Apply and track the migrations of the database
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
//! [`Migrate::database_url`] passes the application's URL, and [`Migrate::execute_with`] uses a client of
//! the application. The commands that work on files (`create`, `check`, …) exist only in the `migrate`
//! program. The page `docs/program.md` of the repository describes every command.

mod commands;
mod connection;
mod directory;
mod duration;
mod embedded;
mod exit;
mod failure;
mod finding;
mod habit;
mod interruption;
mod job;
mod layout_parser;
mod maintenance;
mod notices;
mod options;
mod output;
mod program;
mod progress;
mod scratch;
mod workspace;

pub use embedded::{Migrate, main, main_with_version};
pub use program::run_program;
