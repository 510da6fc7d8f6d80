//! Two programs, or two branches, that share a history table: the same version, another migration.

use migrate_fixtures::Database;
use migrate_runtime::{Error, ErrorKind, MigrationState, Policy, Repair, Revert};

use crate::set::{Driver, Set, versions, with_each_driver};

/// One program has recorded `1 jobs`; the other's set begins with `1 users`.
fn other_program(driver: Driver, database: &Database) -> Set {
    let jobs = Set::new(&[("1_jobs.sql", "CREATE TABLE jobs (id int)")]);
    driver.run(database, jobs.load().runner()).unwrap();
    Set::new(&[
        ("1_users.sql", "CREATE TABLE users (id int)"),
        ("1_users.down.sql", "DROP TABLE users"),
        ("2_names.sql", "CREATE TABLE names (id int)"),
    ])
}

/// Only the time differs between two runs of a test.
fn text(database: &Database, error: &Error) -> String {
    let at = database.value(
        "SELECT to_char(timezone('UTC', started_at), 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') \
         FROM schema_migrations WHERE version = 1",
    );
    format!("{error:#}").replace(&at, "<time>")
}

#[test]
fn a_version_of_another_program_is_not_an_edited_file() {
    with_each_driver(|driver, database| {
        let users = other_program(driver, database).load();
        let refused = driver.run(database, users.runner()).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::VersionTaken);
        assert_eq!(
            (refused.version(), refused.file()),
            (Some(1), Some("migrations/1_users.sql"))
        );
        insta::assert_snapshot!(text(database, &refused), @r#"
        migrations/1_users.sql has a version that the history table "public"."schema_migrations" records for another migration: 1 jobs, recorded at <time>
          = help: if another program records its migrations there, keep this history in another table: `embed_migrations!(…, table = "…")` or `.table(HistoryTable::new(schema, name)?)`
          = help: if the file is a new migration, rename it to a version above 2
          = help: if the file is the recorded migration under another name, restore its name and its text
        "#);
        let expected = text(database, &refused);
        let accept = Repair::AcceptChecksums(vec![1]);
        let forget = Repair::Forget {
            versions: vec![1],
            reason: "not ours".to_owned(),
        };
        for error in [
            driver.plan(database, users.runner()).unwrap_err(),
            driver
                .run(database, users.runner().drift(Policy::Allow))
                .unwrap_err(),
            driver
                .repair(database, users.runner(), &accept)
                .unwrap_err(),
            driver
                .repair(database, users.runner(), &forget)
                .unwrap_err(),
            driver.baseline(database, users.runner(), 2).unwrap_err(),
            driver
                .revert(database, users.runner(), Revert::Last(1))
                .unwrap_err(),
        ] {
            assert_eq!(text(database, &error), expected);
        }
        let status = driver.status(&database.url(), users.runner()).unwrap();
        let entry = &status.entries[0];
        assert_eq!(
            (
                entry.name.as_str(),
                entry.recorded_name.as_deref(),
                entry.state
            ),
            ("users", Some("jobs"), MigrationState::VersionTaken)
        );
        assert!(!status.is_current());
        assert_eq!(
            database.rows("SELECT version, name, state, note FROM schema_migrations"),
            [["1", "jobs", "applied", ""]]
        );
        assert_eq!(database.value("SELECT to_regclass('users') IS NULL"), "t");
    });
}

#[test]
fn a_half_done_file_of_another_program_is_not_resumed() {
    with_each_driver(|driver, database| {
        let jobs = Set::new(&[(
            "1_jobs.sql",
            "-- migrate: no-transaction\nCREATE INDEX CONCURRENTLY i ON jobs (id);",
        )]);
        driver.run(database, jobs.load().runner()).unwrap_err();
        let users = Set::new(&[(
            "1_users.sql",
            "-- migrate: no-transaction\nCREATE TABLE users (id int);",
        )])
        .load();
        for error in [
            driver.run(database, users.runner()).unwrap_err(),
            driver
                .repair(database, users.runner(), &Repair::MarkApplied(1))
                .unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::VersionTaken, "{error}");
        }
        assert_eq!(database.value("SELECT name FROM schema_migrations"), "jobs");
    });
}

#[test]
fn a_renamed_file_is_the_same_migration() {
    with_each_driver(|driver, database| {
        let set = Set::new(&[("1_jobs.sql", "CREATE TABLE jobs (id int)")]);
        driver.run(database, set.load().runner()).unwrap();
        set.remove("1_jobs.sql");
        set.write("1_tasks.sql", "CREATE TABLE jobs (id int)");
        let set = set.load();
        assert!(driver.run(database, set.runner()).unwrap().is_noop());
        let recorded = || {
            let status = driver.status(&database.url(), set.runner()).unwrap();
            assert_eq!(status.entries[0].state, MigrationState::Applied);
            status.entries[0].recorded_name.clone()
        };
        assert_eq!(recorded().as_deref(), Some("jobs"));
        let accept = Repair::AcceptChecksums(vec![1]);
        let done = driver.repair(database, set.runner(), &accept).unwrap();
        assert!(done[0].note.starts_with("renamed from jobs to tasks ("));
        assert_eq!(recorded(), None);
        assert!(
            driver
                .repair(database, set.runner(), &accept)
                .unwrap()
                .is_empty()
        );
    });
}

#[test]
fn a_file_that_took_the_version_of_a_renumbered_one_is_told_so() {
    with_each_driver(|driver, database| {
        let branch = Set::new(&[("1_orders.sql", "CREATE TABLE orders (id int)")]);
        driver.run(database, branch.load().runner()).unwrap();
        let rebased = Set::new(&[
            ("1_users.sql", "CREATE TABLE users (id int)"),
            ("2_orders.sql", "CREATE TABLE orders (id int)"),
        ]);
        let error = driver.run(database, rebased.load().runner()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::VersionTaken);
        let hint = error.hints()[0].to_string();
        assert!(
            hint.contains("Repair::Renumber { from: 1, to: 2 }"),
            "{hint}"
        );
        let renumber = Repair::Renumber { from: 1, to: 2 };
        driver
            .repair(database, rebased.load().runner(), &renumber)
            .unwrap();
        let report = driver
            .run(
                database,
                rebased.load().runner().out_of_order(Policy::Allow),
            )
            .unwrap();
        assert_eq!(versions(&report), [1]);
    });
}
