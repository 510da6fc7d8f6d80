//! `cargo xtask drivers`: the scenarios, and in how many of them each driver runs.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;
use std::thread;

use crate::cargo::{built_for_tests, root};
use crate::{Outcome, report};

/// As the scenarios write them, with the names of the features that they stand for.
const DRIVERS: [(&str, &str); 4] = [
    ("Postgres", "postgres"),
    ("TokioPostgres", "tokio-postgres"),
    ("Sqlx", "sqlx-0_9"),
    ("Sqlx08", "sqlx-0_8"),
];

pub(crate) fn run() -> Outcome {
    let scenarios = built_for_tests("scenarios")?;
    let directory = tempfile::tempdir()?;
    let notes = directory.path().join("drivers");
    fs::write(&notes, "")?;
    // Most of them wait for a server.
    let threads = 3 * thread::available_parallelism()?.get();
    let status = Command::new(scenarios)
        .arg("--quiet")
        .current_dir(root().join("tests"))
        .env("RUST_TEST_THREADS", threads.to_string())
        .env("MIGRATE_TEST_DRIVERS", &notes)
        .status()?;
    let mut findings = Vec::new();
    if !status.success() {
        findings.push(format!("the scenarios failed ({status})"));
    }
    let notes = fs::read_to_string(&notes)?;
    let mut tests = BTreeMap::<&str, BTreeSet<&str>>::new();
    for line in notes.lines() {
        let (driver, test) = line.split_once(' ').unwrap_or_default();
        tests.entry(test).or_default().insert(driver);
    }
    println!("driver          scenarios");
    for (driver, feature) in DRIVERS {
        let ran = tests.values().filter(|used| used.contains(driver)).count();
        println!("{feature:<16}{ran:>9}");
        if ran == 0 {
            findings.push(format!("no scenario uses {feature}"));
        }
    }
    let every = tests.values().filter(|used| used.len() == DRIVERS.len());
    println!("all of them     {:>9}", every.count());
    report("drivers", &findings)
}
