//! `cargo migrate`: cargo runs this program with `migrate` as the first argument.

fn main() -> std::process::ExitCode {
    let second = std::env::args_os().nth(1);
    let called_by_cargo = second.is_some_and(|argument| argument == "migrate");
    let skipped = usize::from(called_by_cargo);
    migrate_cli::run_program(std::env::args_os().skip(skipped), "cargo migrate")
}
