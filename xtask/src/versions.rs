//! `cargo xtask versions`: the scenarios on every supported PostgreSQL.

use std::time::Instant;

use migrate_fixtures::{Installation, Wanted};

use crate::cargo::{self, cargo};
use crate::{Outcome, report};

/// What PostgreSQL's project supports, and one before, which many still run.
const SUPPORTED: [u32; 6] = [13, 14, 15, 16, 17, 18];

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
        let outcome = on(major);
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

fn on(major: u32) -> Outcome<String> {
    let installation = Installation::find(&Wanted::Major(major))?;
    cargo::run(
        cargo()
            .args(["test", "--quiet", "--package", "migrate-tests"])
            .args(["--test", "scenarios"])
            .env("MIGRATE_TEST_POSTGRES", major.to_string()),
    )?;
    Ok(installation.version)
}
