//! Down files.

use migrate_runtime::{Error, ErrorKind, Revert, RevertReport};

use crate::set::{Set, versions, with_each_driver};

fn reverted(report: &RevertReport) -> Vec<i64> {
    report.reverted.iter().map(|one| one.version).collect()
}

fn reversible() -> Set {
    Set::new(&[
        ("1_a.up.sql", "CREATE TABLE a (id int)"),
        ("1_a.down.sql", "DROP TABLE a"),
        ("2_b.sql", "CREATE TABLE b (id int)"),
        ("2_b.down.sql", "DROP TABLE b"),
        ("3_c.sql", "CREATE TABLE c (id int)"),
        ("3_c.down.sql", "DROP TABLE c"),
    ])
}

#[test]
fn the_newest_is_reverted_first_and_can_be_applied_again() {
    with_each_driver(|driver, database| {
        let set = reversible().load();
        driver.run(database, set.runner()).unwrap();
        assert_eq!(
            reverted(
                &driver
                    .revert(database, set.runner(), Revert::Last(1))
                    .unwrap()
            ),
            [3]
        );
        assert_eq!(
            reverted(&driver.revert(database, set.runner(), Revert::All).unwrap()),
            [2, 1]
        );
        assert_eq!(
            database.value("SELECT count(*) FROM schema_migrations"),
            "0"
        );
        assert_eq!(database.value("SELECT to_regclass('a') IS NULL"), "t");
        assert_eq!(
            versions(&driver.run(database, set.runner()).unwrap()),
            [1, 2, 3]
        );
    });
}

#[test]
fn reverting_to_version_0_keeps_version_0() {
    with_each_driver(|driver, database| {
        let set = reversible();
        set.write("0_first.up.sql", "CREATE TABLE first (id int)");
        set.write("0_first.down.sql", "DROP TABLE first");
        let set = set.load();
        driver.run(database, set.runner()).unwrap();
        let report = driver.revert(database, set.runner(), Revert::To(0));
        assert_eq!(reverted(&report.unwrap()), [3, 2, 1]);
        assert_eq!(
            database.value("SELECT string_agg(version::text, ',') FROM schema_migrations"),
            "0"
        );
        assert_eq!(
            database.value("SELECT to_regclass('first') IS NOT NULL"),
            "t"
        );
        let report = driver.revert(database, set.runner(), Revert::All);
        assert_eq!(reverted(&report.unwrap()), [0]);
    });
}

#[test]
fn a_failing_down_file_leaves_the_migration_applied() {
    with_each_driver(|driver, database| {
        let set = reversible();
        set.write("3_c.down.sql", "DROP TABLE c;\nDROP TABLE nowhere;");
        let set = set.load();
        driver.run(database, set.runner()).unwrap();
        let error = driver
            .revert(database, set.runner(), Revert::Last(2))
            .unwrap_err();
        assert!(
            error.to_string().starts_with("migrations/3_c.down.sql:2:"),
            "{error}"
        );
        assert_eq!(
            database.value("SELECT state FROM schema_migrations WHERE version = 3"),
            "applied"
        );
        assert_eq!(database.value("SELECT to_regclass('c') IS NOT NULL"), "t");
    });
}

#[test]
fn nothing_is_reverted_where_a_down_file_is_missing() {
    with_each_driver(|driver, database| {
        let set = reversible();
        set.remove("2_b.down.sql");
        let set = set.load();
        driver.run(database, set.runner()).unwrap();
        let error = driver
            .revert(database, set.runner(), Revert::All)
            .unwrap_err();
        insta::assert_snapshot!(format!("{error:#}"), @r"
        2 b cannot be reverted: it has no down file
          = help: add a down file for it, or revert only what is newer
        ");
        assert_eq!(
            database.value("SELECT count(*) FROM schema_migrations"),
            "3"
        );
    });
}

#[test]
fn a_newer_program_s_migration_is_in_the_way() {
    with_each_driver(|driver, database| {
        let set = reversible();
        driver.run(database, set.load().runner()).unwrap();
        set.remove("3_c.sql");
        set.remove("3_c.down.sql");
        let error = driver
            .revert(database, set.load().runner(), Revert::Last(1))
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnknownVersion);
        assert_eq!(
            error.to_string(),
            "3 c cannot be reverted: there is no file for it"
        );
    });
}

#[test]
fn a_no_transaction_down_file_is_journaled_too() {
    with_each_driver(|driver, database| {
        let set = Set::new(&[
            ("1_a.sql", "CREATE TABLE a (id int)"),
            (
                "2_i.sql",
                "-- migrate: no-transaction\nCREATE INDEX CONCURRENTLY i ON a (id);",
            ),
            (
                "2_i.down.sql",
                "-- migrate: no-transaction\nDROP INDEX CONCURRENTLY IF EXISTS i;",
            ),
        ])
        .load();
        driver.run(database, set.runner()).unwrap();
        assert_eq!(
            reverted(
                &driver
                    .revert(database, set.runner(), Revert::Last(1))
                    .unwrap()
            ),
            [2]
        );
        assert_eq!(database.value("SELECT to_regclass('i') IS NULL"), "t");
        assert_eq!(versions(&driver.run(database, set.runner()).unwrap()), [2]);
    });
}

#[test]
fn of_two_starters_that_revert_the_same_migration_one_wins() {
    let database = migrate_fixtures::Server::shared().database();
    let set = Set::new(&[
        ("1_a.sql", "CREATE TABLE a (id int)"),
        ("1_a.down.sql", "SELECT pg_sleep(0.3); DROP TABLE a"),
    ])
    .load();
    crate::set::Driver::Postgres
        .run(&database, set.runner())
        .unwrap();
    let outcomes: Vec<_> = std::thread::scope(|scope| {
        crate::set::DRIVERS
            .map(|driver| {
                let (set, database) = (&set, &database);
                scope.spawn(move || driver.revert(database, set.runner(), Revert::Last(1)))
            })
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    let count = |outcome: &Result<RevertReport, Error>| {
        outcome.as_ref().map_or(0, |report| report.reverted.len())
    };
    assert_eq!(outcomes.iter().map(count).sum::<usize>(), 1, "{outcomes:?}");
    for error in outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
        assert!(
            error
                .to_string()
                .contains("changed the history during the revert"),
            "{error}"
        );
    }
    assert_eq!(
        database.value("SELECT count(*) FROM schema_migrations"),
        "0"
    );
    database.assert_quiet();
}
