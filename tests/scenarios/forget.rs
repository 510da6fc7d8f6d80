//! Rows of the history whose files are gone for good, or have another number.

use migrate_fixtures::Database;
use migrate_runtime::{ErrorKind, MigrationState, Repair};

use crate::set::{Driver, Set, versions, with_each_driver};

fn set() -> Set {
    Set::new(&[
        ("1_a.sql", "CREATE TABLE a (id int)"),
        ("2_branch.sql", "CREATE TABLE branch (id int)"),
        ("3_c.sql", "CREATE TABLE c (id int)"),
    ])
}

fn forget(versions: &[i64]) -> Repair {
    Repair::Forget {
        versions: versions.to_vec(),
        reason: "branch dropped".to_owned(),
    }
}

/// The set has run, and the branch with version 2 was dropped.
fn dropped(driver: Driver, database: &Database) -> Set {
    let set = set();
    driver.run(database, set.load().runner()).unwrap();
    set.remove("2_branch.sql");
    set
}

#[test]
fn a_forgotten_migration_no_longer_stops_a_run_and_keeps_its_reason() {
    with_each_driver(|driver, database| {
        let set = dropped(driver, database).load();
        let error = driver.run(database, set.runner()).unwrap_err();
        assert!(error.is_missing());
        let hints: Vec<String> = error.hints().iter().map(ToString::to_string).collect();
        assert!(
            hints
                .iter()
                .any(|hint| hint.contains("Repair::Forget { versions: vec![2]")),
            "{hints:?}"
        );
        let done = driver
            .repair(database, set.runner(), &forget(&[2, 2]))
            .unwrap();
        assert_eq!(done.len(), 1);
        assert_eq!((done[0].name.as_str(), &done[0].file), ("branch", &None));
        assert!(
            done[0].note.starts_with("forgotten: branch dropped (")
                && done[0].note.ends_with(" by postgres)"),
            "{}",
            done[0].note
        );
        assert!(driver.run(database, set.runner()).unwrap().is_noop());
        let status = driver.status(&database.url(), set.runner()).unwrap();
        assert_eq!(status.entries[1].state, MigrationState::Forgotten);
        assert_eq!(status.entries[1].note.as_deref(), Some(&*done[0].note));
        assert!(status.is_current());
        let again = driver
            .repair(database, set.runner(), &forget(&[2]))
            .unwrap_err();
        assert_eq!(
            again.to_string(),
            "version 2 cannot be forgotten: it is forgotten already"
        );
    });
}

#[test]
fn the_newest_migration_forgotten_leaves_room_for_an_older_one() {
    with_each_driver(|driver, database| {
        let set = set();
        driver.run(database, set.load().runner()).unwrap();
        set.remove("3_c.sql");
        driver
            .repair(database, set.load().runner(), &forget(&[3]))
            .unwrap();
        set.remove("2_branch.sql");
        driver
            .repair(database, set.load().runner(), &forget(&[2]))
            .unwrap();
        set.write("2_other.sql", "CREATE TABLE other (id int)");
        let set = set.load();
        let report = driver.run(database, set.runner()).unwrap();
        assert_eq!(versions(&report), [2]);
        assert!(report.ahead.is_empty());
        let status = driver.status(&database.url(), set.runner()).unwrap();
        assert_eq!(
            (status.entries[1].state, status.entries[1].name.as_str()),
            (MigrationState::Applied, "other")
        );
        assert!(driver.run(database, set.runner()).unwrap().is_noop());
    });
}

#[test]
fn a_new_file_with_a_forgotten_version_is_in_order_or_refused() {
    with_each_driver(|driver, database| {
        let set = dropped(driver, database);
        driver
            .repair(database, set.load().runner(), &forget(&[2]))
            .unwrap();
        // The second has the forgotten one's name, too.
        for file in ["2_other.sql", "2_branch.sql"] {
            set.write(file, "CREATE TABLE other (id int)");
            let loaded = set.load();
            let error = driver.run(database, loaded.runner()).unwrap_err();
            assert!(error.is_out_of_order(), "{error}");
            let status = driver.status(&database.url(), loaded.runner()).unwrap();
            assert_eq!(status.entries[1].state, MigrationState::OutOfOrder);
            set.remove(file);
        }
    });
}

#[test]
fn a_migration_of_the_set_is_not_forgotten_nor_one_that_is_not_recorded() {
    with_each_driver(|driver, database| {
        let set = dropped(driver, database).load();
        for (versions, text) in [
            (
                vec![2, 3],
                "version 3 cannot be forgotten: its file is migrations/3_c.sql",
            ),
            (
                vec![9],
                "version 9 cannot be forgotten: it has no row in the history",
            ),
        ] {
            let error = driver
                .repair(database, set.runner(), &forget(&versions))
                .unwrap_err();
            assert_eq!(error.kind(), ErrorKind::NothingToRepair);
            assert_eq!(error.to_string(), text);
        }
        let unexplained = Repair::Forget {
            versions: vec![2],
            reason: " \n".to_owned(),
        };
        let error = driver
            .repair(database, set.runner(), &unexplained)
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "version 2 cannot be forgotten: the reason is empty, or has a NUL character"
        );
        assert_eq!(
            database.value("SELECT count(*) FROM schema_migrations WHERE state = 'applied'"),
            "3"
        );
    });
}

#[test]
fn a_half_done_migration_of_a_dropped_branch_can_be_forgotten() {
    with_each_driver(|driver, database| {
        let set = dropped(driver, database).load();
        database
            .execute("UPDATE schema_migrations SET state = 'running', done = 1 WHERE version = 2");
        let done = driver
            .repair(database, set.runner(), &forget(&[2]))
            .unwrap();
        assert!(
            done[0]
                .note
                .starts_with("half-done (1 statement), forgotten: branch dropped ("),
            "{}",
            done[0].note
        );
        assert!(driver.run(database, set.runner()).unwrap().is_noop());
    });
}

#[test]
fn a_forgotten_migration_counts_again_when_its_file_returns() {
    with_each_driver(|driver, database| {
        let set = dropped(driver, database);
        driver
            .repair(database, set.load().runner(), &forget(&[2]))
            .unwrap();
        set.write("2_branch.sql", "CREATE TABLE branch (id int)");
        let set = set.load();
        let status = driver.status(&database.url(), set.runner()).unwrap();
        assert_eq!(status.entries[1].state, MigrationState::Pending);
        driver
            .repair(database, set.runner(), &Repair::MarkApplied(2))
            .unwrap();
        assert!(driver.run(database, set.runner()).unwrap().is_noop());
    });
}

#[test]
fn a_renumbered_file_is_recognised_by_its_text() {
    with_each_driver(|driver, database| {
        let set = dropped(driver, database);
        set.write("4_branch.sql", "CREATE TABLE branch (id int)");
        let set = set.load();
        let error = driver.run(database, set.runner()).unwrap_err();
        insta::assert_snapshot!(format!("{error:#}"), @r#"
        2 branch is recorded as applied but without a file
          = help: migrations/4_branch.sql has the text that was applied as version 2: if it was renumbered, record that: `.repair(…, &Repair::Renumber { from: 2, to: 4 })`
          = help: restore the file if it was deleted, renamed, or is on another branch
        "#);
        let renumber = Repair::Renumber { from: 2, to: 4 };
        let done = driver.repair(database, set.runner(), &renumber).unwrap();
        assert_eq!(
            (done[0].version, done[0].file.as_deref()),
            (4, Some("migrations/4_branch.sql"))
        );
        assert!(done[0].note.starts_with("renumbered from 2 to 4 ("));
        assert!(driver.run(database, set.runner()).unwrap().is_noop());
        assert_eq!(
            database.value(
                "SELECT string_agg(version::text, ',' ORDER BY version) FROM schema_migrations"
            ),
            "1,3,4"
        );
    });
}

#[test]
fn only_the_same_text_is_renumbered() {
    with_each_driver(|driver, database| {
        let set = dropped(driver, database);
        set.write("4_branch.sql", "CREATE TABLE branch (id bigint)");
        let set = set.load();
        for (from, to, text) in [
            (
                2,
                4,
                "version 2 cannot be repaired: it was applied with another text than that of the new file",
            ),
            (
                1,
                4,
                "version 1 cannot be repaired: it has a file of its own",
            ),
            (
                2,
                3,
                "version 3 cannot be repaired: it has a row in the history already",
            ),
            (
                7,
                4,
                "version 7 cannot be repaired: it has no row in the history",
            ),
            (2, 7, "there is no migration with version 7"),
        ] {
            let renumber = Repair::Renumber { from, to };
            let error = driver
                .repair(database, set.runner(), &renumber)
                .unwrap_err();
            assert_eq!(error.to_string(), text);
        }
    });
}

#[test]
fn squashed_files_are_settled_with_a_baseline_and_forgotten() {
    with_each_driver(|driver, database| {
        driver.run(database, set().load().runner()).unwrap();
        let squashed = Set::new(&[(
            "4_schema.sql",
            "CREATE TABLE a (id int); CREATE TABLE branch (id int); CREATE TABLE c (id int)",
        )])
        .load();
        driver.baseline(database, squashed.runner(), 4).unwrap();
        assert!(
            driver
                .run(database, squashed.runner())
                .unwrap_err()
                .is_missing()
        );
        driver
            .repair(database, squashed.runner(), &forget(&[1, 2, 3]))
            .unwrap();
        let report = driver.run(database, squashed.runner()).unwrap();
        assert!(report.is_noop() && report.missing.is_empty());
    });
}
