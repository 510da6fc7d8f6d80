//! `no-transaction` files: statement by statement, resumed where they stopped.

use migrate_runtime::{Event, MigrationState, Revert};

use crate::set::{Set, versions, with_each_driver};

const TWO_INDEXES: &str = "-- migrate: no-transaction
CREATE INDEX CONCURRENTLY IF NOT EXISTS t_a ON t (a);
INSERT INTO log VALUES ('between');
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS t_b ON t (b);
";

fn set() -> Set {
    Set::new(&[
        (
            "1_t.sql",
            "CREATE TABLE t (a int, b int); CREATE TABLE log (entry text)",
        ),
        ("2_indexes.sql", TWO_INDEXES),
    ])
}

#[test]
fn statements_that_refuse_a_transaction_run_one_by_one() {
    with_each_driver(|driver, database| {
        let report = driver.run(database, set().load().runner()).unwrap();
        assert_eq!(versions(&report), [1, 2]);
        let valid = "SELECT count(*) FROM pg_index WHERE indisvalid AND indrelid = 't'::regclass";
        assert_eq!(database.value(valid), "2");
        assert_eq!(
            database.rows("SELECT state, done FROM schema_migrations WHERE version = 2"),
            [["applied", "3"]]
        );
    });
}

#[test]
fn a_failed_run_resumes_at_its_statement_and_rebuilds_the_invalid_index() {
    with_each_driver(|driver, database| {
        let set = set().load();
        driver.run(database, set.runner().target(1)).unwrap();
        database.execute("INSERT INTO t VALUES (1, 1), (2, 1)");
        let error = driver.run(database, set.runner()).unwrap_err();
        insta::assert_snapshot!(format!("{error:#}"), @r#"
        migrations/2_indexes.sql:4:1: could not create unique index "t_b"
          |
        4 | CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS t_b ON t (b);
          | ^
          = statement: 3 of 3
          = sqlstate: 23505
          = detail: Key (b)=(1) is duplicated.
          = constraint: t_b
          = note: 2 of its 3 statements are complete and committed
          = help: fix the cause and run again; it resumes at statement 3
        "#);
        assert_eq!(database.invalid_indexes().len(), 1);
        let status = driver.status(&database.url(), set.runner()).unwrap();
        assert_eq!(
            status.entries[1].state,
            MigrationState::Interrupted { done: 2, of: 3 }
        );
        database.execute("UPDATE t SET b = a");
        let dropped = std::sync::Mutex::new(Vec::new());
        let runner = set.runner().observer(|event| {
            if let Event::DroppedInvalidIndex { index, .. } = event {
                dropped.lock().unwrap().push((*index).to_owned());
            }
        });
        assert_eq!(versions(&driver.run(database, runner).unwrap()), [2]);
        assert_eq!(dropped.into_inner().unwrap(), ["public.t_b"]);
        assert!(database.invalid_indexes().is_empty());
        assert_eq!(database.value("SELECT count(*) FROM log"), "1");
    });
}

#[test]
fn an_index_that_was_finished_but_not_recorded_is_not_built_twice() {
    with_each_driver(|driver, database| {
        let plain = TWO_INDEXES.replace("IF NOT EXISTS ", "");
        let set = Set::new(&[
            (
                "1_t.sql",
                "CREATE TABLE t (a int, b int); CREATE TABLE log (entry text)",
            ),
            ("2_indexes.sql", &plain),
        ])
        .load();
        driver.run(database, set.runner()).unwrap();
        // As a run leaves it that is killed between the last index and its journal entry.
        database
            .execute("UPDATE schema_migrations SET state = 'running', done = 2 WHERE version = 2");
        assert_eq!(versions(&driver.run(database, set.runner()).unwrap()), [2]);
        assert_eq!(database.value("SELECT count(*) FROM log"), "1");
    });
}

#[test]
fn a_journal_of_another_text_is_refused() {
    with_each_driver(|driver, database| {
        let set = set();
        driver.run(database, set.load().runner()).unwrap();
        database
            .execute("UPDATE schema_migrations SET state = 'running', done = 1 WHERE version = 2");
        set.write(
            "2_indexes.sql",
            &TWO_INDEXES.replace("'between'", "'changed'"),
        );
        let error = driver.run(database, set.load().runner()).unwrap_err();
        assert!(error.is_interrupted(), "{error}");
    });
}

#[test]
fn an_unrepeatable_statement_that_was_interrupted_stops_and_asks() {
    with_each_driver(|driver, database| {
        let name = format!("{}_made", database.name());
        let text = format!(
            "-- migrate: no-transaction\n-- migrate: allow(not-rerunnable) a test\nCREATE DATABASE {name};"
        );
        let set = Set::new(&[("1_d.sql", &text)]).load();
        driver.run(database, set.runner()).unwrap();
        database.execute(&format!("DROP DATABASE {name}"));
        database.execute("UPDATE schema_migrations SET state = 'running', done = 0");
        let error = driver.run(database, set.runner()).unwrap_err();
        assert!(error.is_interrupted());
        insta::assert_snapshot!(format!("{error:#}"), @r"
        migrations/1_d.sql was interrupted at statement 1 of 1: it is not known whether it took effect, and it must not run twice
          = help: check its effects in the database, then call `.repair(…)`: `Repair::MarkApplied(1)` if they are complete, `Repair::MarkPending(1)` if none is left
        ");
    });
}

#[test]
fn settings_changed_by_such_a_file_do_not_outlive_it() {
    let database = migrate_fixtures::Server::shared().database();
    let set = Set::new(&[(
        "1_a.sql",
        "-- migrate: no-transaction\nSET search_path TO pg_catalog;\nSET timezone TO 'Asia/Tokyo';\nVACUUM;",
    )])
    .load();
    let mut client = database.client();
    client
        .batch_execute("SET lock_timeout TO '7s'; SET search_path TO public")
        .unwrap();
    set.run(&mut client).unwrap();
    let row = client
        .query_one("SELECT current_setting('lock_timeout'), current_setting('search_path'), current_setting('timezone') <> 'Asia/Tokyo'", &[])
        .unwrap();
    assert_eq!(
        (row.get::<_, &str>(0), row.get::<_, &str>(1), row.get(2)),
        ("7s", "public", true)
    );
    database.assert_quiet();
}

#[test]
fn settings_before_an_interrupted_statement_hold_when_it_is_resumed() {
    with_each_driver(|driver, database| {
        let set = Set::new(&[
            (
                "1_t.sql",
                "CREATE TABLE t (a int); CREATE SCHEMA s; CREATE TABLE s.t (a int)",
            ),
            (
                "2_i.sql",
                "-- migrate: no-transaction\nSET search_path TO s;\nCREATE INDEX CONCURRENTLY i ON t (a);",
            ),
        ])
        .load();
        driver.run(database, set.runner().target(1)).unwrap();
        database.execute("ALTER TABLE s.t RENAME TO later");
        driver.run(database, set.runner()).unwrap_err();
        database.execute("ALTER TABLE s.later RENAME TO t");
        driver.run(database, set.runner()).unwrap();
        assert_eq!(
            database.value(
                "SELECT indrelid::regclass FROM pg_index WHERE indexrelid = 's.i'::regclass"
            ),
            "s.t"
        );
        assert!(database.invalid_indexes().is_empty());
    });
}

#[test]
fn a_statement_that_failed_left_no_journal_entry_and_runs_again() {
    with_each_driver(|driver, database| {
        let set = Set::new(&[
            ("1_t.sql", "CREATE TABLE log (entry text)"),
            (
                "2_s.sql",
                "-- migrate: no-transaction\nINSERT INTO log VALUES ('first');\nINSERT INTO later VALUES (1);\nVACUUM log;",
            ),
        ])
        .load();
        let error = driver.run(database, set.runner()).unwrap_err();
        assert_eq!(error.sqlstate(), Some("42P01"), "{error}");
        assert_eq!(
            database.rows("SELECT state, done FROM schema_migrations WHERE version = 2"),
            [["running", "1"]]
        );
        database.execute("CREATE TABLE later (a int)");
        assert_eq!(versions(&driver.run(database, set.runner()).unwrap()), [2]);
        assert_eq!(
            database.rows("SELECT (SELECT count(*) FROM log), (SELECT count(*) FROM later)"),
            [["1", "1"]]
        );
    });
}

#[test]
fn a_call_of_a_procedure_of_the_set_that_commits_is_sent_once() {
    // A sequence advances even where a transaction is rolled back.
    const PROCEDURE: &str = "CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN \
         PERFORM nextval('calls'); COMMIT; END $$";
    with_each_driver(|driver, database| {
        for call in [
            "CALL p()",
            "CALL public.P()",
            "DO $$ BEGIN CALL p(); END $$",
        ] {
            database.execute("DROP TABLE IF EXISTS schema_migrations; DROP SEQUENCE IF EXISTS calls; DROP PROCEDURE IF EXISTS p");
            let text = format!(
                "-- migrate: no-transaction\n-- migrate: allow(not-rerunnable) it may\n{call};"
            );
            let set = Set::new(&[
                ("1_p.sql", &format!("CREATE SEQUENCE calls; {PROCEDURE}")),
                ("2_c.sql", &text),
                ("2_c.down.sql", &text),
            ])
            .load();
            driver.run(database, set.runner()).unwrap();
            driver
                .revert(database, set.runner(), Revert::Last(1))
                .unwrap();
            assert_eq!(
                database.value("SELECT last_value FROM calls"),
                "2",
                "{call}"
            );
        }
        database.execute("DROP TABLE schema_migrations; DROP SEQUENCE calls; DROP PROCEDURE p");
        let text = format!("-- migrate: no-transaction\n{PROCEDURE};\nCALL p();\nSELECT 1;");
        let set = Set::new(&[("1_s.sql", "CREATE SEQUENCE calls"), ("2_c.sql", &text)]).load();
        driver.run(database, set.runner()).unwrap();
        assert_eq!(database.value("SELECT last_value FROM calls"), "1");
    });
}
