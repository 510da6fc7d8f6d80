//! Migrations that travel together in one message: each is still applied by itself, and told of by itself.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use migrate_fixtures::{Database, Server, wait_until};
use migrate_runtime::{Error, Event, RunReport, StopToken};

use crate::set::{Driver, Set, connect, runtime, versions, with_each_driver};

/// Ten files that each make a table, with `text` as the `at`th: from the second on they travel together.
fn ten(at: usize, text: &str) -> Set {
    let set = Set::new(&[]);
    for number in 1..=10 {
        let file = format!("{number:02}_t.sql");
        if number == at {
            set.write(&file, text);
        } else {
            set.write(
                &file,
                &format!("CREATE TABLE t{number} (id int PRIMARY KEY)"),
            );
        }
    }
    set
}

fn tables(database: &Database) -> String {
    database.value("SELECT count(*) FROM pg_class WHERE relname ~ '^t[0-9]+$'")
}

fn fail(driver: Driver, database: &Database, text: &str) -> Error {
    let error = driver
        .run(database, ten(6, text).load().runner())
        .unwrap_err();
    assert_eq!(versions(error.report()), [1, 2, 3, 4, 5]);
    assert_eq!(tables(database), "5");
    assert_eq!(
        database.value("SELECT max(version) FROM schema_migrations"),
        "5"
    );
    error
}

#[test]
fn migrations_that_travel_together_have_transactions_of_their_own() {
    with_each_driver(|driver, database| {
        let text = "CREATE TABLE t6 (id int)";
        let report = driver.run(database, ten(6, text).load().runner()).unwrap();
        assert_eq!(versions(&report), (1..=10).collect::<Vec<_>>());
        assert_eq!(tables(database), "10");
        assert_eq!(
            database.value("SELECT count(DISTINCT xid) FROM schema_migrations WHERE state = 'applied' AND ms >= 0"),
            "10"
        );
    });
}

#[test]
fn each_is_announced_once_before_it_runs_and_told_of_when_it_is_applied() {
    with_each_driver(|driver, database| {
        let (mut announced, mut applied) = (Vec::new(), Vec::new());
        let set = ten(6, "INSERT INTO t5 VALUES (1), (1)").load();
        let runner = set.runner().observer(|event| match event {
            Event::Started { version, .. } => announced.push(*version),
            Event::BatchStarted {
                first, last, count, ..
            } => {
                assert_eq!(i64::try_from(*count), Ok(last - first + 1));
                announced.extend(*first..=*last);
            }
            Event::Applied { version, .. } => {
                assert!(announced.contains(version), "{version} of {announced:?}");
                applied.push(*version);
            }
            _ => {}
        });
        driver.run(database, runner).unwrap_err();
        assert_eq!(applied, [1, 2, 3, 4, 5]);
        let told = announced.clone();
        announced.sort_unstable();
        announced.dedup();
        assert_eq!(announced, told, "in order, and once each");
    });
}

#[test]
fn a_request_to_stop_ends_a_message_after_the_migration_under_way() {
    with_each_driver(|driver, database| {
        let set = ten(6, "SELECT pg_advisory_xact_lock(6)").load();
        let mut holder = database.client();
        holder.batch_execute("SELECT pg_advisory_lock(6)").unwrap();
        let stop = StopToken::new();
        let error = thread::scope(|scope| {
            let runner = set.runner().lock_timeout(Duration::ZERO).stop(&stop);
            let running = scope.spawn(move || driver.run(database, runner));
            let waits = "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = 6 \
                 AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))";
            wait_until(|| database.value(waits) == "t");
            // It is not quick any more.
            thread::sleep(Duration::from_millis(300));
            stop.stop();
            drop(holder);
            running.join().unwrap().unwrap_err()
        });
        assert!(error.is_stopped(), "{error}");
        assert_eq!(versions(error.report()), [1, 2, 3, 4, 5, 6]);
        assert_eq!(tables(database), "5");
        let report = driver.run(database, set.runner()).unwrap();
        assert_eq!(versions(&report), [7, 8, 9, 10]);
    });
}

#[test]
fn each_has_its_own_time() {
    let slow = Duration::from_millis(150);
    let total = |report: &RunReport| -> Duration {
        let times = report.applied.iter().map(|applied| applied.duration);
        assert!(times.clone().all(|time| !time.is_zero()), "{report}");
        times.sum()
    };
    with_each_driver(|driver, database| {
        let set = ten(6, "SELECT pg_sleep(0.15); CREATE TABLE t6 ()").load();
        let started = Instant::now();
        let report = driver.run(database, set.runner()).unwrap();
        assert!(total(&report) <= started.elapsed(), "{report}");
        assert!(report.applied[5].duration >= slow, "{report}");
    });
    with_each_driver(|driver, database| {
        let set = ten(6, "SELECT pg_sleep(0.15); CREATE TABLE t6 ()").load();
        let started = Instant::now();
        let runner = set.runner().single_transaction(true);
        let report = driver.run(database, runner).unwrap();
        assert!(total(&report) <= started.elapsed(), "{report}");
        assert!(report.applied[5].duration >= slow, "{report}");
    });
    // A deferred constraint takes its time when the transaction commits: a little, or so much that the message ends there.
    for milliseconds in [150, 250] {
        with_each_driver(|driver, database| {
            let late = format!(
                "CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS \
                 $$ BEGIN PERFORM pg_sleep(0.{milliseconds}); RETURN NULL; END $$;\n\
                 CREATE TABLE t6 (id int);\n\
                 CREATE CONSTRAINT TRIGGER late AFTER INSERT ON t6 DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION late();\n\
                 INSERT INTO t6 VALUES (1)"
            );
            let set = ten(6, &late).load();
            let report = driver.run(database, set.runner()).unwrap();
            assert!(
                report.applied[5].duration >= Duration::from_millis(milliseconds),
                "{report}"
            );
        });
    }
}

#[test]
fn a_failure_among_them_is_that_of_its_file() {
    with_each_driver(|driver, database| {
        let text = "-- first\nALTER TABLE t5 ADD a int;\nUPDATE t5 SET b = 1;";
        insta::assert_snapshot!(format!("{:#}", fail(driver, database, text)), @r#"
        migrations/06_t.sql:3:15: column "b" of relation "t5" does not exist
          |
        3 | UPDATE t5 SET b = 1;
          |               ^
          = statement: 2 of 2
          = sqlstate: 42703
          = note: nothing of this migration was kept
        "#);
    });
    with_each_driver(|driver, database| {
        let text = "SELECT 'naïve';\nINSERT INTO t5 VALUES (1);\nINSERT INTO t5 VALUES (1);";
        insta::assert_snapshot!(format!("{:#}", fail(driver, database, text)), @r#"
        migrations/06_t.sql:3:1: duplicate key value violates unique constraint "t5_pkey"
          |
        3 | INSERT INTO t5 VALUES (1);
          | ^
          = statement: 3 of 3
          = sqlstate: 23505
          = detail: Key (id)=(1) already exists.
          = constraint: t5_pkey
          = note: nothing of this migration was kept
        "#);
    });
    with_each_driver(|driver, database| {
        let text = "CREATE TABLE c (id int REFERENCES t5 DEFERRABLE INITIALLY DEFERRED);\nINSERT INTO c VALUES (7);";
        insta::assert_snapshot!(format!("{:#}", fail(driver, database, text)), @r#"
        migrations/06_t.sql: insert or update on table "c" violates foreign key constraint "c_id_fkey"
          = statement: the COMMIT after the last one
          = sqlstate: 23503
          = detail: Key (id)=(7) is not present in table "t5".
          = constraint: c_id_fkey
          = note: nothing of this migration was kept
        "#);
    });
}

#[test]
fn a_file_that_the_server_cannot_parse_stops_none_before_it() {
    with_each_driver(|driver, database| {
        let text = "-- migrate: allow(syntax) of a newer server\nCREATE TABLE t6 (id int);\nCREATE TABULA t7 ();";
        insta::assert_snapshot!(format!("{:#}", fail(driver, database, text)), @r#"
        migrations/06_t.sql:3:8: syntax error at or near "TABULA"
          |
        3 | CREATE TABULA t7 ();
          |        ^
          = statement: 2 of 2
          = sqlstate: 42601
          = note: nothing of this migration was kept
        "#);
    });
}

#[test]
fn a_lock_that_one_of_them_does_not_get_is_tried_again() {
    with_each_driver(|driver, database| {
        let set = ten(
            6,
            "-- migrate: lock-timeout 50ms\nALTER TABLE held ADD b int;\nCREATE TABLE t6 (id int)",
        );
        let set = set.load();
        database.execute("CREATE TABLE held (a int)");
        let (ask, asked) = mpsc::channel();
        let mut holder = postgres::Client::connect(&database.url(), postgres::NoTls).unwrap();
        let begin = "BEGIN; SELECT * FROM held";
        holder.batch_execute(begin).unwrap();
        let letting_go = thread::spawn(move || {
            asked.recv().unwrap();
            drop(holder);
        });
        let mut retried = Vec::new();
        let runner = set.runner().observer(|event| {
            if let Event::Retried {
                version, attempt, ..
            } = event
            {
                retried.push((*version, *attempt));
                let _ = ask.send(());
            }
        });
        let report = driver.run(database, runner).unwrap();
        letting_go.join().unwrap();
        assert_eq!(retried, [(6, 1)]);
        assert_eq!(versions(&report), (1..=10).collect::<Vec<_>>());
        assert_eq!(report.applied[5].attempts, 2);
    });
}

#[test]
fn a_file_that_forgets_what_was_prepared_is_applied_once() {
    with_each_driver(|driver, database| {
        let set = ten(6, "CREATE TABLE t6 (id int); DEALLOCATE ALL").load();
        let report = driver.run(database, set.runner()).unwrap();
        assert_eq!(versions(&report), (1..=10).collect::<Vec<_>>());
        assert_eq!(tables(database), "10");
    });
}

#[test]
fn they_leave_nothing_in_the_session() {
    runtime().block_on(async {
        for text in ["CREATE TABLE t6 ()", "SELECT 1/0", "-- migrate: allow(syntax) wrong on purpose\nSELCT"] {
            let database = Server::shared().database();
            let mut client = connect(&database.url()).await;
            let set = ten(6, text).load();
            assert_eq!(set.run_async(&mut client).await.is_ok(), text.contains("t6"));
            let left = "SELECT (SELECT count(*) FROM pg_prepared_statements), current_setting('migrate.applied', true), \
                 (SELECT count(*) FROM pg_settings WHERE source = 'session' AND name <> 'migrate.applied')";
            let left = client.simple_query(left).await.unwrap();
            let row = left.iter().find_map(|message| match message {
                tokio_postgres::SimpleQueryMessage::Row(row) => Some(row),
                _ => None,
            });
            let row = row.unwrap();
            assert_eq!([row.get(0), row.get(1), row.get(2)], [Some("0"), Some(""), Some("0")], "{text}");
            drop(client);
            database.assert_quiet();
        }
    });
}
