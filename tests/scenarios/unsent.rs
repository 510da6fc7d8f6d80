//! Directives that change nothing of what is sent can be added to a file that has been applied.

use migrate_runtime::Repair;

use crate::set::{Set, versions, with_each_driver};

const FIRST: &str = "CREATE TABLE t (a int);\nDROP TABLE IF EXISTS u;\n";

const SECOND: &str =
    "-- a comment\n-- migrate: allow(drop-table) nothing reads it\nDROP TABLE IF EXISTS v;\n";

#[test]
fn they_may_come_go_and_change_after_the_file_is_applied() {
    with_each_driver(|driver, database| {
        let set = Set::new(&[("1_t.sql", FIRST), ("2_u.sql", SECOND)]);
        driver.run(database, set.load().runner()).unwrap();
        set.write(
            "1_t.sql",
            "-- migrate: out-of-order\n-- migrate: flush\nCREATE TABLE t (a int);\n  -- migrate: allow(drop-table) nothing reads it\nDROP TABLE IF EXISTS u;\n",
        );
        set.write(
            "2_u.sql",
            &SECOND.replace("nothing reads it", "another reason"),
        );
        let loaded = set.load();
        assert!(driver.run(database, loaded.runner()).unwrap().is_noop());
        let status = driver.status(&database.url(), loaded.runner()).unwrap();
        assert!(
            status
                .entries
                .iter()
                .all(|migration| migration.checksum_matches == Some(true)),
            "{status}"
        );
        set.write("2_u.sql", "-- a comment\nDROP TABLE IF EXISTS v;\n");
        assert!(driver.run(database, set.load().runner()).unwrap().is_noop());
    });
}

#[test]
fn a_checksum_of_the_whole_text_is_accepted_where_an_earlier_release_has_recorded_it() {
    with_each_driver(|driver, database| {
        let set = Set::new(&[("1_t.sql", FIRST), ("2_u.sql", SECOND)]);
        driver.run(database, set.load().runner()).unwrap();
        database.execute(&format!(
            "UPDATE schema_migrations SET checksum = sha256(convert_to('{SECOND}', 'UTF8')) WHERE version = 2"
        ));
        let recorded = database.rows("SELECT * FROM schema_migrations");
        let loaded = set.load();
        assert!(driver.run(database, loaded.runner()).unwrap().is_noop());
        let status = driver.status(&database.url(), loaded.runner()).unwrap();
        assert_eq!(status.entries[1].checksum_matches, Some(true));
        let accept = Repair::AcceptChecksums(vec![2]);
        assert_eq!(
            driver
                .repair(database, loaded.runner(), &accept)
                .unwrap()
                .len(),
            0
        );
        assert_eq!(
            database.rows("SELECT * FROM schema_migrations"),
            recorded,
            "nothing had to be rewritten"
        );
        // An edit is drift beside such a row as well.
        set.write("2_u.sql", &SECOND.replace(" v", " w"));
        let error = driver.run(database, set.load().runner()).unwrap_err();
        assert!(error.is_drift(), "{error}");
    });
}

#[test]
fn what_changes_how_a_file_runs_and_any_other_comment_is_an_edit() {
    with_each_driver(|driver, database| {
        let set = Set::new(&[("1_t.sql", FIRST)]);
        assert_eq!(
            versions(&driver.run(database, set.load().runner()).unwrap()),
            [1]
        );
        for line in [
            "-- migrate: lock-timeout 1s",
            "-- migrate: no-transaction",
            "-- migrate is a verb",
        ] {
            set.write("1_t.sql", &format!("{line}\n{FIRST}"));
            let error = driver.run(database, set.load().runner()).unwrap_err();
            assert!(error.is_drift(), "{line}: {error}");
        }
    });
}
