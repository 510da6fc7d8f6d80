//! What is judged before the first statement runs, and each policy's switch.

use migrate_runtime::{Condition, Policy};

use crate::set::{Set, both, versions};

fn three() -> Set {
    Set::new(&[
        ("001_a.sql", "CREATE TABLE a (id int)"),
        ("002_b.sql", "CREATE TABLE b (id int)"),
        ("003_c.sql", "CREATE TABLE c (id int)"),
    ])
}

#[test]
fn drift_is_refused_before_anything_runs() {
    both(|driver, database| {
        let set = three();
        driver.run(database, set.load().runner().target(2)).unwrap();
        set.write("001_a.sql", "CREATE TABLE a (id bigint)");
        let error = driver.run(database, set.load().runner()).unwrap_err();
        assert!(error.is_drift());
        assert_eq!(error.migration(), Some(1));
        insta::assert_snapshot!(error, @r"
        migrations/001_a.sql was edited after it was applied (applied 6e70fcd8fa64, embedded 5d0f78fc2223)
          = help: restore the file as it was applied and put the change into a new migration
          = help: if the edit was deliberate and changes nothing in the database, accept the new checksum with `repair`
        ");
        assert_eq!(database.value("SELECT to_regclass('c') IS NULL"), "t");
        let report = driver
            .run(database, set.load().runner().drift(Policy::Allow))
            .unwrap();
        assert_eq!(versions(&report), [3]);
        assert_eq!(report.drifted, [1]);
        let status = driver.status(&database.url(), set.load().runner()).unwrap();
        assert_eq!(status.entries[0].condition, Condition::Drifted);
    });
}

#[test]
fn an_applied_migration_that_is_gone_is_refused() {
    both(|driver, database| {
        let set = three();
        driver.run(database, set.load().runner()).unwrap();
        set.remove("002_b.sql");
        let error = driver.run(database, set.load().runner()).unwrap_err();
        assert!(error.is_missing());
        insta::assert_snapshot!(error, @r"
        2 b was applied and is not in this program, which holds newer ones
          = help: the file was deleted or renamed, or this program was built from a branch without it: restore it
          = help: if this program was compiled before the file was added, build it again
          = help: to go on without it, set `.missing(Policy::Allow)`
        ");
        let report = driver
            .run(database, set.load().runner().missing(Policy::Allow))
            .unwrap();
        assert_eq!(report.missing[0].version, 2);
        let status = driver.status(&database.url(), set.load().runner()).unwrap();
        assert_eq!(status.entries[1].condition, Condition::Missing);
    });
}

#[test]
fn a_database_ahead_of_the_program_is_reported_not_refused() {
    both(|driver, database| {
        let set = three();
        driver.run(database, set.load().runner()).unwrap();
        set.remove("003_c.sql");
        let report = driver.run(database, set.load().runner()).unwrap();
        assert_eq!(report.ahead[0].version, 3);
        insta::assert_snapshot!(
            report,
            @"nothing pending, 2 applied before; the database is ahead of this program by 1 (newest: 3 c)"
        );
        let error = driver
            .run(database, set.load().runner().ahead(Policy::Refuse))
            .unwrap_err();
        assert!(error.is_ahead());
        let status = driver.status(&database.url(), set.load().runner()).unwrap();
        assert_eq!(status.entries[2].condition, Condition::Ahead);
        assert!(status.is_current());
    });
}

#[test]
fn a_late_file_is_refused_unless_it_or_the_runner_allows_it() {
    both(|driver, database| {
        let set = three();
        set.remove("002_b.sql");
        driver.run(database, set.load().runner()).unwrap();
        set.write("002_b.sql", "CREATE TABLE b (id int)");
        let error = driver.run(database, set.load().runner()).unwrap_err();
        assert!(error.is_out_of_order());
        insta::assert_snapshot!(error, @r"
        migrations/002_b.sql is pending, but 3, which is newer, is applied already
          = help: give it a newer number, if it has not been applied anywhere yet
          = help: if it may run after the newer ones, say so in its first lines: `-- migrate: out-of-order`
        ");
        let status = driver.status(&database.url(), set.load().runner()).unwrap();
        assert_eq!(status.entries[1].condition, Condition::OutOfOrder);
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
    both(|driver, database| {
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
    both(|driver, database| {
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
