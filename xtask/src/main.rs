//! Tasks of this repository's maintainers, started with `cargo xtask <task>`.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program speaks on its terminal"
)]

use std::error::Error;
use std::process::ExitCode;

mod grammar;
mod grammar_compare;

/// What a task gives back.
type Outcome<T = ()> = Result<T, Box<dyn Error>>;

const USAGE: &str = "usage: cargo xtask <task>

  grammar --source DIR [--check]
      make the parser's tables from an unpacked PostgreSQL source release
      (needs bison); with --check, only say whether they are the committed ones
  grammar-compare --source DIR [--mutations N]
      compare our parser with a server's on the release's regression suite";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let task = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    let result = match task.as_str() {
        "grammar" => grammar::run(&rest),
        "grammar-compare" => grammar_compare::run(&rest),
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
