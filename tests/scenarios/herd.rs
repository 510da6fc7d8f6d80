//! Many starters at once.

use std::process::{Command, Stdio};
use std::thread;

use migrate_fixtures::wait_until;

use crate::set::{DRIVERS, Set};

fn herd_set() -> Set {
    Set::new(&[
        (
            "1_t.sql",
            "CREATE TABLE t (a int); CREATE TABLE effects (version int)",
        ),
        (
            "2_slow.sql",
            "SELECT pg_sleep(0.2); INSERT INTO effects VALUES (2)",
        ),
        (
            "3_index.sql",
            "-- migrate: no-transaction\nCREATE INDEX CONCURRENTLY t_a ON t (a);\nINSERT INTO effects VALUES (3);\nCREATE INDEX CONCURRENTLY t_a2 ON t (a, a);",
        ),
        ("4_last.sql", "INSERT INTO effects VALUES (4)"),
    ])
}

const EFFECTS: &str = "SELECT string_agg(version::text, ',' ORDER BY version) FROM effects";

#[test]
fn sixteen_processes_on_an_empty_database_apply_everything_once() {
    let database = migrate_fixtures::Server::shared().database();
    let set = herd_set();
    let starters: Vec<_> = (0..16)
        .map(|_| {
            Command::new(env!("CARGO_BIN_EXE_starter"))
                .arg(set.root())
                .arg(database.url())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    for starter in starters {
        let output = starter.wait_with_output().unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    assert_eq!(database.value(EFFECTS), "2,3,4");
    assert_eq!(
        database.value("SELECT count(*) FROM schema_migrations WHERE state = 'applied'"),
        "4"
    );
    assert!(database.invalid_indexes().is_empty());
    database.assert_quiet();
}

#[test]
fn forty_threads_through_every_driver_apply_everything_once() {
    let database = migrate_fixtures::Server::shared().database();
    let set = herd_set().load();
    thread::scope(|scope| {
        for starter in 0..40 {
            let (set, database) = (&set, &database);
            scope.spawn(move || {
                DRIVERS[starter % 4].run(database, set.runner()).unwrap();
            });
        }
    });
    assert_eq!(database.value(EFFECTS), "2,3,4");
    assert!(database.invalid_indexes().is_empty());
    database.assert_quiet();
}

#[test]
fn a_starter_that_waits_names_who_it_waits_for() {
    let database = migrate_fixtures::Server::shared().database();
    let set = Set::new(&[("1_slow.sql", "SELECT pg_sleep(1)")]).load();
    let heard = std::sync::Mutex::new(Vec::new());
    thread::scope(|scope| {
        let first = scope.spawn(|| DRIVERS[0].run(&database, set.runner()).unwrap());
        let sleeping = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'";
        wait_until(|| database.value(sleeping) != "0");
        let runner = set
            .runner()
            .observer(|event| heard.lock().unwrap().push(event.to_string()));
        assert!(DRIVERS[1].run(&database, runner).unwrap().is_noop());
        first.join().unwrap();
    });
    let heard = heard.into_inner().unwrap();
    assert!(
        heard
            .iter()
            .any(|line| line.starts_with("waiting for another instance to apply migrations: pid ")),
        "{heard:?}"
    );
}

#[test]
fn waiting_has_an_end() {
    let database = migrate_fixtures::Server::shared().database();
    let set = Set::new(&[("1_a.sql", "SELECT 1")]).load();
    let key = set.table().lock_key();
    // The table is there, the migration is not, and somebody holds the lock for good.
    DRIVERS[0].baseline(&database, set.runner(), 1).unwrap();
    database.execute("DELETE FROM schema_migrations");
    let mut holder = database.client();
    holder
        .execute("SELECT pg_advisory_lock($1)", &[&key])
        .unwrap();
    let runner = set
        .runner()
        .wait_timeout(std::time::Duration::from_millis(200));
    let error = DRIVERS[0].run(&database, runner).unwrap_err();
    assert!(error.is_locked());
    assert!(
        error.to_string().contains("for another instance") && error.to_string().contains(": pid "),
        "{error}"
    );
}
