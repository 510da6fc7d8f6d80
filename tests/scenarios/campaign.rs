//! The short form of `cargo xtask campaign`, which adds `PgBouncer` and a few hundred deaths.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use migrate_fixtures::Server;
use migrate_tests::campaign::surroundings::settings::{DRAWN, DRAWN_SUPERUSER, LEFT_OUT};
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
        crashes_in_a_round: 0,
        pooled: 0,
        surroundings: 0,
        row: None,
        lasting: None,
        only: None,
        pooler_required: false,
    };
    let mut said = Vec::new();
    let summary = run(&plan, |line| said.push(line.to_owned())).unwrap();
    assert!(summary.violations().is_empty(), "{}", said.join("\n"));
    assert!(summary.deaths() >= 15, "{summary}");
}

#[test]
fn every_setting_that_a_role_can_have_is_drawn_or_left_out_for_a_reason() {
    let settings = Server::shared()
        .rows("SELECT name FROM pg_settings WHERE context = 'user'")
        .unwrap();
    let missing: Vec<String> = settings
        .into_iter()
        .flatten()
        .filter(|name| name.split_once('.').is_none())
        .filter(|name| {
            let drawn = DRAWN.iter().any(|(drawn, _)| drawn == name);
            !drawn && LEFT_OUT.iter().all(|(left_out, _)| left_out != name)
        })
        .collect();
    assert_eq!(missing, [""; 0], "new in this PostgreSQL?");
}

#[test]
fn every_value_that_is_drawn_is_one_that_a_database_can_have() {
    let server = Server::shared();
    let database = server.database();
    let known = server
        .rows("SELECT name FROM pg_settings")
        .unwrap()
        .concat();
    for (name, values) in DRAWN.iter().chain(DRAWN_SUPERUSER) {
        if !known.iter().any(|known| known == name) {
            continue;
        }
        for value in *values {
            database.execute(&format!(
                "ALTER DATABASE {} SET {name} TO {value}",
                database.name()
            ));
        }
    }
}
