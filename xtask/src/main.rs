//! Tasks of this repository's maintainers, started with `cargo xtask <task>`.

#![expect(clippy::print_stderr, reason = "a program speaks on its terminal")]

use std::process::ExitCode;

mod grammar;

const USAGE: &str = "usage: cargo xtask <task>

  grammar --source DIR [--check]
      make the parser's tables from an unpacked PostgreSQL source release
      (needs bison); with --check, only say whether they are the committed ones";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let task = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    let result = match task.as_str() {
        "grammar" => grammar::run(&rest),
        _ => Err(USAGE.into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}
