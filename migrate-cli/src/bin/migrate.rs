//! `migrate`: PostgreSQL migrations from the command line.

fn main() -> std::process::ExitCode {
    migrate_cli::run_program(std::env::args_os(), "migrate")
}
