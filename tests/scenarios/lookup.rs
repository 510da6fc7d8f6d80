//! What is looked for before a statement that refuses a transaction is repeated: failed is not interrupted, a
//! name is not an object, and what is not known is an error.

use std::fmt::Debug;

use migrate_fixtures::Database;
use migrate_runtime::{Error, Hint, Revert};

use crate::set::{Set, versions, with_each_driver};

/// A file with one statement that refuses a transaction, and the file that it needs.
pub(crate) fn one(before: &str, statement: &str) -> Set {
    let text = format!(
        "-- migrate: no-transaction\n-- migrate: allow(not-rerunnable) a test\n-- migrate: allow(syntax) a test\n{statement};"
    );
    Set::new(&[("1_t.sql", before), ("2_s.sql", &text)])
}

/// Of statements, as the journal has it: 64-bit FNV-1a over each, and a NUL.
fn digest(statements: &[&str]) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in statements.iter().flat_map(|sql| sql.bytes().chain([0])) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    format!("{hash:016x}")
}

/// The journal of migration 2 as a run leaves it that is killed after it has sent its first statement.
pub(crate) fn interrupt(database: &Database, statement: &str, before: &str) {
    database.execute(&format!(
        "UPDATE schema_migrations SET state = 'running', done = 0, xid = 'sent {} {} {before}' WHERE version = 2",
        digest(&[]),
        digest(&[statement]),
    ));
}

pub(crate) fn state(database: &Database) -> String {
    database.value("SELECT coalesce(max(state), 'none') FROM schema_migrations WHERE version = 2")
}

pub(crate) fn fails<R: Debug>(ran: Result<R, Error>, sqlstate: &str) {
    let error = ran.unwrap_err();
    assert_eq!(error.sqlstate(), Some(sqlstate), "{error}");
    assert!(
        error
            .hints()
            .iter()
            .any(|hint| matches!(hint, Hint::Resume { .. })),
        "{error:?}"
    );
}

/// Each kind of statement, with the way in which it fails and what makes it succeed.
const FAILING: [(&str, &str, &str, &str); 7] = [
    (
        "CREATE TABLE t (a int, b int); CREATE INDEX i ON t (a)",
        "CREATE UNIQUE INDEX CONCURRENTLY i ON t (b)",
        "42P07",
        "DROP INDEX i",
    ),
    (
        "CREATE TABLE t (a int, b int); CREATE TABLE u (b int); CREATE INDEX i ON u (b)",
        "CREATE INDEX CONCURRENTLY i ON t (b)",
        "42P07",
        "DROP TABLE u",
    ),
    (
        "CREATE TABLE t (a int) PARTITION BY LIST (a); CREATE TABLE q (a int)",
        "ALTER TABLE t DETACH PARTITION q CONCURRENTLY",
        "42P01",
        "ALTER TABLE t ATTACH PARTITION q FOR VALUES IN (1)",
    ),
    (
        "CREATE TABLE t (a int)",
        "DROP INDEX CONCURRENTLY i",
        "42704",
        "CREATE INDEX i ON t (a)",
    ),
    (
        "CREATE TABLE t (a int)",
        "REINDEX INDEX CONCURRENTLY i",
        "42P01",
        "CREATE INDEX i ON t (a)",
    ),
    (
        "CREATE TABLE t (a int)",
        "VACUUM u",
        "42P01",
        "CREATE TABLE u (a int)",
    ),
    (
        "CREATE TABLE t (a int)",
        "ALTER TYPE e ADD VALUE 'x'",
        "42704",
        "CREATE TYPE e AS ENUM ()",
    ),
];

/// PostgreSQL 13 has neither `DETACH PARTITION … CONCURRENTLY` nor a `REINDEX` of partitioned tables.
pub(crate) fn detaches_concurrently(database: &Database) -> bool {
    database.value("SHOW server_version_num").as_str() >= "140000"
}

#[test]
fn a_statement_that_failed_is_never_taken_for_done() {
    with_each_driver(|driver, database| {
        for (before, statement, sqlstate, correction) in FAILING {
            if statement.contains("DETACH") && !detaches_concurrently(database) {
                continue;
            }
            let reset = "DROP SCHEMA public CASCADE; CREATE SCHEMA public";
            database.execute(reset);
            let set = one(before, statement).load();
            let ran = driver.run(database, set.runner());
            assert_eq!(state(database), "running", "{statement}");
            fails(ran, sqlstate);
            fails(driver.run(database, set.runner()), sqlstate);
            assert_eq!(state(database), "running", "{statement}");
            database.execute(correction);
            driver.run(database, set.runner()).unwrap();
            assert_eq!(state(database), "applied", "{statement}");
        }
    });
}

#[test]
fn a_failed_statement_of_a_down_file_is_never_taken_for_done() {
    with_each_driver(|driver, database| {
        let set = one(
            "CREATE TABLE t (a int, b int); CREATE INDEX i ON t (a)",
            "VACUUM t",
        );
        set.write(
            "2_s.down.sql",
            "-- migrate: no-transaction\nCREATE UNIQUE INDEX CONCURRENTLY i ON t (b);",
        );
        let set = set.load();
        driver.run(database, set.runner()).unwrap();
        for _ in 0..2 {
            fails(
                driver.revert(database, set.runner(), Revert::Last(1)),
                "42P07",
            );
            assert_eq!(state(database), "reverting");
        }
        database.execute("DROP INDEX i");
        driver
            .revert(database, set.runner(), Revert::Last(1))
            .unwrap();
        assert_eq!(state(database), "none");
        let unique = "SELECT indisunique FROM pg_index WHERE indexrelid = 'i'::regclass";
        assert_eq!(database.value(unique), "t");
    });
}

#[test]
fn a_database_that_could_not_be_created_is_created_by_the_next_run() {
    with_each_driver(|driver, database| {
        let name = format!("{}_made", database.name());
        database.execute(&format!("CREATE DATABASE {name}"));
        let set = one("SELECT 1", &format!("CREATE DATABASE {name}")).load();
        fails(driver.run(database, set.runner()), "42P04");
        database.execute(&format!("DROP DATABASE {name}"));
        assert_eq!(versions(&driver.run(database, set.runner()).unwrap()), [2]);
        database.execute(&format!("DROP DATABASE {name}"));
    });
}

#[test]
fn an_index_whose_answer_was_lost_counts_only_if_it_is_the_one_asked_for() {
    let statement =
        "CREATE UNIQUE INDEX CONCURRENTLY i ON t (lower(b) DESC, a) INCLUDE (c) WHERE t.a > 0";
    with_each_driver(|driver, database| {
        let table = "CREATE TABLE t (dropped int, a int, b text COLLATE \"C\", c int); ALTER TABLE t DROP COLUMN dropped";
        let set = one(table, statement).load();
        driver.run(database, set.runner()).unwrap();
        let oid = database.value("SELECT 'i'::regclass::oid");
        interrupt(database, statement, "");
        assert_eq!(versions(&driver.run(database, set.runner()).unwrap()), [2]);
        assert_eq!(database.value("SELECT 'i'::regclass::oid"), oid);
        for other in [
            "CREATE INDEX i ON t (lower(b) DESC, a) INCLUDE (c) WHERE a > 0",
            "CREATE UNIQUE INDEX i ON t (lower(b), a) INCLUDE (c) WHERE a > 0",
            "CREATE UNIQUE INDEX i ON t (lower(b) DESC, a) INCLUDE (c) WHERE a > 1",
            "CREATE UNIQUE INDEX i ON t (lower(b) DESC, a, c) WHERE a > 0",
            "CREATE UNIQUE INDEX i ON t (lower(b) DESC, a) INCLUDE (c) WITH (fillfactor = 50) WHERE a > 0",
            "CREATE UNIQUE INDEX i ON t (lower(b) COLLATE \"POSIX\" DESC, a) INCLUDE (c) WHERE a > 0",
            "CREATE UNIQUE INDEX i ON t (lower(b) text_pattern_ops DESC, a) INCLUDE (c) WHERE a > 0",
        ] {
            database.execute(&format!("DROP INDEX i; {other}"));
            interrupt(database, statement, "");
            let error = driver.run(database, set.runner()).unwrap_err();
            assert!(error.is_interrupted(), "{other}: {error}");
            assert_eq!(state(database), "running");
        }
    });
}

#[test]
fn if_not_exists_does_not_pass_over_another_index() {
    with_each_driver(|driver, database| {
        let set = one(
            "CREATE TABLE t (a int, b int); CREATE INDEX i ON t (a)",
            "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON t (b)",
        )
        .load();
        for _ in 0..2 {
            let error = driver.run(database, set.runner()).unwrap_err();
            insta::assert_snapshot!(format!("{error:#}"), @r"
            migrations/2_s.sql: statement 1 of 1 finds public.i there already, and it is not what the statement asks for
              = found: CREATE INDEX i ON public.t USING btree (a)
              = asked for: CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON t (b)
              = help: drop what is there if nothing needs it (`DROP INDEX CONCURRENTLY public.i`), or give the new index another name; then run again
              = help: check its effects in the database, then call `.repair(…)`: `Repair::MarkApplied(2)` if they are complete, `Repair::MarkPending(2)` if none is left
            ");
        }
        database.execute("DROP INDEX i; CREATE UNIQUE INDEX i ON t (b)");
        assert_eq!(versions(&driver.run(database, set.runner()).unwrap()), [2]);
    });
}

#[test]
fn an_index_is_looked_for_in_its_table_s_own_schema() {
    with_each_driver(|driver, database| {
        database.execute(
            "CREATE SCHEMA a; CREATE TABLE a.other (x int); CREATE INDEX i ON a.other (x);
             CREATE TABLE public.t (x int); INSERT INTO t VALUES (1), (1)",
        );
        database.execute(&format!(
            "ALTER DATABASE {} SET search_path TO a, public",
            database.name()
        ));
        let statement = "CREATE UNIQUE INDEX CONCURRENTLY i ON t (x)";
        let set = one("SELECT 1", statement).load();
        // It leaves an invalid index in `public`.
        fails(driver.run(database, set.runner()), "23505");
        interrupt(database, statement, "");
        database.execute("DELETE FROM public.t");
        assert_eq!(versions(&driver.run(database, set.runner()).unwrap()), [2]);
        assert!(database.invalid_indexes().is_empty());
        let table =
            "SELECT indrelid::regclass FROM pg_index WHERE indexrelid = 'public.i'::regclass";
        assert_eq!(database.value(table), "t");
    });
}

#[test]
fn an_index_that_was_dropped_is_not_sought_in_another_schema() {
    with_each_driver(|driver, database| {
        database.execute(
            "CREATE SCHEMA a; CREATE TABLE a.t (x int); CREATE INDEX i ON a.t (x);
             CREATE TABLE public.u (x int); CREATE INDEX i ON public.u (x)",
        );
        database.execute(&format!(
            "ALTER DATABASE {} SET search_path TO a, public",
            database.name()
        ));
        let oid = database.value("SELECT 'a.i'::regclass::oid");
        let statement = "DROP INDEX CONCURRENTLY i";
        let set = one("SELECT 1", statement).load();
        driver.run(database, set.runner()).unwrap();
        interrupt(database, statement, &oid);
        assert_eq!(versions(&driver.run(database, set.runner()).unwrap()), [2]);
        assert_eq!(
            database.value("SELECT to_regclass('public.i') IS NOT NULL"),
            "t"
        );
        // One that was not dropped is.
        let oid = database.value("SELECT 'public.i'::regclass::oid");
        interrupt(database, statement, &oid);
        driver.run(database, set.runner()).unwrap();
        assert_eq!(
            database.value("SELECT to_regclass('public.i') IS NULL"),
            "t"
        );
    });
}

#[test]
fn a_partition_that_was_detached_is_told_from_one_that_never_was_attached() {
    with_each_driver(|driver, database| {
        if !detaches_concurrently(database) {
            return;
        }
        let statement = "ALTER TABLE t DETACH PARTITION q CONCURRENTLY";
        let set = one(
            "CREATE TABLE t (a int) PARTITION BY LIST (a); CREATE TABLE q PARTITION OF t FOR VALUES IN (1)",
            statement,
        )
        .load();
        driver.run(database, set.runner()).unwrap();
        let oid = database.value("SELECT 'q'::regclass::oid");
        interrupt(database, statement, &oid);
        assert_eq!(versions(&driver.run(database, set.runner()).unwrap()), [2]);
        interrupt(database, statement, "");
        fails(driver.run(database, set.runner()), "42P01");
    });
}
