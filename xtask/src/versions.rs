//! `cargo xtask versions`: the scenarios on every supported PostgreSQL; with `--others`, on those that `cargo test` does not
//! use, and the longest only on the oldest.

use std::time::Instant;

use migrate_fixtures::{Installation, Wanted};

use crate::cargo::{self, cargo};
use crate::{Outcome, report};

/// What PostgreSQL's project supports, and one before, which many still run.
const SUPPORTED: [u32; 6] = [13, 14, 15, 16, 17, 18];

/// Tests that cut a run off, or change its traffic, at each message in turn. They take half of the time and are about our
/// side of the connection, so that `--others` has the oldest version run them, and `cargo test` the newest.
const EVERY_MESSAGE: [&str; 2] = ["cancel::", "corruption::"];

pub(crate) fn run(arguments: &[String]) -> Outcome {
    let mut wanted = Vec::new();
    let mut others = false;
    for argument in arguments {
        match argument.as_str() {
            "--others" => others = true,
            major => wanted.push(major.parse::<u32>()?),
        }
    }
    if wanted.is_empty() {
        wanted = SUPPORTED.to_vec();
    }
    if others {
        let tested = Installation::find(&Wanted::from_environment())?;
        println!("versions: `cargo test` uses PostgreSQL {}", tested.version);
        wanted.retain(|major| *major != tested.major);
    }
    let mut findings = Vec::new();
    for major in wanted {
        let started = Instant::now();
        let between = others && major != SUPPORTED[0];
        let outcome = on(major, if between { &EVERY_MESSAGE } else { &[] });
        let said = match &outcome {
            Ok(version) => format!("PostgreSQL {version}: passed"),
            Err(error) => format!("PostgreSQL {major}: {error}"),
        };
        println!("versions: {said} ({} s)", started.elapsed().as_secs());
        if outcome.is_err() {
            findings.push(said);
        }
    }
    report("versions", &findings)
}

fn on(major: u32, without: &[&str]) -> Outcome<String> {
    let installation = Installation::find(&Wanted::Major(major))?;
    // Most tests wait for a server, or for a time to pass.
    let threads = 3 * std::thread::available_parallelism()?.get();
    cargo::run(
        cargo()
            .args(["test", "--quiet", "--package", "migrate-tests"])
            .args(["--test", "scenarios", "--"])
            .args(without.iter().flat_map(|module| ["--skip", *module]))
            .env("RUST_TEST_THREADS", threads.to_string())
            .env("MIGRATE_TEST_POSTGRES", major.to_string()),
    )?;
    Ok(installation.version)
}
