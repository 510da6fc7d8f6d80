//! Databases that were made before they were tracked.

use migrate_runtime::MigrationState;

use crate::set::{Set, versions, with_each_driver};

#[test]
fn a_baseline_records_without_running() {
    with_each_driver(|driver, database| {
        let set = Set::new(&[
            ("1_a.sql", "CREATE TABLE a (id int)"),
            ("2_b.sql", "CREATE TABLE b (id int)"),
            ("3_c.sql", "CREATE TABLE c (id int)"),
        ])
        .load();
        let report = driver.baseline(database, set.runner(), 2).unwrap();
        let recorded: Vec<i64> = report.recorded.iter().map(|one| one.version).collect();
        assert_eq!(recorded, [1, 2]);
        assert_eq!(database.value("SELECT to_regclass('a') IS NULL"), "t");
        let report = driver.run(database, set.runner()).unwrap();
        assert_eq!(versions(&report), [3]);
        assert_eq!(report.current, 2);
        let status = driver.status(&database.url(), set.runner()).unwrap();
        assert_eq!(status.entries[0].state, MigrationState::Baseline);
        // Again, and over an applied row: nothing changes.
        assert!(
            driver
                .baseline(database, set.runner(), 3)
                .unwrap()
                .is_noop()
        );
        assert_eq!(
            database.value("SELECT state FROM schema_migrations WHERE version = 3"),
            "applied"
        );
    });
}

#[test]
fn a_baseline_needs_a_version_of_the_set() {
    with_each_driver(|driver, database| {
        let set = Set::new(&[("1_a.sql", "SELECT 1")]).load();
        assert!(driver.baseline(database, set.runner(), 2).is_err());
        assert_eq!(
            database.value("SELECT to_regclass('schema_migrations') IS NULL"),
            "t"
        );
    });
}
