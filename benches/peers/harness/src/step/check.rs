//! `migrate check` beside squawk, a linter for PostgreSQL's migrations that is written in Rust too.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::Outcome;
use crate::figures::Figures;
use crate::generate::{self, Set};
use crate::measure;
use crate::options::Options;
use crate::place::{root, work};
use crate::tool::Layout;

/// As `PyPI` has it.
const SQUAWK: &str = "squawk-cli==2.70.0";

pub(super) fn run(options: &Options, figures: &mut Figures) -> Outcome {
    let (ours, squawk) = (ours()?, squawk()?);
    for set in options.sets(&[Set::Small(1000)]) {
        let directory = work().join(format!("check-{set}"));
        if !directory.exists() {
            generate::write(set, Layout::Flat, &directory)?;
        }
        let migrations = directory.join("migrations");
        let mut files = Vec::new();
        for entry in fs::read_dir(&migrations)? {
            files.push(entry?.path());
        }
        files.sort();
        let mut check = Command::new(&ours);
        check.arg("check").arg("--dir").arg(&migrations);
        check.current_dir(&directory);
        let mut lint = Command::new(&squawk);
        lint.args(&files).current_dir(&directory);
        for _ in 0..options.times(11) {
            // squawk finds fault with every one of these files, so its status says nothing.
            for (name, command, end) in [
                ("peer-migrate", &check, format!("{} files", files.len())),
                (
                    "peer-squawk",
                    &lint,
                    format!("checked {} source files", files.len()),
                ),
            ] {
                let taken = measure::run(command)?;
                if !taken.said.contains(&end) {
                    return Err(format!("{name} has not checked all files:\n{}", taken.said).into());
                }
                figures.add(&format!("check/{set}/ms/{name}"), taken.wall * 1e3)?;
                figures.add(&format!("check/{set}/cpu-ms/{name}"), taken.cpu * 1e3)?;
                figures.add(&format!("check/{set}/mib/{name}"), taken.peak)?;
            }
        }
    }
    Ok(())
}

/// The program, as it is installed.
fn ours() -> Outcome<PathBuf> {
    let target = work().join("build/migrate-cli");
    let mut command = Command::new("cargo");
    command
        .args([
            "build",
            "--release",
            "--locked",
            "--quiet",
            "--package",
            "migrate-cli",
        ])
        .arg("--target-dir")
        .arg(&target)
        .current_dir(root());
    measure::run(&command)?.expect_success("cargo build")?;
    Ok(target.join("release/migrate"))
}

/// squawk, fetched once.
fn squawk() -> Outcome<PathBuf> {
    let tools = work().join("squawk");
    let program = tools.join("bin/squawk");
    if !program.exists() {
        let mut command = Command::new("python3");
        command
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--no-deps",
                "--only-binary",
                ":all:",
            ])
            .arg("--target")
            .arg(&tools)
            .arg(SQUAWK);
        measure::run(&command)?.expect_success("pip install")?;
    }
    Ok(program)
}
