//! `cargo xtask counts`: how many instructions fixed pieces of work take, compared with what is committed.
//!
//! Times on a shared machine say little; counts repeat to a fraction of a percent. They hold for one compiler,
//! one C library and one valgrind, so on another machine they may have to be taken anew before they say anything.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::cargo::{cargo, read, root, run as run_command};
use crate::{Outcome, report};

/// What is committed.
const FILE: &str = "benches/micro/COUNTS.txt";

/// What the build does runs without optimization, as a procedural macro does in a dev build; what a program
/// does runs with it.
const PIECES: [(&str, &str); 7] = [
    ("scan", "debug"),
    ("analyse", "debug"),
    ("parse", "debug"),
    ("load", "debug"),
    ("pack", "debug"),
    ("start", "release"),
    ("apply", "release"),
];

/// Percent by which a count may differ.
const TOLERANCE: u64 = 5;

/// Counts, and compares or (`--write`) writes down.
pub(crate) fn run(options: &[String]) -> Outcome {
    let write = match options {
        [] => false,
        [option] if option == "--write" => true,
        _ => return Err("counts: the only option is --write".into()),
    };
    if Command::new("valgrind").arg("--version").output().is_err() {
        eprintln!("counts: valgrind is not installed: instructions are not counted");
        return Ok(());
    }
    let compiler = read(Command::new("rustc").arg("--version"))?
        .trim()
        .to_owned();
    let path = root().join(FILE);
    let committed = fs::read_to_string(&path).unwrap_or_default();
    if !write && !committed.contains(&compiler) {
        eprintln!("counts: {FILE} was not made with {compiler}: instructions are not compared");
        return Ok(());
    }
    let counts = count_all()?;
    if write {
        fs::write(&path, show(&compiler, &counts))?;
        eprintln!("counts: written");
        return Ok(());
    }
    report("counts", &compare(&committed, &counts))
}

fn count_all() -> Outcome<BTreeMap<&'static str, u64>> {
    let target = root().join("target/micro");
    let build = |profile: &[&str]| {
        run_command(
            cargo()
                .args(["build", "--quiet", "--locked", "--bin", "counted"])
                .args([
                    "--manifest-path",
                    "benches/micro/Cargo.toml",
                    "--target-dir",
                ])
                .arg(&target)
                .args(profile),
        )
    };
    build(&[])?;
    build(&["--release"])?;
    let input = target.join("input");
    let mut counts = BTreeMap::new();
    for (piece, profile) in PIECES {
        let program = target.join(profile).join("counted");
        let with = count(&program, &input, piece)?;
        let without = count(&program, &input, "nothing")?;
        counts.insert(piece, with.saturating_sub(without));
    }
    Ok(counts)
}

/// The instructions of one run.
fn count(program: &Path, input: &Path, piece: &str) -> Outcome<u64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .args([program, input])
        .arg(piece)
        // Hash maps and paths as on any other machine.
        .env_clear()
        .output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    let number = said
        .split_once("Collected : ")
        .and_then(|(_, rest)| rest.split_whitespace().next());
    match number {
        Some(number) if output.status.success() => Ok(number.parse()?),
        _ => Err(format!("{piece} cannot be counted:\n{said}").into()),
    }
}

fn show(compiler: &str, counts: &BTreeMap<&str, u64>) -> String {
    let mut text =
        format!("# Instructions, written by `cargo xtask counts --write` with {compiler}\n");
    for (piece, count) in counts {
        let _ = writeln!(text, "{piece} {count}");
    }
    text
}

fn compare(committed: &str, counts: &BTreeMap<&str, u64>) -> Vec<String> {
    let mut findings = Vec::new();
    for (piece, count) in counts {
        let before = committed
            .lines()
            .find_map(|line| line.strip_prefix(&format!("{piece} "))?.parse::<u64>().ok());
        let Some(before) = before else {
            findings.push(format!("{piece}: {FILE} lacks it"));
            continue;
        };
        eprintln!("counts: {piece}: {count}, committed {before}");
        if count.abs_diff(before) * 100 > before * TOLERANCE {
            findings.push(format!(
                "{piece}: {count} instructions, and {before} are committed; \
                 if that is meant, write them down with `cargo xtask counts --write`"
            ));
        }
    }
    findings
}
