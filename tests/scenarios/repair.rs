//! What a person tells the history: an edit accepted, a half-done migration settled.

use migrate_runtime::{MigrationState, Repair};

use crate::set::{Set, versions, with_each_driver};

fn set() -> Set {
    Set::new(&[
        ("1_a.sql", "CREATE TABLE a (id int)"),
        ("2_b.sql", "INSERT INTO a VALUES (2)"),
        (
            "3_c.sql",
            "-- migrate: no-transaction\nINSERT INTO a VALUES (3);\nCREATE INDEX CONCURRENTLY a_id ON a (id);",
        ),
    ])
}

#[test]
fn an_accepted_edit_is_recorded_and_others_stay_refused() {
    with_each_driver(|driver, database| {
        let set = set();
        driver.run(database, set.load().runner()).unwrap();
        set.write("1_a.sql", "CREATE TABLE a (id int) -- edited");
        set.write("2_b.sql", "INSERT INTO a VALUES (2) -- edited");
        let edited = set.load();
        let done = driver
            .repair(database, edited.runner(), &Repair::AcceptChecksums(vec![2]))
            .unwrap();
        assert_eq!(done.len(), 1);
        assert_eq!(
            (done[0].version, done[0].file.as_deref()),
            (2, Some("migrations/2_b.sql"))
        );
        let error = driver.run(database, edited.runner()).unwrap_err();
        assert!(error.is_drift() && error.version() == Some(1), "{error}");
        driver
            .repair(
                database,
                edited.runner(),
                &Repair::AcceptChecksums(vec![1, 2, 1]),
            )
            .unwrap();
        assert!(driver.run(database, edited.runner()).unwrap().is_noop());
        let status = driver.status(&database.url(), edited.runner()).unwrap();
        let note = status.entries[1].note.clone().unwrap();
        assert_eq!(note, done[0].note);
        assert!(
            note.starts_with("accepted checksum ") && note.ends_with(" by postgres)"),
            "{note}"
        );
    });
}

#[test]
fn accepting_what_was_not_edited_changes_nothing() {
    with_each_driver(|driver, database| {
        let set = set().load();
        driver.run(database, set.runner()).unwrap();
        let done = driver
            .repair(
                database,
                set.runner(),
                &Repair::AcceptChecksums(vec![1, 2, 3]),
            )
            .unwrap();
        assert!(done.is_empty());
        assert_eq!(
            database.value("SELECT count(*) FROM schema_migrations WHERE note IS NOT NULL"),
            "0"
        );
    });
}

#[test]
fn a_repair_of_several_is_all_or_nothing() {
    with_each_driver(|driver, database| {
        let set = set();
        driver.run(database, set.load().runner().target(2)).unwrap();
        set.write("1_a.sql", "CREATE TABLE a (id int) -- edited");
        let error = driver
            .repair(
                database,
                set.load().runner(),
                &Repair::AcceptChecksums(vec![1, 3]),
            )
            .unwrap_err();
        insta::assert_snapshot!(format!("{error:#}"), @r"
        version 3 cannot be repaired: it has no row in the history
          = help: call `.status(…)` to list what is applied
        ");
        assert!(
            driver
                .run(database, set.load().runner())
                .unwrap_err()
                .is_drift()
        );
    });
}

/// The state after a run that was killed after the first statement.
fn interrupt(database: &migrate_fixtures::Database) {
    database.execute("UPDATE schema_migrations SET state = 'running', done = 1 WHERE version = 3");
    database.execute("DROP INDEX a_id");
}

#[test]
fn a_half_done_migration_counts_as_applied_when_told_so() {
    with_each_driver(|driver, database| {
        let set = set();
        driver.run(database, set.load().runner()).unwrap();
        interrupt(database);
        // The file was edited in the meantime, so it cannot be resumed.
        set.write("3_c.sql", "-- migrate: no-transaction\nVACUUM a;");
        let edited = set.load();
        assert!(
            driver
                .run(database, edited.runner())
                .unwrap_err()
                .is_interrupted()
        );
        assert!(
            driver
                .repair(database, edited.runner(), &Repair::AcceptChecksums(vec![3]))
                .unwrap_err()
                .is_interrupted()
        );
        driver
            .repair(database, edited.runner(), &Repair::MarkApplied(3))
            .unwrap();
        assert!(driver.run(database, edited.runner()).unwrap().is_noop());
        assert_eq!(
            database.value("SELECT note LIKE 'half-done apply (1 statement) counted as applied (%' FROM schema_migrations WHERE version = 3"),
            "t"
        );
    });
}

#[test]
fn a_half_done_migration_is_run_from_its_start_when_told_so() {
    with_each_driver(|driver, database| {
        let set = set();
        driver.run(database, set.load().runner()).unwrap();
        interrupt(database);
        set.write(
            "3_c.sql",
            "-- migrate: no-transaction\nINSERT INTO a VALUES (33);\nCREATE INDEX CONCURRENTLY a_id ON a (id);",
        );
        let edited = set.load();
        driver
            .repair(database, edited.runner(), &Repair::MarkPending(3))
            .unwrap();
        let status = driver.status(&database.url(), edited.runner()).unwrap();
        assert_eq!(status.entries[2].state, MigrationState::Pending);
        assert_eq!(
            versions(&driver.run(database, edited.runner()).unwrap()),
            [3]
        );
        assert_eq!(
            database.value("SELECT string_agg(id::text, ',' ORDER BY id) FROM a"),
            "2,3,33"
        );
        assert_eq!(
            database.rows("SELECT state, done, note LIKE '%to be run again (%' FROM schema_migrations WHERE version = 3"),
            [["applied", "2", "t"]]
        );
    });
}

#[test]
fn a_transactional_file_that_ended_its_transaction_can_be_run_again() {
    with_each_driver(|driver, database| {
        let set = set().load();
        driver.run(database, set.runner().target(2)).unwrap();
        database.execute("UPDATE schema_migrations SET state = 'running' WHERE version = 2");
        let error = driver.run(database, set.runner()).unwrap_err();
        assert!(error.is_interrupted(), "{error}");
        driver
            .repair(database, set.runner(), &Repair::MarkPending(2))
            .unwrap();
        assert_eq!(
            versions(&driver.run(database, set.runner()).unwrap()),
            [2, 3]
        );
        assert_eq!(database.value("SELECT count(*) FROM a WHERE id = 2"), "2");
    });
}

#[test]
fn what_is_not_half_done_is_not_settled() {
    with_each_driver(|driver, database| {
        let set = set().load();
        driver.run(database, set.runner()).unwrap();
        for what in [Repair::MarkApplied(1), Repair::MarkPending(1)] {
            let error = driver
                .repair(database, set.runner(), &what)
                .unwrap_err()
                .to_string();
            assert!(
                error.starts_with("version 1 cannot be repaired: it is not half-done"),
                "{error}"
            );
        }
        for what in [Repair::MarkApplied(9), Repair::AcceptChecksums(vec![9])] {
            let error = driver
                .repair(database, set.runner(), &what)
                .unwrap_err()
                .to_string();
            assert!(error.contains("no migration with version 9"), "{error}");
        }
    });
}
