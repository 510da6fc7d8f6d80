//! Builds one shape of input once, to be counted: `grown DIRECTORY SHAPE TIMES`. Without arguments: which shapes there
//! are.

use std::path::PathBuf;
use std::process::ExitCode;

use micro::{Grown, SHAPES};

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(root) = arguments.next().map(PathBuf::from) else {
        for (name, ..) in SHAPES {
            println!("{name}");
        }
        return ExitCode::SUCCESS;
    };
    let wanted = arguments.next().unwrap_or_default();
    let times = arguments.next().and_then(|times| times.parse().ok());
    let shape = SHAPES.iter().find(|(name, ..)| *name == wanted);
    let (Some(shape), Some(times)) = (shape, times) else {
        eprintln!("usage: grown DIRECTORY SHAPE TIMES");
        return ExitCode::from(2);
    };
    match Grown::prepare(&root, shape, times) {
        Ok(grown) => {
            grown.build();
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("grown: {error}");
            ExitCode::FAILURE
        }
    }
}
