//! `cargo xtask versions`: the scenarios on every supported PostgreSQL; with `--others`, on those that `cargo test` does not
//! use, and the longest only on the oldest.

use std::process::Command;
use std::sync::Mutex;
use std::thread;
use std::time::Instant;

use migrate_fixtures::{Installation, Wanted};

use crate::cargo::{built_for_tests, root};
use crate::{Outcome, report};

/// What PostgreSQL's project supports, and one before, which many still run.
pub(crate) const SUPPORTED: [u32; 6] = [13, 14, 15, 16, 17, 18];

/// Tests of our side of the connection, or that cut a run off at each message in turn. They take half of the time, so that
/// `--others` has the oldest version run them, and `cargo test` the newest.
const OF_OUR_SIDE: [&str; 8] = [
    "campaign::",
    "cancel::",
    "conformance::",
    "corruption::",
    "flushes::",
    "memory::",
    "unusable::",
    "wire::",
];

/// Most tests wait for a server, or for a time to pass: so many versions at once, and for each so many tests.
const AT_ONCE: usize = 2;
const THREADS_PER_CORE: usize = 2;

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
    let scenarios = built_for_tests("scenarios")?;
    let waiting = Mutex::new(wanted.into_iter());
    let next = || waiting.lock().ok()?.next();
    let findings = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(major) = next() {
                    if let (Err(finding), Ok(mut findings)) =
                        (on(major, others, &scenarios), findings.lock())
                    {
                        findings.push(finding.to_string());
                    }
                }
            });
        }
    });
    report("versions", &findings.into_inner().unwrap_or_default())
}

/// Runs them on one version, and prints what they print once they have ended. Beside `cargo test`, they go through two of the
/// drivers, and a version between the oldest and the newest has fewer of them.
fn on(major: u32, others: bool, scenarios: &str) -> Outcome {
    let started = Instant::now();
    let installation = Installation::find(&Wanted::Major(major))
        .map_err(|error| format!("PostgreSQL {major}: {error}"))?;
    let threads = THREADS_PER_CORE * thread::available_parallelism()?.get();
    let mut command = Command::new(scenarios);
    if others {
        command.env("MIGRATE_TEST_FEW_DRIVERS", "yes");
    }
    if others && major != SUPPORTED[0] {
        command.args(OF_OUR_SIDE.iter().flat_map(|module| ["--skip", module]));
    }
    let output = command
        .arg("--quiet")
        .current_dir(root().join("tests"))
        .env("RUST_TEST_THREADS", threads.to_string())
        .env("MIGRATE_TEST_POSTGRES", major.to_string())
        .output()?;
    let said = [output.stdout, output.stderr].concat();
    let verdict = format!(
        "PostgreSQL {}: {} ({} s)",
        installation.version,
        if output.status.success() {
            "passed"
        } else {
            "failed"
        },
        started.elapsed().as_secs()
    );
    println!("{}versions: {verdict}", String::from_utf8_lossy(&said));
    if output.status.success() {
        Ok(())
    } else {
        Err(verdict.into())
    }
}
