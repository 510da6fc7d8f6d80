//! Waiting for the history table itself: it has an end, it is told of, and it names the session in the way.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use migrate_fixtures::{Database, Options, Server, wait_until};
use migrate_runtime::{
    Error, ErrorKind, Event, Hint, Repair, Reply, Revert, Session, SessionError,
};

use crate::set::{DRIVERS, Driver, Set, with_each_driver};

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
    with_each_driver(|driver, database| {
        let set = Set::new(&[("1_a.sql", "SELECT 1")]);
        driver.run(database, set.load().runner()).unwrap();
        let mut other = database.client();
        other
            .batch_execute(
                "SET application_name TO 'in the way'; SET idle_in_transaction_session_timeout TO '1min';
                 BEGIN; LOCK TABLE schema_migrations",
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
fn a_history_table_that_can_be_read_and_not_written_is_waited_for_with_an_end_and_a_name() {
    with_each_driver(|driver, database| {
        let set = Set::new(&[("1_a.sql", "SELECT 1")]);
        driver.run(database, set.load().runner()).unwrap();
        let mut other = database.client();
        // A run that waited without a limit would get the lock after a minute, and have no error.
        other
            .batch_execute(
                "SET application_name TO 'in the way'; SET idle_in_transaction_session_timeout TO '1min';
                 BEGIN; LOCK TABLE schema_migrations IN SHARE MODE",
            )
            .unwrap();
        set.write("2_b.sql", "SELECT 2");
        let error = driver
            .run(database, set.load().runner().wait_timeout(WAIT))
            .unwrap_err();
        assert!(error.is_locked(), "{error}");
        let text = error.to_string();
        assert!(text.contains("application in the way"), "{text}");
        other.batch_execute("ROLLBACK").unwrap();
    });
}

#[test]
fn a_history_table_that_another_session_is_making_is_waited_for_with_an_end() {
    with_each_driver(|driver, database| {
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
    with_each_driver(|driver, database| {
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
        let sleeping = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'";
        wait_until(|| database.value(sleeping) != "0");
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
    with_each_driver(|driver, database| {
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

/// What a proxy makes of two servers: messages that only read go to the replica.
struct Split {
    primary: postgres::Client,
    replica: postgres::Client,
}

impl Session for Split {
    async fn send(&mut self, sql: &str) -> Result<Reply, SessionError> {
        // A history is read in a message of its own, which begins no transaction.
        let session = if sql.starts_with("LOCK TABLE ONLY") {
            &mut self.replica
        } else {
            &mut self.primary
        };
        Session::send(session, sql).await
    }

    async fn sleep(&mut self, duration: Duration) {
        Session::sleep(&mut self.primary, duration).await;
    }
}

#[test]
fn a_replica_that_is_stuck_behind_a_proxy_is_waited_for_with_an_end() {
    let mut primary = Server::start(&Options::new()).unwrap();
    let set = Set::new(&[
        ("1_a.sql", "CREATE TABLE a ()"),
        ("1_a.down.sql", "DROP TABLE a"),
        ("2_b.sql", "CREATE TABLE b ()"),
        ("2_b.down.sql", "DROP TABLE b"),
        ("3_c.sql", "CREATE TABLE c ()"),
    ])
    .load();
    let to = |version| set.runner().target(version);
    let connect = |url: &str| postgres::Client::connect(url, postgres::NoTls).unwrap();
    let url = primary.url("postgres");
    to(1).run(&mut connect(&url)).unwrap();
    let standby = primary.standby().unwrap();
    let mut replica = connect(&standby.url("postgres"));
    replica
        .batch_execute("SELECT pg_wal_replay_pause()")
        .unwrap();
    let url = primary.url("postgres");
    to(2).run(&mut connect(&url)).unwrap();
    let mut split = Split {
        primary: connect(&url),
        replica,
    };
    let mut told = 0;
    let ran = block_on(
        set.runner()
            .wait_timeout(WAIT)
            .observer(|event| told += usize::from(matches!(event, Event::HistoryMoved { .. })))
            .run_with(&mut split),
    );
    let reverted = block_on(
        set.runner()
            .wait_timeout(WAIT)
            .revert_with(&mut split, Revert::Last(1)),
    );
    let error = ran.unwrap_err();
    assert!(error.is_locked(), "{error:#}");
    assert!(error.hints().contains(&Hint::ReadFromPrimary), "{error:#}");
    assert!(told > 0);
    // The instance chose what to revert from the history it read.
    let error = reverted.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::HistoryChanged, "{error:#}");
    // Neither has done anything.
    let mut client = connect(&url);
    let versions = client
        .query_one("SELECT array_agg(version) FROM schema_migrations", &[])
        .unwrap();
    assert_eq!(versions.get::<_, Vec<i64>>(0), [1, 2]);
    split
        .replica
        .batch_execute("SELECT pg_wal_replay_resume()")
        .unwrap();
    let report = block_on(set.runner().run_with(&mut split)).unwrap();
    assert_eq!(report.applied.len(), 1);
}

/// The clients block; nothing is ever pending.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(future).poll(&mut context) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("a client that blocks never waits"),
    }
}
