//! What became of the history between a plan and its migrations.

use std::thread;
use std::time::Duration;

use migrate_runtime::{Event, Policy, Revert};

use crate::set::{Set, with_each_driver};

#[test]
fn a_newer_migration_is_not_applied_over_a_half_reverted_one() {
    with_each_driver(|driver, database| {
        let set = Set::new(&[
            ("1_t.sql", "CREATE TABLE t (id int)"),
            ("2_i.sql", "CREATE TABLE u (id int)"),
            (
                "2_i.down.sql",
                "-- migrate: no-transaction\nCREATE TABLE half (id int);\nSELECT 1 / 0;",
            ),
        ]);
        driver.run(database, set.load().runner()).unwrap();
        set.write("3_t.sql", "ALTER TABLE t ADD COLUMN b int");
        // A reader keeps the third from its lock; between two attempts, a revert of the second fails half-way.
        let mut reader = database.client();
        reader.batch_execute("BEGIN; SELECT * FROM t").unwrap();
        let mut reader = Some(reader);
        let set = set.load();
        let runner = set
            .runner()
            .lock_timeout(Duration::from_millis(100))
            .observer(|event| {
                if !matches!(event, Event::Retried { .. }) {
                    return;
                }
                let reader = reader.take();
                let set = &set;
                // A thread of its own, because an asynchronous run is in this one.
                thread::scope(|scope| {
                    scope.spawn(move || {
                        if let Some(mut reader) = reader {
                            let revert = driver.revert(
                                database,
                                set.runner().ahead(Policy::Allow),
                                Revert::Last(1),
                            );
                            assert!(revert.is_err());
                            reader.batch_execute("ROLLBACK").unwrap();
                        }
                    });
                });
            });
        let error = driver.run(database, runner).unwrap_err();
        assert!(error.is_interrupted(), "{error}");
        assert_eq!(
            database.value("SELECT count(*)::text FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = 'b'"),
            "0"
        );
    });
}
