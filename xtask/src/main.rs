//! The repository's own tasks, run as `cargo xtask <task>`; `cargo demo` is short for `cargo xtask demo`.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program speaks on its terminal"
)]

use std::error::Error;
use std::process::ExitCode;

mod api;
mod campaign;
mod cargo;
mod counts;
mod demo;
mod dependencies;
mod drivers;
mod features;
mod functions;
mod grammar;
mod grammar_compare;
mod licences;
mod meaning;
mod new_rule;
mod peers;
mod portability;
mod postgresql_source;
mod rules;
mod tidy;
mod versions;

/// What a task gives back.
type Outcome<T = ()> = Result<T, Box<dyn Error>>;

const USAGE: &str = "usage: cargo xtask <task>

  demo [--fresh] [--in-process] | demo --database-url URL
      run examples/content-ai on an installed or fetched PostgreSQL, whatever
      DATABASE_URL says; --fresh: with a new database; --in-process: on a PostgreSQL
      inside a program, for a machine that has only Rust; --database-url: on this one
  api [--check]
      write the public API of the published crates to docs/api; --check: only compare
  campaign [--middle] [--seed N]
      starters killed, cut off and left without a server by the hundred, and the
      proof that everything was applied exactly once; --middle: a tenth of it
  versions [--others] [MAJOR...]
      run the scenarios on each supported PostgreSQL, or on these; those that are
      not installed are fetched; --others: without the one that `cargo test` uses
  tidy
      check what neither the compiler nor clippy does
  rules
      write docs/rules.md from the documentation of the rules
  new-rule ID
      write and register a new rule, for its author to fill in
  dependencies
      check licences, minimum Rust versions, and what applications get
  drivers
      run the scenarios, and say in how many of them each driver was used
  features
      run clippy on migrate-runtime with every combination of its features
  functions [--check]
      add the names of the functions of each supported PostgreSQL, and of the extensions
      that it has here, to what the build knows; --check: only say what is missing
  grammar [--source DIR] [--check]
      make the parser's tables from PostgreSQL's source release, unpacked in DIR or
      fetched with Debian's apt-get (needs bison);
      with --check, only say whether they are the committed ones
  grammar-compare [--source DIR] [--mutations N]
      compare our parser with a server's on the release's regression suite
  meaning [--sets DIR] [--suite DIR] [--seed N] [--mutants N] [--database-url URL]
      compare what the build says of names with what a server says: the example, sets
      of migrations in DIR/*/migrations, the regression suite of a release
      (src/test/regress), and N sets with one mistake of each
  portability
      build for Windows and try the program and an application under Wine; check the
      libraries for macOS. With Debian's packages, which are installed where they can be
  counts [--write]
      compare the instructions of fixed pieces of work with benches/micro/COUNTS.txt;
      with --write, write them there (needs valgrind)
  peers [STEP…] [OPTION…]
      measure beside the peers and write benches/peers/RESULTS.md; --help lists the steps";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let task = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    let result = match task.as_str() {
        "demo" => demo::run(&rest),
        "api" => api::run(&rest),
        "campaign" => campaign::run(&rest),
        "versions" => versions::run(&rest),
        "tidy" => tidy::run(),
        "dependencies" => dependencies::run(),
        "drivers" => drivers::run(),
        "features" => features::run(),
        "functions" => functions::run(&rest),
        "rules" => rules::run(),
        "new-rule" => new_rule::run(&rest),
        "grammar" => grammar::run(&rest),
        "meaning" => meaning::run(&rest),
        "counts" => counts::run(&rest),
        "peers" => peers::run(&rest),
        "portability" => portability::run(),
        "grammar-compare" => grammar_compare::run(&rest),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Turns findings into a failure that lists them all.
fn report(task: &str, findings: &[String]) -> Outcome {
    if findings.is_empty() {
        eprintln!("{task}: in order");
        return Ok(());
    }
    Err(format!(
        "{task}: {} to put in order\n{}",
        findings.len(),
        findings.join("\n")
    )
    .into())
}
