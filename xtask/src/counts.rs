//! `cargo xtask counts`: how many instructions fixed pieces of work take, compared with what is committed; and that the
//! build's work grows no faster than its input.
//!
//! Times on a shared machine say little; counts repeat to a fraction of a percent. They hold for one compiler,
//! one C library and one valgrind, so on another machine they may have to be taken again before they say anything.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::thread;

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

/// Twice an input may take at most so many percent of the instructions: four times as many if they were squared.
const MOST_GROWTH: u64 = 230;

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
    let mut findings = compare(&committed, &counts);
    findings.extend(grow()?);
    report("counts", &findings)
}

/// What of the build grows faster than its input.
fn grow() -> Outcome<Vec<String>> {
    let target = root().join("target/micro");
    build(&target, "grown", &[])?;
    let program = target.join("debug/grown");
    let shapes = read(&mut Command::new(&program))?;
    let shapes = Mutex::new(shapes.lines());
    // Counting a shape says the same whatever else runs, so that each processor takes the next one.
    let work = |worker: usize| -> Result<Vec<String>, String> {
        let input = target.join(format!("grown-input-{worker}"));
        let mut findings = Vec::new();
        let next = || shapes.lock().ok()?.next();
        while let Some(shape) = next() {
            let count =
                |times| count(&program, &input, &[shape, times]).map_err(|error| error.to_string());
            let (once, twice) = (count("1")?, count("2")?);
            let percent = twice * 100 / once.max(1);
            eprintln!("counts: {shape}: {once}, and for twice the input {percent} %");
            if percent > MOST_GROWTH {
                findings.push(format!(
                    "{shape}: twice the input takes {percent} % of the instructions (see benches/micro/src/growth.rs)"
                ));
            }
        }
        Ok(findings)
    };
    let workers = thread::available_parallelism()?.get();
    thread::scope(|scope| {
        let work = &work;
        let workers: Vec<_> = (0..workers)
            .map(|worker| scope.spawn(move || work(worker)))
            .collect();
        let mut findings = Vec::new();
        for worker in workers {
            findings.extend(worker.join().map_err(|_| "counts: a worker stopped")??);
        }
        Ok(findings)
    })
}

fn build(target: &Path, program: &str, profile: &[&str]) -> Outcome {
    run_command(
        cargo()
            .args(["build", "--quiet", "--locked", "--bin", program])
            .args([
                "--manifest-path",
                "benches/micro/Cargo.toml",
                "--target-dir",
            ])
            .arg(target)
            .args(profile),
    )
}

fn count_all() -> Outcome<BTreeMap<&'static str, u64>> {
    let target = root().join("target/micro");
    build(&target, "counted", &[])?;
    build(&target, "counted", &["--release"])?;
    let input = target.join("input");
    let mut counts = BTreeMap::new();
    for (piece, profile) in PIECES {
        let program = target.join(profile).join("counted");
        let with = count(&program, &input, &[piece])?;
        let without = count(&program, &input, &["nothing"])?;
        counts.insert(piece, with.saturating_sub(without));
    }
    Ok(counts)
}

/// The instructions of one run.
fn count(program: &Path, input: &Path, piece: &[&str]) -> Outcome<u64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .args([program, input])
        .args(piece)
        // Hash maps and paths as on any other machine.
        .env_clear()
        .output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    let number = said
        .split_once("Collected : ")
        .and_then(|(_, rest)| rest.split_whitespace().next());
    match number {
        Some(number) if output.status.success() => Ok(number.parse()?),
        _ => Err(format!("{} cannot be counted:\n{said}", piece.join(" ")).into()),
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
