//! The main job.

use migrate_runtime::{Event, MigrationState, StopToken};

use crate::set::{DRIVERS, Set, versions, with_each_driver};

const THREE: [(&str, &str); 3] = [
    (
        "0001_users.sql",
        "CREATE TABLE users (id int PRIMARY KEY);\nINSERT INTO users VALUES (1)",
    ),
    ("0002_empty.sql", "-- nothing here\n"),
    (
        "0010_names.sql",
        "ALTER TABLE users ADD COLUMN name text; -- trailing comment",
    ),
];

#[test]
fn pending_migrations_are_applied_in_order_and_once() {
    with_each_driver(|driver, database| {
        let set = Set::new(&THREE).load();
        let report = driver.run(database, set.runner()).unwrap();
        assert_eq!(versions(&report), [1, 2, 10]);
        assert_eq!(report.current, 0);
        let report = driver.run(database, set.runner()).unwrap();
        assert!(report.is_noop());
        assert_eq!(report.current, 3);
        assert_eq!(database.value("SELECT count(*) FROM users"), "1");
    });
}

#[test]
fn a_new_file_is_applied_by_the_next_run() {
    with_each_driver(|driver, database| {
        let set = Set::new(&THREE);
        driver.run(database, set.load().runner()).unwrap();
        set.write("0011_more.sql", "INSERT INTO users VALUES (2, 'two')");
        let report = driver.run(database, set.load().runner()).unwrap();
        assert_eq!(versions(&report), [11]);
        assert_eq!(report.current, 3);
    });
}

#[test]
fn an_empty_set_does_nothing_to_an_empty_database() {
    with_each_driver(|driver, database| {
        let set = migrate_runtime::Migrations::empty();
        assert!(driver.run(database, set.runner()).unwrap().is_noop());
        assert_eq!(
            database.value("SELECT to_regclass('public.schema_migrations') IS NULL"),
            "t"
        );
    });
}

#[test]
fn history_rows_say_what_when_by_whom_and_how_long() {
    with_each_driver(|driver, database| {
        driver
            .run(database, Set::new(&THREE).load().runner())
            .unwrap();
        let rows = database.rows(
            "SELECT version, name, state, length(checksum), ms >= 0, applied_by = current_user, \
             started_at > now() - interval '1 minute', tool LIKE 'migrate %' FROM schema_migrations ORDER BY 1",
        );
        let recorded = |version: &str, name: &str| {
            [version, name, "applied", "32", "t", "t", "t", "t"]
                .map(str::to_owned)
                .to_vec()
        };
        assert_eq!(
            rows,
            [
                recorded("1", "users"),
                recorded("2", "empty"),
                recorded("10", "names")
            ]
        );
    });
}

#[test]
fn the_target_is_the_last_version_applied() {
    with_each_driver(|driver, database| {
        let set = Set::new(&THREE).load();
        let report = driver.run(database, set.runner().target(2)).unwrap();
        assert_eq!(versions(&report), [1, 2]);
        let error = driver.run(database, set.runner().target(3)).unwrap_err();
        insta::assert_snapshot!(format!("{error:#}"), @r"
        there is no migration with version 3
          = help: choose a version from 1 to 10 that has a file
        ");
    });
}

#[test]
fn a_plan_says_what_would_run_and_writes_nothing() {
    with_each_driver(|driver, database| {
        let set = Set::new(&THREE).load();
        let plan = driver.plan(database, set.runner()).unwrap();
        let files: Vec<_> = plan.pending.iter().map(|one| one.file.as_str()).collect();
        assert_eq!(
            files,
            [
                "migrations/0001_users.sql",
                "migrations/0002_empty.sql",
                "migrations/0010_names.sql"
            ]
        );
        assert_eq!(plan.pending[0].statements.len(), 2);
        assert_eq!(
            database.value(
                "SELECT count(*) FROM pg_class WHERE relname IN ('users', 'schema_migrations')"
            ),
            "0"
        );
        driver.run(database, set.runner()).unwrap();
        assert!(driver.plan(database, set.runner()).unwrap().is_noop());
    });
}

#[test]
fn status_lists_both_sides() {
    for driver in DRIVERS {
        let database = migrate_fixtures::Server::shared().database();
        let set = Set::new(&THREE);
        let status = driver.status(&database.url(), set.load().runner()).unwrap();
        assert!(!status.table_exists);
        assert_eq!(status.pending(), 3);
        driver
            .run(&database, set.load().runner().target(2))
            .unwrap();
        let status = driver.status(&database.url(), set.load().runner()).unwrap();
        let conditions: Vec<_> = status.entries.iter().map(|entry| entry.state).collect();
        assert_eq!(
            conditions,
            [
                MigrationState::Applied,
                MigrationState::Applied,
                MigrationState::Pending
            ]
        );
        assert_eq!(status.entries[0].checksum_matches, Some(true));
        assert!(
            status.entries[0]
                .applied_at
                .as_ref()
                .unwrap()
                .as_str()
                .ends_with('Z')
        );
        assert!(!status.is_current());
        driver.run(&database, set.load().runner()).unwrap();
        assert!(
            driver
                .status(&database.url(), set.load().runner())
                .unwrap()
                .is_current()
        );
    }
}

#[test]
fn a_single_transaction_is_all_or_nothing() {
    with_each_driver(|driver, database| {
        let set = Set::new(&THREE);
        set.write("0020_bad.sql", "SELECT 1/0");
        let error = driver
            .run(database, set.load().runner().single_transaction(true))
            .unwrap_err();
        assert_eq!(error.sqlstate(), Some("22012"));
        assert_eq!(database.value("SELECT to_regclass('users') IS NULL"), "t");
        set.write("0020_bad.sql", "SELECT 1");
        let report = driver
            .run(database, set.load().runner().single_transaction(true))
            .unwrap();
        assert_eq!(versions(&report), [1, 2, 10, 20]);
    });
}

#[test]
fn a_single_transaction_refuses_a_no_transaction_file() {
    with_each_driver(|driver, database| {
        let set = Set::new(&[("1_a.sql", "-- migrate: no-transaction\nVACUUM;")]).load();
        let error = driver
            .run(database, set.runner().single_transaction(true))
            .unwrap_err();
        insta::assert_snapshot!(format!("{error:#}"), @r"
        migrations/1_a.sql cannot be part of a single transaction: it says `-- migrate: no-transaction`
          = help: leave out `.single_transaction(true)`: each file then commits by itself
        ");
    });
}

#[test]
fn the_observer_hears_of_every_migration() {
    with_each_driver(|driver, database| {
        let set = Set::new(&THREE).load();
        let heard = std::sync::Mutex::new(Vec::new());
        let runner = set
            .runner()
            .observer(|event| heard.lock().unwrap().push(event.to_string()));
        driver.run(database, runner).unwrap();
        let heard = heard.into_inner().unwrap();
        let applied = heard.iter().filter(|event| event.starts_with("applied "));
        assert_eq!(applied.count(), 3);
        assert_eq!(heard[0], "applying migrations/0001_users.sql");
        assert!(heard[1].starts_with("applied migrations/0001_users.sql in "));
    });
}

#[test]
fn the_history_may_live_in_another_schema_under_a_hostile_name() {
    with_each_driver(|driver, database| {
        let set = Set::new(&THREE).load();
        let name = "x\"; DROP TABLE users; -- ümläut";
        let table = || migrate_runtime::HistoryTable::new("my \"schema\"", name).unwrap();
        driver.run(database, set.runner().table(table())).unwrap();
        assert!(
            driver
                .run(database, set.runner().table(table()))
                .unwrap()
                .is_noop()
        );
        assert_eq!(database.value("SELECT count(*) FROM users"), "1");
        assert_eq!(
            database.value("SELECT count(*) FROM pg_tables WHERE schemaname = 'my \"schema\"'"),
            "1"
        );
    });
}

#[test]
fn a_run_that_is_asked_to_stop_finishes_the_migration_under_way() {
    with_each_driver(|driver, database| {
        let set = Set::new(&[
            ("1_one.sql", "CREATE TABLE one ()"),
            ("2_two.sql", "CREATE TABLE two ()"),
        ]);
        let set = set.load();
        let stop = StopToken::new();
        let asking = stop.clone();
        let runner = set.runner().stop(&stop).observer(move |event| {
            if matches!(event, Event::Started { .. }) {
                asking.stop();
            }
        });
        let error = driver.run(database, runner).unwrap_err();
        assert!(error.is_stopped());
        assert_eq!(versions(error.report()), [1]);
        insta::assert_snapshot!(format!("{error:#}"), @r"
        stopped on request before the end
          = help: run again to continue: what is committed is in the history
        ");
        let report = driver.run(database, set.runner()).unwrap();
        assert_eq!(versions(&report), [2]);
    });
}
