//! `cargo xtask campaign`: the engine under fire.

use std::process::Command;

use crate::Outcome;
use crate::cargo::{self, built_for_tests};

pub(crate) fn run(arguments: &[String]) -> Outcome {
    cargo::run(Command::new(built_for_tests("campaign")?).args(arguments))
}
