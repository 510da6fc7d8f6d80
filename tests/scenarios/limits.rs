//! The time that a session, a role or a database allows for statements, transactions and silence is not that of our own
//! messages; what a file or a client may take is bounded all the same.

use std::thread;
use std::time::Duration;

use migrate_fixtures::{Fault, Proxy, Server, wait_until};
use migrate_runtime::Revert;

use crate::set::{DRIVERS, Set, with_each_driver};
use crate::settings::default;

#[test]
fn a_client_that_goes_silent_while_it_looks_for_the_statement_does_not_keep_readers_out() {
    let database = Server::shared().database();
    let proxy = Proxy::start(Server::shared());
    let set = Set::new(&[
        (
            "1_t.sql",
            "CREATE TABLE t (a int); INSERT INTO t VALUES (-1)",
        ),
        (
            "2_c.sql",
            "ALTER TABLE t ADD b int; ALTER TABLE t ADD CHECK (a > 0)",
        ),
    ])
    .load();
    // The client returns no more than the error, so it runs the file again, one statement at a time.
    let driver = DRIVERS[0];
    driver.run(&database, set.runner().target(1)).unwrap();
    // The history, the file, its end; then the start of another transaction and the first statement.
    proxy.fault(Fault::Swallow(6));
    let url = database.url_through("postgres", proxy.port());
    thread::scope(|scope| {
        let silent = scope.spawn(|| driver.run_at(&url, set.runner()));
        let locked = "SELECT count(*) FROM pg_locks WHERE relation = 't'::regclass AND granted \
             AND mode = 'AccessExclusiveLock'";
        wait_until(|| {
            assert!(!silent.is_finished(), "the file was not run again");
            !proxy.fault_pending() && database.value(locked) == "1"
        });
        // Where nothing ends the transaction, this fails and does not hang.
        let mut reader = database.client();
        let read = reader.batch_execute("SET statement_timeout TO '60s'; SELECT FROM t");
        proxy.cut();
        assert!(silent.join().unwrap().is_err());
        read.unwrap();
    });
    assert_eq!(
        database.value("SELECT count(*) FROM schema_migrations"),
        "1"
    );
}

#[test]
fn our_own_statements_have_no_part_in_a_short_statement_timeout() {
    with_each_driver(|driver, database| {
        let set = Set::new(&[
            (
                "1_a.sql",
                "SET LOCAL statement_timeout TO 0; CREATE TABLE a ()",
            ),
            ("2_b.sql", "SET LOCAL statement_timeout TO '100s'; SELECT 1"),
        ])
        .load();
        driver.run(database, set.runner()).unwrap();
        let mut client = database.client();
        client
            .batch_execute("SET statement_timeout TO '77s'")
            .unwrap();
        let more = Set::new(&[
            (
                "1_a.sql",
                "SET LOCAL statement_timeout TO 0; CREATE TABLE a ()",
            ),
            ("2_b.sql", "SET LOCAL statement_timeout TO '100s'; SELECT 1"),
            ("3_c.sql", "SET statement_timeout TO '1s'; SELECT 1"),
            (
                "4_d.sql",
                "-- migrate: no-transaction\nSET statement_timeout TO '1s';\nVACUUM;",
            ),
        ])
        .load();
        more.run(&mut client).unwrap();
        let row = client.query_one("SELECT current_setting('statement_timeout')", &[]);
        assert_eq!(row.unwrap().get::<_, &str>(0), "77s");
    });
}

#[test]
fn a_session_that_waits_is_not_ended_for_its_silence() {
    if Server::shared().installation().major < 14 {
        return;
    }
    with_each_driver(|driver, database| {
        default(database, "idle_session_timeout TO '300ms'");
        let set = Set::new(&[("1_a.sql", "CREATE TABLE a ()")]).load();
        let mut holder = database.client();
        holder
            .batch_execute("SET idle_session_timeout TO 0; CREATE TABLE held ()")
            .unwrap();
        holder
            .execute("SELECT pg_advisory_lock($1)", &[&set.table().lock_key()])
            .unwrap();
        let runner = set.runner().wait_timeout(Duration::from_secs(4));
        let error = driver.run(database, runner).unwrap_err();
        assert!(error.is_locked(), "{error}");
    });
}

/// The limits that a session may have, all shorter than what we do takes; and one that has a file sent in two messages.
fn short_limits() -> Vec<Vec<&'static str>> {
    let mut all = vec![
        vec!["statement_timeout TO '1ms'"],
        vec![
            "standard_conforming_strings TO off",
            "idle_in_transaction_session_timeout TO '1ms'",
        ],
        vec![
            "statement_timeout TO '1ms'",
            "lock_timeout TO '1ms'",
            "standard_conforming_strings TO off",
        ],
    ];
    if Server::shared().installation().major >= 17 {
        all.push(vec!["transaction_timeout TO '200ms'"]);
    }
    all
}

#[test]
fn limits_of_a_session_that_are_too_short_for_a_message_are_lifted() {
    let mut files = vec![
        ("01_t.sql".to_owned(), "CREATE TABLE t (a int)".to_owned()),
        (
            "02_i.sql".to_owned(),
            "-- migrate: no-transaction\nSELECT pg_sleep(0.05);\nCREATE INDEX CONCURRENTLY i ON t (a);\nSELECT 1;".to_owned(),
        ),
        (
            "02_i.down.sql".to_owned(),
            "-- migrate: no-transaction\nSELECT pg_sleep(0.05);\nDROP INDEX CONCURRENTLY i;".to_owned(),
        ),
    ];
    for version in 3..20 {
        files.push((
            format!("{version:02}_f.sql"),
            "INSERT INTO t VALUES (1)".to_owned(),
        ));
        files.push((
            format!("{version:02}_f.down.sql"),
            "DELETE FROM t".to_owned(),
        ));
    }
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, sql)| (name.as_str(), sql.as_str()))
        .collect();
    for limits in short_limits() {
        with_each_driver(|driver, database| {
            // Whatever a file or the engine makes or drops takes longer than any of the limits.
            database.execute(
                "CREATE FUNCTION slowly() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.3); END $$;
                 CREATE EVENT TRIGGER slowly ON ddl_command_start EXECUTE FUNCTION slowly()",
            );
            for limit in &limits {
                default(database, limit);
            }
            let set = Set::new(&files).load();
            driver.run(database, set.runner()).unwrap();
            driver
                .revert(database, set.runner(), Revert::Last(18))
                .unwrap();
            driver.run(database, set.runner()).unwrap();
            assert_eq!(
                database.value("SELECT count(*) FROM schema_migrations"),
                "19",
                "{limits:?}"
            );
            driver
                .revert(database, set.runner(), Revert::Last(17))
                .unwrap();
            let runner = set.runner().single_transaction(true);
            driver.run(database, runner).unwrap();
        });
    }
}

#[test]
fn limits_that_give_way_are_the_session_s_again_afterwards() {
    const LIMITS: [&str; 3] = [
        "statement_timeout",
        "idle_in_transaction_session_timeout",
        "lock_timeout",
    ];
    let database = Server::shared().database();
    let set = Set::new(&[
        ("1_t.sql", "CREATE TABLE t (a int)"),
        (
            "2_f.sql",
            "DO $$ BEGIN PERFORM set_config('idle_in_transaction_session_timeout', '1h', false), \
             set_config('statement_timeout', '1h', false), set_config('lock_timeout', '1h', false); END $$",
        ),
        ("3_i.sql", "-- migrate: no-transaction\nCREATE INDEX CONCURRENTLY i ON t (a);"),
    ])
    .load();
    let mut client = database.client();
    for limit in LIMITS {
        client
            .batch_execute(&format!("SET {limit} TO '200ms'"))
            .unwrap();
    }
    client
        .batch_execute("SET standard_conforming_strings TO off")
        .unwrap();
    set.run(&mut client).unwrap();
    for limit in LIMITS {
        let row = client.query_one(&format!("SELECT current_setting('{limit}')"), &[]);
        assert_eq!(row.unwrap().get::<_, &str>(0), "200ms", "{limit}");
    }
}

#[test]
fn a_limit_that_a_file_sets_does_not_cut_off_what_records_it() {
    // So many names to compare take longer than the limit.
    let names = (0..2500).map(|name| format!("PERFORM set_config('app.x{name}', '', true);"));
    let many = format!(
        "DO $$ BEGIN IF false THEN {} END IF; END $$",
        names.collect::<String>()
    );
    with_each_driver(|driver, database| {
        for text in [
            "SET statement_timeout = 1",
            "SET LOCAL statement_timeout = 1",
            "-- migrate: no-transaction\nSET statement_timeout = 1",
        ] {
            let set = Set::new(&[("1_many.sql", &many), ("2_a.sql", text), ("3_b.sql", text)]);
            let set = set.load();
            // A busy machine may need longer than that for the file itself.
            let applied = (0..20).any(|_| driver.run(database, set.runner()).is_ok());
            assert!(applied, "{text}");
            database.execute("DROP TABLE schema_migrations");
        }
    });
}
