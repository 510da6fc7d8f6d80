//! Locks that others hold.

use std::thread;
use std::time::Duration;

use migrate_runtime::Event;

use crate::set::{Set, versions, with_each_driver};

/// Where the lock timeout does not work, the test fails and does not hang.
const PATIENCE: Duration = Duration::from_secs(30);

#[test]
fn a_lock_timeout_is_retried_until_the_reader_is_gone() {
    with_each_driver(|driver, database| {
        let set = Set::new(&[
            ("1_t.sql", "CREATE TABLE t (a int)"),
            ("2_alter.sql", "ALTER TABLE t ADD b int"),
        ])
        .load();
        driver.run(database, set.runner().target(1)).unwrap();
        let mut reader = database.client();
        reader
            .batch_execute("SET application_name TO 'the reader'; BEGIN; SELECT * FROM t")
            .unwrap();
        let (said, hear) = std::sync::mpsc::channel();
        thread::scope(|scope| {
            scope.spawn(move || {
                // Two failed attempts, and the reader goes.
                let _ = hear.recv();
                let _ = hear.recv();
                reader.batch_execute("COMMIT").unwrap();
            });
            let mut blockers = Vec::new();
            let runner = set
                .runner()
                .lock_timeout(Duration::from_millis(50))
                .statement_timeout(PATIENCE)
                .observer(|event| {
                    if let Event::Retried { blocker, .. } = event {
                        blockers.push(blocker.unwrap().application.clone());
                        let _ = said.send(());
                    }
                });
            assert_eq!(versions(&driver.run(database, runner).unwrap()), [2]);
            assert!(
                blockers.len() >= 2 && blockers.iter().all(|name| name == "the reader"),
                "{blockers:?}"
            );
        });
    });
}

#[test]
fn a_lock_that_never_comes_free_is_an_error_that_names_who_holds_it() {
    with_each_driver(|driver, database| {
        let set = Set::new(&[
            ("1_t.sql", "CREATE TABLE t (a int)"),
            ("2_alter.sql", "ALTER TABLE t ADD b int"),
        ])
        .load();
        driver.run(database, set.runner().target(1)).unwrap();
        let mut reader = database.client();
        reader
            .batch_execute("SET application_name TO 'the reader'; BEGIN; SELECT * FROM t")
            .unwrap();
        let runner = set
            .runner()
            .lock_timeout(Duration::from_millis(20))
            .statement_timeout(PATIENCE)
            .retries(1);
        let error = driver.run(database, runner).unwrap_err();
        assert_eq!(error.sqlstate(), Some("55P03"));
        let text = format!("{error:#}");
        assert!(
            text.contains("= blocked by: pid ")
                && text.contains("application the reader")
                && text.contains(", which holds ACCESS SHARE on \"public\".\"t\"\n"),
            "{text}"
        );
        assert!(text.contains("= attempts: 2"), "{text}");
        assert_eq!(
            database.value("SELECT count(*) FROM schema_migrations"),
            "1"
        );
        reader.batch_execute("COMMIT").unwrap();
    });
}

#[test]
fn of_several_sessions_the_one_with_the_strongest_lock_on_what_the_file_names_is_named() {
    with_each_driver(|driver, database| {
        for (kind, text) in [
            ("", "CREATE INDEX i ON \"Some Users\" (a)"),
            (
                "-- migrate: no-transaction\n",
                "CREATE INDEX i ON \"Some Users\" (a)",
            ),
        ] {
            database.execute("CREATE TABLE \"Some Users\" (a int); CREATE TABLE other (a int)");
            let mut sessions = Vec::new();
            for (name, work) in [
                ("elsewhere", "LOCK TABLE other"),
                ("the reader", "SELECT FROM \"Some Users\""),
                ("the writer", "INSERT INTO \"Some Users\" VALUES (1)"),
            ] {
                let mut session = database.client();
                session
                    .batch_execute(&format!("SET application_name TO '{name}'; BEGIN; {work}"))
                    .unwrap();
                sessions.push(session);
            }
            let set = Set::new(&[("1_i.sql", &format!("{kind}{text};"))]).load();
            let runner = set
                .runner()
                .lock_timeout(Duration::from_millis(20))
                .statement_timeout(PATIENCE)
                .retries(0);
            let text = format!("{:#}", driver.run(database, runner).unwrap_err());
            assert!(
                text.contains("application the writer")
                    && text.contains(", which holds ROW EXCLUSIVE on \"public\".\"Some Users\"\n"),
                "{text}"
            );
            drop(sessions);
            database.execute("DROP TABLE \"Some Users\", other, schema_migrations");
        }
    });
}
