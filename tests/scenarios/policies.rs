//! What is judged before the first statement runs, and each policy's switch.

use migrate_runtime::{MigrationState, Policy};

use crate::set::{Set, versions, with_each_driver};

fn three() -> Set {
    Set::new(&[
        ("001_a.sql", "CREATE TABLE a (id int)"),
        ("002_b.sql", "CREATE TABLE b (id int)"),
        ("003_c.sql", "CREATE TABLE c (id int)"),
    ])
}

#[test]
fn drift_is_refused_before_anything_runs() {
    with_each_driver(|driver, database| {
        let set = three();
        driver.run(database, set.load().runner().target(2)).unwrap();
        set.write("001_a.sql", "CREATE TABLE a (id bigint)");
        let error = driver.run(database, set.load().runner()).unwrap_err();
        assert!(error.is_drift());
        assert_eq!(error.version(), Some(1));
        insta::assert_snapshot!(format!("{error:#}"), @r"
        migrations/001_a.sql was edited after being applied (recorded checksum 6e70fcd8fa64, now 5d0f78fc2223)
          = help: restore the file as it was applied, and put the change into a new migration
          = help: if the edit is deliberate and the database needs no change, accept it: `.repair(…, &Repair::AcceptChecksums(vec![1]))`
        ");
        assert_eq!(database.value("SELECT to_regclass('c') IS NULL"), "t");
        let report = driver
            .run(database, set.load().runner().drift(Policy::Allow))
            .unwrap();
        assert_eq!(versions(&report), [3]);
        assert_eq!(report.drifted, [1]);
        let status = driver.status(&database.url(), set.load().runner()).unwrap();
        assert_eq!(status.entries[0].state, MigrationState::Drifted);
    });
}

#[test]
fn an_applied_migration_that_is_gone_is_refused() {
    with_each_driver(|driver, database| {
        let set = three();
        driver.run(database, set.load().runner()).unwrap();
        set.remove("002_b.sql");
        let error = driver.run(database, set.load().runner()).unwrap_err();
        assert!(error.is_missing());
        insta::assert_snapshot!(format!("{error:#}"), @r#"
        2 b is recorded as applied but without a file
          = help: restore the file if it was deleted, renamed, or is on another branch
          = help: rebuild the program if its files have changed since it was compiled
          = help: if another program records its migrations there, keep this history in another table: `embed_migrations!(…, table = "…")` or `.table(HistoryTable::new(schema, name)?)`
          = help: forget what is gone for good, e.g. with a dropped branch: `.repair(…, &Repair::Forget { versions: vec![2], reason: "…".into() })`
          = help: set `.missing(Policy::Allow)` to continue without it
        "#);
        let report = driver
            .run(database, set.load().runner().missing(Policy::Allow))
            .unwrap();
        assert_eq!(report.missing[0].version, 2);
        let status = driver.status(&database.url(), set.load().runner()).unwrap();
        assert_eq!(status.entries[1].state, MigrationState::Missing);
    });
}

#[test]
fn a_database_ahead_of_the_program_is_reported_not_refused() {
    with_each_driver(|driver, database| {
        let set = three();
        driver.run(database, set.load().runner()).unwrap();
        set.remove("003_c.sql");
        let report = driver.run(database, set.load().runner()).unwrap();
        assert_eq!(report.ahead[0].version, 3);
        insta::assert_snapshot!(
            report,
            @"up to date (2 migrations); the database is ahead by 1 migration (newest: 3 c)"
        );
        let error = driver
            .run(database, set.load().runner().ahead(Policy::Refuse))
            .unwrap_err();
        assert!(error.is_ahead());
        let status = driver.status(&database.url(), set.load().runner()).unwrap();
        assert_eq!(status.entries[2].state, MigrationState::Ahead);
        assert!(status.is_current());
    });
}

#[test]
fn a_late_file_is_refused_unless_it_or_the_runner_allows_it() {
    with_each_driver(|driver, database| {
        let set = three();
        set.remove("002_b.sql");
        driver.run(database, set.load().runner()).unwrap();
        set.write("002_b.sql", "CREATE TABLE b (id int)");
        let error = driver.run(database, set.load().runner()).unwrap_err();
        assert!(error.is_out_of_order());
        insta::assert_snapshot!(format!("{error:#}"), @r"
        migrations/002_b.sql is pending, but version 3, which is newer, is applied
          = help: rename it to a version above 3, unless it is applied somewhere already
          = help: write `-- migrate: out-of-order` in its first lines if it may run after newer migrations
        ");
        let status = driver.status(&database.url(), set.load().runner()).unwrap();
        assert_eq!(status.entries[1].state, MigrationState::OutOfOrder);
        set.write(
            "002_b.sql",
            "-- migrate: out-of-order\nCREATE TABLE b (id int)",
        );
        assert_eq!(
            versions(&driver.run(database, set.load().runner()).unwrap()),
            [2]
        );
    });
}

#[test]
fn the_runner_may_allow_late_files() {
    with_each_driver(|driver, database| {
        let set = three();
        set.remove("002_b.sql");
        driver.run(database, set.load().runner()).unwrap();
        set.write("002_b.sql", "CREATE TABLE b (id int)");
        let set = set.load();
        let report = driver
            .run(database, set.runner().out_of_order(Policy::Allow))
            .unwrap();
        assert_eq!(versions(&report), [2]);
    });
}

#[test]
fn every_drifted_file_is_named() {
    with_each_driver(|driver, database| {
        let set = three();
        driver.run(database, set.load().runner()).unwrap();
        set.write("001_a.sql", "SELECT 1");
        set.write("003_c.sql", "SELECT 3");
        let error = driver
            .run(database, set.load().runner())
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("migrations/001_a.sql") && error.contains("migrations/003_c.sql"),
            "{error}"
        );
    });
}
