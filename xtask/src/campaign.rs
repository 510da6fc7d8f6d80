//! `cargo xtask campaign`: the engine under fire.

use std::process::Command;

use crate::Outcome;
use crate::cargo::{self, cargo, read};

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let built = read(cargo().args([
        "build",
        "--package",
        "migrate-tests",
        "--bins",
        "--message-format",
        "json",
    ]))?;
    let program = executable(&built).ok_or("cargo built no program of that name")?;
    cargo::run(Command::new(program).args(arguments))
}

/// Where cargo has put it: one JSON object a line, and one of them says.
fn executable(said: &str) -> Option<String> {
    said.lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter_map(|message| message.get("executable")?.as_str().map(str::to_owned))
        .find(|path| path.ends_with("campaign"))
}
