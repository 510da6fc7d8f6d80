//! A database that another tool has migrated, and a run of the same files before its history is adopted.

use migrate_fixtures::Database;
use migrate_runtime::{Error, Hint};

use crate::set::{Set, versions, with_each_driver};

const SQLX: &str = "CREATE TABLE _sqlx_migrations (version bigint PRIMARY KEY, description text NOT NULL, \
    installed_on timestamptz NOT NULL DEFAULT now(), success boolean NOT NULL, checksum bytea NOT NULL, \
    execution_time bigint NOT NULL)";

const EXISTING: [(&str, &str); 2] = [
    ("1_a.sql", "CREATE TABLE IF NOT EXISTS a (id int)"),
    ("2_b.sql", "CREATE TABLE b (id int)"),
];

fn migrated(database: &Database) {
    let row = "INSERT INTO _sqlx_migrations VALUES (1, 'a', now(), true, '', 1)";
    for sql in [
        SQLX,
        row,
        "CREATE TABLE a (id int)",
        "CREATE TABLE b (id int)",
    ] {
        database.execute(sql);
    }
}

fn adopts_sqlx(error: &Error) -> bool {
    let is_it = |hint: &Hint| {
        matches!(
            hint,
            Hint::Adopt {
                tool: Some("sqlx"),
                ..
            }
        )
    };
    error.hints().iter().any(is_it)
}

#[test]
fn a_run_beside_another_tool_s_history_says_so_before_and_after_it_fails() {
    with_each_driver(|driver, database| {
        migrated(database);
        let set = Set::new(&EXISTING).load();
        let status = driver.status(&database.url(), set.runner()).unwrap();
        let plan = driver.plan(database, set.runner()).unwrap();
        assert_eq!(status.other_histories, plan.other_histories);
        assert_eq!(
            status.other_histories[0].to_string(),
            r#"sqlx keeps a history in "public"."_sqlx_migrations""#
        );
        let mut told = Vec::new();
        let runner = set.runner().observer(|event| told.push(event.to_string()));
        let failed = driver.run(database, runner).unwrap_err();
        assert_eq!(
            told[0],
            r#"sqlx keeps a history in "public"."_sqlx_migrations": if it has applied these migrations, adopt it instead of running them again: `migrate adopt --from sqlx`"#
        );
        insta::assert_snapshot!(format!("{failed:#}"), @r#"
        migrations/2_b.sql:1:1: relation "b" already exists
          |
        1 | CREATE TABLE b (id int)
          | ^
          = sqlstate: 42P07
          = note: sqlx keeps a history in "public"."_sqlx_migrations", and this run began with an empty history
          = note: nothing of this migration was kept
          = help: adopt that history: `migrate adopt --from sqlx --dry-run` shows what it would record; the crate migrate-adopt does the same
        "#);
        // From the second run on, the history says what these migrations are.
        let failed = driver.run(database, set.runner()).unwrap_err();
        assert!(!adopts_sqlx(&failed), "{failed:#}");
        let status = driver.status(&database.url(), set.runner()).unwrap();
        assert!(status.other_histories.is_empty());
    });
}

#[test]
fn so_does_a_single_transaction_and_a_file_without_one() {
    with_each_driver(|driver, database| {
        migrated(database);
        let set = Set::new(&EXISTING).load();
        let runner = || set.runner().single_transaction(true);
        for _ in 0..2 {
            let failed = driver.run(database, runner()).unwrap_err();
            assert!(adopts_sqlx(&failed), "{failed:#}");
        }
        let text = "-- migrate: no-transaction\nCREATE TABLE b (id int)";
        let set = Set::new(&[("1_b.sql", text)]).load();
        let failed = driver.run(database, set.runner()).unwrap_err();
        assert!(adopts_sqlx(&failed), "{failed:#}");
    });
}

#[test]
fn what_exists_in_a_database_without_any_history_can_be_a_baseline() {
    let files = [
        ("42P07", "CREATE TABLE b ()"),
        ("42710", "CREATE TYPE kind AS ENUM ()"),
        ("42P06", "CREATE SCHEMA app"),
        ("42701", "ALTER TABLE b ADD COLUMN id int"),
        (
            "42723",
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        ),
    ];
    with_each_driver(|driver, database| {
        for (_, sql) in files {
            database.execute(sql);
        }
        for (code, sql) in files {
            let set = Set::new(&[("1_x.sql", sql)]).load();
            let failed = driver.run(database, set.runner()).unwrap_err();
            assert_eq!(failed.sqlstate(), Some(code));
            assert_eq!(failed.hints(), [Hint::Baseline], "{failed:#}");
        }
        // What is missing has another reason.
        let set = Set::new(&[("1_x.sql", "DROP TABLE nowhere")]).load();
        let failed = driver.run(database, set.runner()).unwrap_err();
        assert!(failed.hints().is_empty(), "{failed:#}");
    });
}

#[test]
fn nothing_is_refused_for_another_tool_s_history() {
    with_each_driver(|driver, database| {
        migrated(database);
        database.execute("CREATE TABLE goose_db_version (of_another_shape int)");
        let set = Set::new(&[EXISTING[0]]).load();
        let report = driver.run(database, set.runner()).unwrap();
        assert_eq!(versions(&report), [1]);
    });
}

#[test]
fn a_table_of_another_tool_that_never_had_a_row_is_no_history() {
    with_each_driver(|driver, database| {
        database.execute(SQLX);
        let set = Set::new(&[
            ("1_a.sql", "CREATE TABLE a ()"),
            ("2_b.sql", "CREATE TABLE b ()"),
        ])
        .load();
        let others = |database: &Database| {
            let status = driver.status(&database.url(), set.runner()).unwrap();
            status.other_histories.len()
        };
        assert_eq!(others(database), 0);
        // Where to ask would be to wait, it counts.
        let mut other = database.client();
        other
            .batch_execute("BEGIN; LOCK TABLE _sqlx_migrations")
            .unwrap();
        assert_eq!(others(database), 1);
        other.batch_execute("ROLLBACK").unwrap();
        let mut told = Vec::new();
        let runner = set.runner().observer(|event| told.push(event.to_string()));
        driver.run(database, runner).unwrap();
        assert!(!told.iter().any(|event| event.contains("sqlx")), "{told:?}");
    });
}
