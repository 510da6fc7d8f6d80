//! Measures migration tools side by side: `cargo xtask peers [STEP…] [OPTION…]`.
//!
//! Each step runs the applications in turn (A B C A B C …), so that whatever else the machine does hits all
//! of them alike. Every figure is kept in `target/peers/figures.json`; `RESULTS.md` beside it shows what is there.

use std::error::Error;
use std::process::ExitCode;

mod delay;
mod figures;
mod generate;
mod instance;
mod machine;
mod measure;
mod options;
mod place;
mod report;
mod server;
mod step;
mod tool;

/// What fails says why.
type Outcome<T = ()> = Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    if let Some(code) = measure::as_child() {
        return code;
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--help") {
        println!("{}", options::USAGE);
        return ExitCode::SUCCESS;
    }
    let options = match options::Options::read(&arguments) {
        Ok(options) => options,
        Err(problem) => {
            eprintln!("{problem}\n\n{}", options::USAGE);
            return ExitCode::from(2);
        }
    };
    match step::run_all(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
