//! Waiting for the history table itself: it has an end, it is told of, and it names the session in the way.

use std::thread;
use std::time::Duration;

use migrate_fixtures::Database;
use migrate_runtime::{Error, Event, Repair, Revert};

use crate::set::{DRIVERS, Driver, Set, both};

const WAIT: Duration = Duration::from_millis(300);

fn every_operation(driver: Driver, database: &Database, set: &Set) -> Vec<Error> {
    let set = set.load();
    vec![
        driver
            .run(database, set.runner().wait_timeout(WAIT))
            .unwrap_err(),
        driver
            .plan(database, set.runner().wait_timeout(WAIT))
            .unwrap_err(),
        driver
            .status(&database.url(), set.runner().wait_timeout(WAIT))
            .unwrap_err(),
        driver
            .revert(database, set.runner().wait_timeout(WAIT), Revert::Last(1))
            .unwrap_err(),
        driver
            .baseline(database, set.runner().wait_timeout(WAIT), 1)
            .unwrap_err(),
        driver
            .repair(
                database,
                set.runner().wait_timeout(WAIT),
                &Repair::MarkPending(1),
            )
            .unwrap_err(),
    ]
}

#[test]
fn a_locked_history_table_is_waited_for_with_an_end_and_a_name() {
    both(|driver, database| {
        let set = Set::new(&[("1_a.sql", "SELECT 1")]);
        driver.run(database, set.load().runner()).unwrap();
        let mut other = database.client();
        other
            .batch_execute(
                "SET application_name TO 'in the way'; BEGIN; LOCK TABLE schema_migrations",
            )
            .unwrap();
        for error in every_operation(driver, database, &set) {
            assert!(error.is_locked(), "{error}");
            assert!(
                error.to_string().contains("application in the way"),
                "{error}"
            );
        }
        let mut told = false;
        let loaded = set.load();
        let runner = loaded.runner().wait_timeout(WAIT).observer(|event| {
            told |= matches!(
                event,
                Event::TableLocked {
                    holder: Some(_),
                    ..
                }
            );
        });
        driver.run(database, runner).unwrap_err();
        assert!(told);
        other.batch_execute("ROLLBACK").unwrap();
    });
}

#[test]
fn a_history_table_that_another_session_is_making_is_waited_for_with_an_end() {
    both(|driver, database| {
        let mut other = database.client();
        other
            .batch_execute("BEGIN; CREATE TABLE schema_migrations (version bigint)")
            .unwrap();
        let set = Set::new(&[("1_a.sql", "SELECT 1")]).load();
        let error = driver
            .run(database, set.runner().wait_timeout(WAIT))
            .unwrap_err();
        assert!(error.is_locked(), "{error}");
        other.batch_execute("ROLLBACK").unwrap();
        driver
            .run(database, set.runner().wait_timeout(WAIT))
            .unwrap();
    });
}

#[test]
fn the_first_run_names_who_holds_the_lock() {
    both(|driver, database| {
        let mut other = database.client();
        other
            .batch_execute(
                "SET application_name TO 'the first'; SELECT pg_advisory_lock(5134849380692793654)",
            )
            .unwrap();
        let set = Set::new(&[("1_a.sql", "SELECT 1")]).load();
        let error = driver
            .run(database, set.runner().wait_timeout(WAIT))
            .unwrap_err();
        assert!(
            error.to_string().contains("application the first"),
            "{error}"
        );
    });
}

/// Calls `beside` while a `no-transaction` file is under way.
fn beside_a_running_file(database: &Database, set: &Set, beside: impl FnOnce()) {
    let set = set.load();
    thread::scope(|scope| {
        let first = scope.spawn(|| DRIVERS[0].run(database, set.runner()).unwrap());
        while database.value(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'",
        ) == "0"
        {
            thread::sleep(Duration::from_millis(10));
        }
        beside();
        first.join().unwrap();
    });
}

fn a_slow_file() -> Set {
    Set::new(&[
        (
            "1_slow.sql",
            "-- migrate: no-transaction\nSELECT pg_sleep(2);\nCREATE TABLE slow (id int);",
        ),
        ("1_slow.down.sql", "DROP TABLE slow"),
    ])
}

#[test]
fn a_revert_and_a_baseline_wait_for_a_file_under_way() {
    both(|driver, database| {
        let set = a_slow_file();
        let loaded = set.load();
        beside_a_running_file(database, &set, || {
            for error in [
                driver
                    .revert(
                        database,
                        loaded.runner().wait_timeout(WAIT),
                        Revert::Last(1),
                    )
                    .unwrap_err(),
                driver
                    .baseline(database, loaded.runner().wait_timeout(WAIT), 1)
                    .unwrap_err(),
            ] {
                assert!(error.is_locked(), "{error}");
                assert!(error.to_string().contains(": pid "), "{error}");
            }
            let report = driver
                .revert(database, loaded.runner(), Revert::Last(1))
                .unwrap();
            assert_eq!(report.reverted.len(), 1);
        });
        assert_eq!(
            database.value("SELECT (to_regclass('slow') IS NULL)::text"),
            "true"
        );
        beside_a_running_file(database, &set, || {
            driver.baseline(database, loaded.runner(), 1).unwrap();
        });
        assert_eq!(
            database.rows("SELECT version, state FROM schema_migrations"),
            [["1", "applied"]]
        );
    });
}
