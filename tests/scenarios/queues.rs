//! Locks and who queues behind whom.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use migrate_fixtures::{Database, Server, wait_until};
use migrate_runtime::Event;

use crate::set::{DRIVERS, Set, versions, with_each_driver};

fn altering() -> Set {
    Set::new(&[
        (
            "1_t.sql",
            "CREATE TABLE t (a int); INSERT INTO t VALUES (1)",
        ),
        ("2_alter.sql", "ALTER TABLE t ADD b int"),
    ])
}

/// The promise is 0.8 s of `lock_timeout` and half a second for everything else; a busy machine gets more.
const WORST_STALL: Duration = Duration::from_secs(4);

#[test]
fn other_readers_stall_no_longer_than_the_lock_timeout() {
    let database = Server::shared().database();
    let set = altering().load();
    DRIVERS[0].run(&database, set.runner().target(1)).unwrap();
    let mut reader = database.client();
    reader.batch_execute("BEGIN; SELECT * FROM t").unwrap();
    let done = AtomicBool::new(false);
    let stall = thread::scope(|scope| {
        let others = scope.spawn(|| {
            let mut client = database.client();
            let mut worst = Duration::ZERO;
            while !done.load(Ordering::SeqCst) {
                let asked = Instant::now();
                client.batch_execute("SELECT * FROM t").unwrap();
                worst = worst.max(asked.elapsed());
                thread::sleep(Duration::from_millis(5));
            }
            worst
        });
        let mut reader = Some(reader);
        // Where the lock timeout does not work, the test fails and does not hang.
        let patience = Duration::from_secs(30);
        let runner = set.runner().statement_timeout(patience).observer(|event| {
            // Two attempts with the default timeout, and the reader goes.
            if let Event::Retried { attempt: 2, .. } = event
                && let Some(mut reader) = reader.take()
            {
                reader.batch_execute("COMMIT").unwrap();
            }
        });
        let result = DRIVERS[0].run(&database, runner);
        done.store(true, Ordering::SeqCst);
        let report = result.unwrap();
        assert_eq!(versions(&report), [2]);
        assert_eq!(report.applied[0].attempts, 3);
        others.join().unwrap()
    });
    assert!(stall < WORST_STALL, "another reader stalled for {stall:?}");
}

#[test]
fn no_query_of_the_application_is_ended_by_a_deadlock_with_a_migration() {
    let database = Server::shared().database();
    let set = Set::new(&[
        (
            "1_t.sql",
            "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY);
             CREATE TABLE c (a int REFERENCES a, b int REFERENCES b)",
        ),
        // Takes a lock on each of the three, one after the other.
        ("2_drop.sql", "DROP TABLE c"),
    ])
    .load();
    DRIVERS[0].run(&database, set.runner().target(1)).unwrap();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        // Each reads one table, thinks, and reads the other, in either order.
        let readers: Vec<_> = [["a", "b"], ["b", "a"], ["a", "b"], ["b", "a"]]
            .into_iter()
            .map(|[first, second]| {
                let (database, done) = (&database, &done);
                scope.spawn(move || {
                    let mut client = database.client();
                    while !done.load(Ordering::SeqCst) {
                        client
                            .batch_execute(&format!(
                                "BEGIN; SELECT FROM {first}; SELECT pg_sleep(0.05); SELECT FROM {second}; COMMIT"
                            ))
                            .unwrap();
                    }
                })
            })
            .collect();
        // With no retry left, a run that has given up is an error here and no matter to the readers.
        for _ in 0..8 {
            let runner = set.runner().retries(0);
            if DRIVERS[0].run(&database, runner).is_ok() {
                break;
            }
        }
        done.store(true, Ordering::SeqCst);
        for reader in readers {
            reader.join().unwrap();
        }
    });
    let limit = "SELECT setting::int FROM pg_settings WHERE name = 'deadlock_timeout'";
    assert_eq!(database.value(limit), "1000");
}

#[test]
fn a_deadlock_and_a_serialization_failure_are_tried_again() {
    with_each_driver(|driver, database| {
        let text = "DO $$ BEGIN
            IF (SELECT last_value FROM tries) < 3 THEN
                PERFORM nextval('tries'); PERFORM nextval('tries');
                RAISE EXCEPTION 'again' USING ERRCODE = CASE (SELECT last_value FROM tries) WHEN 2 THEN '40P01' ELSE '40001' END;
            END IF;
        END $$;";
        // A sequence is what remembers the attempts that were rolled back.
        let set = Set::new(&[("1_s.sql", "CREATE SEQUENCE tries"), ("2_again.sql", text)]).load();
        let report = driver.run(database, set.runner()).unwrap();
        assert!(report.applied[1].attempts > 1, "{report:?}");
    });
}

/// Runs one `CREATE INDEX CONCURRENTLY` that has to wait for an old transaction, while `during` runs;
/// the transaction ends when that returns.
fn while_concurrently(database: &Database, url: &str, during: impl FnOnce()) {
    let set = Set::new(&[
        ("1_t.sql", "CREATE TABLE t (a int)"),
        (
            "2_i.sql",
            "-- migrate: no-transaction\nCREATE INDEX CONCURRENTLY i ON t (a);",
        ),
    ])
    .load();
    DRIVERS[0].run_at(url, set.runner().target(1)).unwrap();
    let mut old = database.client();
    old.batch_execute("BEGIN; LOCK TABLE t IN ROW EXCLUSIVE MODE")
        .unwrap();
    thread::scope(|scope| {
        let builder = scope.spawn(|| DRIVERS[0].run_at(url, set.runner()).unwrap());
        let waiting = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX CONCURRENTLY%' AND wait_event_type = 'Lock' AND datname = current_database()";
        wait_until(|| database.value(waiting) != "0");
        during();
        old.batch_execute("COMMIT").unwrap();
        builder.join().unwrap();
    });
    assert!(database.invalid_indexes().is_empty());
    database.assert_quiet();
}

#[test]
fn an_index_that_is_built_concurrently_is_not_subject_to_a_lock_timeout() {
    let database = Server::shared().database();
    let role = database.role("SUPERUSER");
    database.execute(&format!("ALTER ROLE {role} SET lock_timeout TO '50ms'"));
    while_concurrently(&database, &database.url_for(&role), || {
        // Far beyond the role's timeout.
        thread::sleep(Duration::from_millis(500));
    });
}

#[test]
fn eight_waiting_starters_do_not_block_an_index_that_is_built_concurrently() {
    let database = Server::shared().database();
    let set = Set::new(&[
        ("1_t.sql", "CREATE TABLE t (a int)"),
        (
            "2_i.sql",
            "-- migrate: no-transaction\nCREATE INDEX CONCURRENTLY i ON t (a);",
        ),
    ])
    .load();
    thread::scope(|scope| {
        while_concurrently(&database, &database.url(), || {
            let (said, hear) = std::sync::mpsc::channel();
            for number in 0..8 {
                let (said, set, database) = (said.clone(), &set, &database);
                scope.spawn(move || {
                    let runner = set.runner().observer(move |event| {
                        if let Event::Waiting { .. } = event {
                            let _ = said.send(());
                        }
                    });
                    assert!(DRIVERS[number % 2].run(database, runner).unwrap().is_noop());
                });
            }
            // Each of them has looked more than once.
            for _ in 0..24 {
                hear.recv().unwrap();
            }
            assert_eq!(
                database.value(
                    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
                ),
                "0"
            );
        });
    });
}

#[test]
fn a_silent_session_that_holds_the_lock_of_a_half_done_file_is_ended() {
    let database = Server::shared().database();
    let set = Set::new(&[
        ("1_t.sql", "CREATE TABLE t (a int)"),
        ("2_i.sql", "-- migrate: no-transaction\nINSERT INTO t VALUES (1);\nCREATE INDEX CONCURRENTLY i ON t (a);"),
    ])
    .load();
    DRIVERS[0].run(&database, set.runner()).unwrap();
    // The state after a machine loses power after the first statement: the server is not told.
    database.execute(
        "UPDATE schema_migrations SET state = 'running', done = 1 WHERE version = 2; DROP INDEX i",
    );
    let mut dead = database.client();
    let key = set.table().lock_key();
    dead.execute("SELECT pg_advisory_lock($1)", &[&key])
        .unwrap();
    let mut ended = 0;
    let patience = Duration::from_secs(60);
    let runner = set.runner().wait_timeout(patience).observer(|event| {
        if let Event::BrokeLock { .. } = event {
            ended += 1;
        }
    });
    assert_eq!(versions(&DRIVERS[1].run(&database, runner).unwrap()), [2]);
    assert_eq!(ended, 1);
    assert!(dead.simple_query("SELECT 1").is_err());
    assert_eq!(database.value("SELECT count(*) FROM t"), "1");
    database.assert_quiet();
}

#[test]
fn a_run_that_meets_a_revert_half_done_waits_for_it() {
    let database = Server::shared().database();
    let set = Set::new(&[
        ("1_t.sql", "CREATE TABLE t (a int)"),
        (
            "1_t.down.sql",
            "-- migrate: no-transaction\nSELECT pg_sleep(1);\nDROP TABLE t;",
        ),
    ])
    .load();
    DRIVERS[0].run(&database, set.runner()).unwrap();
    thread::scope(|scope| {
        let revert = scope.spawn(|| {
            DRIVERS[0]
                .revert(&database, set.runner(), migrate_runtime::Revert::Last(1))
                .unwrap()
        });
        wait_until(|| database.value("SELECT state FROM schema_migrations") == "reverting");
        assert_eq!(
            versions(&DRIVERS[1].run(&database, set.runner()).unwrap()),
            [1]
        );
        revert.join().unwrap();
    });
    database.assert_quiet();
}
