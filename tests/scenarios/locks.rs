//! Locks that others hold.

use std::thread;
use std::time::Duration;

use migrate_runtime::Event;

use crate::set::{Set, both, versions};

/// Where the lock timeout does not work, the test fails and does not hang.
const PATIENCE: Duration = Duration::from_secs(30);

#[test]
fn a_lock_timeout_is_retried_until_the_reader_is_gone() {
    both(|driver, database| {
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
    both(|driver, database| {
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
            text.contains("= blocked by: pid ") && text.contains("application the reader"),
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
