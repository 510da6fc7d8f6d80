//! The short form of `cargo xtask campaign`, which adds `PgBouncer` and a few hundred deaths.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use migrate_tests::campaign::{Plan, run};

#[test]
fn starters_that_die_anywhere_apply_everything_exactly_once() {
    let seed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let plan = Plan {
        starter: PathBuf::from(env!("CARGO_BIN_EXE_starter")),
        seed: seed.as_secs(),
        herds: 1,
        herd: 40,
        deaths: 15,
        crashes: 1,
        pooled: 0,
        pooler_required: false,
    };
    let mut said = Vec::new();
    let summary = run(&plan, |line| said.push(line.to_owned())).unwrap();
    assert!(summary.violations().is_empty(), "{}", said.join("\n"));
    assert!(summary.deaths() >= 15, "{summary}");
}
