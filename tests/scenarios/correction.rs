//! A mistake in a `no-transaction` file is no dead end: what is finished stays, what failed is corrected.

use std::time::Duration;

use migrate_runtime::{Event, Hint, Migrations, Revert, StopToken};

use crate::lookup::{fails, interrupt, one, state};
use crate::set::{Set, versions, with_each_driver};

#[test]
fn a_corrected_file_goes_on_at_the_statement_that_failed() {
    with_each_driver(|driver, database| {
        let set = Set::new(&[
            ("1_t.sql", "CREATE TABLE t (a int, b int)"),
            (
                "2_s.sql",
                "-- migrate: no-transaction\nCREATE INDEX CONCURRENTLY i ON t (aa);",
            ),
        ]);
        fails(driver.run(database, set.load().runner()), "42703");
        let file = "-- migrate: no-transaction\n-- corrected\nCREATE INDEX CONCURRENTLY i ON t (a);\nCREATE INDEX CONCURRENTLY j ON t (bb);\nVACUUM t;";
        set.write("2_s.sql", file);
        fails(driver.run(database, set.load().runner()), "42703");
        let oid = database.value("SELECT 'i'::regclass::oid");
        // What is finished has to stay.
        set.write(
            "2_s.sql",
            &file.replace("ON t (a)", "ON t (b)").replace("bb", "b"),
        );
        let error = driver.run(database, set.load().runner()).unwrap_err();
        insta::assert_snapshot!(format!("{error:#}"), @r"
        migrations/2_s.sql is half-applied: it was interrupted after 1 statement, and the file has changed since
          = help: restore the file of version 2 as it was, and run again: it resumes where it stopped, unless its last statement must not be repeated
          = help: check its effects in the database, then call `.repair(…)`: `Repair::MarkApplied(2)` if they are complete, `Repair::MarkPending(2)` if none is left
        ");
        set.write("2_s.sql", &file.replace("bb", "b"));
        let set = set.load();
        assert_eq!(versions(&driver.run(database, set.runner()).unwrap()), [2]);
        assert_eq!(database.value("SELECT 'i'::regclass::oid"), oid);
        // It is recorded with the text that was applied last.
        assert!(driver.run(database, set.runner()).unwrap().is_noop());
    });
}

#[test]
fn a_statement_whose_answer_was_lost_is_not_exchanged_for_another() {
    with_each_driver(|driver, database| {
        let statement = "CREATE INDEX CONCURRENTLY i ON t (a)";
        let set = one("CREATE TABLE t (a int, b int)", statement);
        driver.run(database, set.load().runner()).unwrap();
        interrupt(database, statement, "");
        set.write(
            "2_s.sql",
            "-- migrate: no-transaction\nCREATE INDEX CONCURRENTLY j ON t (b);",
        );
        let error = driver.run(database, set.load().runner()).unwrap_err();
        assert!(error.is_interrupted(), "{error}");
    });
}

#[test]
fn a_corrected_down_file_goes_on_at_the_statement_that_failed() {
    with_each_driver(|driver, database| {
        let set = one(
            "CREATE TABLE t (a int)",
            "CREATE INDEX CONCURRENTLY i ON t (a)",
        );
        let down = "-- migrate: no-transaction\nDROP INDEX CONCURRENTLY i;\nVACUUM tt;";
        set.write("2_s.down.sql", down);
        driver.run(database, set.load().runner()).unwrap();
        let revert = |set: &Migrations| driver.revert(database, set.runner(), Revert::Last(1));
        fails(revert(&set.load()), "42P01");
        set.write("2_s.down.sql", &down.replace("INDEX", "INDEX /* edited */"));
        assert!(revert(&set.load()).unwrap_err().is_interrupted());
        set.write("2_s.down.sql", &down.replace("tt", "t"));
        revert(&set.load()).unwrap();
        assert_eq!(state(database), "none");
    });
}

#[test]
fn what_is_found_to_refuse_a_transaction_runs_outside_one() {
    with_each_driver(|driver, database| {
        let set = one(
            "CREATE TABLE t (a int);
             CREATE PROCEDURE commits() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO t VALUES (1); COMMIT; INSERT INTO t VALUES (2); END $$;
             CREATE PROCEDURE plain() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO t VALUES (3); END $$",
            "CALL commits();\nCALL plain()",
        )
        .load();
        driver.run(database, set.runner()).unwrap();
        assert_eq!(
            database.rows("SELECT a FROM t ORDER BY a"),
            [["1"], ["2"], ["3"]]
        );
    });
}

#[test]
fn a_statement_that_is_to_be_alone_has_no_transaction_around_it() {
    let statement = "INSERT INTO t SELECT txid_current_if_assigned() IS NULL";
    with_each_driver(|driver, database| {
        let set = Set::new(&[
            ("1_t.sql", "CREATE TABLE t (alone boolean)"),
            (
                "2_s.sql",
                &format!(
                    "-- migrate: no-transaction\n-- migrate: alone\n{statement};\n{statement};\n-- migrate: alone\n{statement};"
                ),
            ),
        ])
        .load();
        driver.run(database, set.runner()).unwrap();
        assert_eq!(database.rows("SELECT alone FROM t"), [["t"], ["f"], ["t"]]);
        // Interrupted there, a run cannot tell what became of it.
        interrupt(database, statement, "");
        let error = driver.run(database, set.runner()).unwrap_err();
        assert!(matches!(error.hints(), [Hint::Repair { version: 2, .. }]));
    });
}

#[test]
fn a_failure_after_a_commit_stops_and_asks() {
    with_each_driver(|driver, database| {
        let set = one(
            "CREATE TABLE t (a int)",
            "DO $$ BEGIN INSERT INTO t VALUES (1); COMMIT; PERFORM 1 / 0; END $$",
        );
        let error = driver.run(database, set.load().runner()).unwrap_err();
        insta::assert_snapshot!(format!("{error:#}"), @r#"
        migrations/2_s.sql:4:7: division by zero
          |
        4 | DO $$ BEGIN INSERT INTO t VALUES (1); COMMIT; PERFORM 1 / 0; END $$;
          |       ^
          = sqlstate: 22012
          = context: SQL statement "SELECT 1 / 0"
            PL/pgSQL function inline_code_block line 1 at PERFORM
          = note: what its only statement committed before it failed is kept
          = help: check its effects in the database, then call `.repair(…)`: `Repair::MarkApplied(2)` if they are complete, `Repair::MarkPending(2)` if none is left
        "#);
        let error = driver.run(database, set.load().runner()).unwrap_err();
        assert!(error.is_interrupted(), "{error}");
        assert_eq!(database.value("SELECT count(*) FROM t"), "1");
        // What the server finds fault with before it runs has left nothing.
        database.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
        set.write(
            "2_s.sql",
            "-- migrate: no-transaction\n-- migrate: allow(not-rerunnable) a test\nDO $$ BEGIN nonsense; COMMIT; END $$;",
        );
        fails(driver.run(database, set.load().runner()), "42601");
        fails(driver.run(database, set.load().runner()), "42601");
    });
}

#[test]
fn a_stop_request_ends_the_attempts_to_get_a_lock() {
    with_each_driver(|driver, database| {
        let set = one("CREATE TABLE t (a int)", "ALTER TABLE t ADD COLUMN b int").load();
        driver.run(database, set.runner().target(1)).unwrap();
        let mut client = database.client();
        let mut holder = client.transaction().unwrap();
        holder.batch_execute("LOCK TABLE t").unwrap();
        let stop = StopToken::new();
        let asked = stop.clone();
        let runner = set
            .runner()
            .lock_timeout(Duration::from_millis(50))
            .stop(&stop)
            .observer(move |event| {
                if let Event::Retried { .. } = event {
                    asked.stop();
                }
            });
        assert!(driver.run(database, runner).unwrap_err().is_stopped());
        holder.rollback().unwrap();
        assert_eq!(versions(&driver.run(database, set.runner()).unwrap()), [2]);
    });
}

#[test]
fn a_new_enum_value_in_a_single_transaction_is_told_what_helps() {
    with_each_driver(|driver, database| {
        let set = Set::new(&[
            ("1_e.sql", "CREATE TYPE e AS ENUM ('a')"),
            ("2_b.sql", "ALTER TYPE e ADD VALUE 'b'"),
            ("3_use.sql", "CREATE TABLE t (x e DEFAULT 'b')"),
        ])
        .load();
        driver.run(database, set.runner().target(1)).unwrap();
        let error = driver
            .run(database, set.runner().single_transaction(true))
            .unwrap_err();
        assert_eq!(error.sqlstate(), Some("55P04"));
        assert_eq!(error.hints(), [Hint::CommitEachFile]);
        let details = error.details().to_string();
        assert!(
            details.contains("nothing of these 2 migrations was kept"),
            "{details}"
        );
        driver.run(database, set.runner()).unwrap();
    });
}
