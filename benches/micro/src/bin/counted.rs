//! Runs one piece once, to be counted: `counted DIRECTORY PIECE`. `nothing` does all but the piece.

use std::path::PathBuf;
use std::process::ExitCode;

use micro::{PIECES, Subject};

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let root = arguments.next().map(PathBuf::from);
    let wanted = arguments.next().unwrap_or_default();
    let piece = PIECES.iter().find(|(name, _)| *name == wanted);
    let subject = root.and_then(|root| Subject::prepare(&root).ok());
    let (Some((_, run)), Some(subject)) = (piece, subject) else {
        let names: Vec<&str> = PIECES.iter().map(|(name, _)| *name).collect();
        eprintln!("usage: counted DIRECTORY {}", names.join("|"));
        return ExitCode::from(2);
    };
    run(&subject);
    ExitCode::SUCCESS
}
