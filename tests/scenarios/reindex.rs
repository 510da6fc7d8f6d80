//! What an interrupted `REINDEX CONCURRENTLY` leaves behind.

use std::thread;

use migrate_fixtures::{Database, wait_until};
use migrate_runtime::{Error, Migrations};

use crate::lookup::{detaches_concurrently, one};
use crate::set::{Driver, versions, with_each_driver};

/// Runs the set until its statement waits for a transaction that has seen the table; then cancels it. Answers
/// with how it failed.
fn cut_short(
    driver: Driver,
    database: &Database,
    url: &str,
    set: &Migrations,
    table: &str,
) -> Error {
    let mut reader = database.client();
    let mut transaction = reader
        .build_transaction()
        .isolation_level(postgres::IsolationLevel::RepeatableRead)
        .start()
        .unwrap();
    transaction
        .batch_execute(&format!("SELECT count(*) FROM {table}"))
        .unwrap();
    let seen: String = transaction
        .query_one(
            "SELECT virtualxid FROM pg_locks WHERE locktype = 'virtualxid' AND pid = pg_backend_pid()",
            &[],
        )
        .unwrap()
        .get(0);
    thread::scope(|scope| {
        let run = scope.spawn(|| driver.run_at(url, set.runner()).unwrap_err());
        // It may wait for another transaction first, for a moment: for the one that asks here.
        let cancel = format!(
            "SELECT count(pg_cancel_backend(pid)) FROM pg_locks WHERE NOT granted AND virtualxid = '{seen}'"
        );
        wait_until(|| database.value(&cancel) != "0" || run.is_finished());
        run.join().unwrap()
    })
}

#[test]
fn what_an_interrupted_reindex_leaves_is_dropped_and_nothing_else() {
    let copies = "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid \
         WHERE c.relname ~ '_cc(new|old)' ORDER BY 1";
    with_each_driver(|driver, database| {
        for (statement, read) in [
            ("REINDEX TABLE CONCURRENTLY t", "t"),
            ("REINDEX INDEX CONCURRENTLY t_a", "t"),
            ("REINDEX TABLE CONCURRENTLY p", "q"),
            ("REINDEX INDEX CONCURRENTLY p_a", "q"),
            ("REINDEX SCHEMA CONCURRENTLY public", "t"),
            ("REINDEX DATABASE CONCURRENTLY", "t"),
        ] {
            if statement.ends_with("CONCURRENTLY")
                && database.value("SHOW server_version_num").as_str() < "160000"
            {
                continue;
            }
            if read == "q" && !detaches_concurrently(database) {
                continue;
            }
            database.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
            let set = one(
                "CREATE TABLE t (a int PRIMARY KEY, b text); CREATE INDEX t_a ON t (a);
                 CREATE INDEX mine_ccnew ON t (b); CREATE TABLE o (a int);
                 CREATE TABLE p (a int) PARTITION BY LIST (a); CREATE INDEX p_a ON p (a);
                 CREATE TABLE q PARTITION OF p FOR VALUES IN (1)",
                statement,
            )
            .load();
            driver.run(database, set.runner().target(1)).unwrap();
            // Another invalid one, from before.
            database.execute("INSERT INTO o VALUES (1), (1)");
            let mut client = database.client();
            client
                .batch_execute("CREATE UNIQUE INDEX CONCURRENTLY o_ccnew ON o (a)")
                .unwrap_err();
            database.execute("TRUNCATE o");
            let error = cut_short(driver, database, &database.url(), &set, read);
            assert_eq!(error.sqlstate(), Some("57014"), "{statement}: {error}");
            let left = database.rows(copies);
            assert!(left.len() > 2, "{statement}: {left:?}");
            driver.run(database, set.runner()).unwrap();
            let left = database.rows(copies);
            // `REINDEX SCHEMA` rebuilds an invalid index of its own accord, and passes over this one.
            assert_eq!(left, [["mine_ccnew"], ["o_ccnew"]], "{statement}");
            let valid =
                "SELECT bool_and(indisvalid) FROM pg_index WHERE indexrelid <> 'o_ccnew'::regclass";
            assert_eq!(database.value(valid), "t");
            database.execute("DROP INDEX o_ccnew");
        }
    });
}

#[test]
fn a_role_that_may_not_drop_the_copy_of_a_toast_index_goes_on() {
    with_each_driver(|driver, database| {
        let role = database.role("");
        database.execute(&format!(
            "CREATE SCHEMA own AUTHORIZATION {role}; GRANT CREATE ON SCHEMA public TO {role}"
        ));
        let url = database.url_for(&role);
        let set = one(
            "CREATE TABLE own.t (a int PRIMARY KEY, b text)",
            "REINDEX TABLE CONCURRENTLY own.t",
        )
        .load();
        driver.run_at(&url, set.runner().target(1)).unwrap();
        let error = cut_short(driver, database, &url, &set, "own.t");
        assert_eq!(error.sqlstate(), Some("57014"), "{error}");
        let left = |schema: &str| {
            database.value(&format!(
                "SELECT count(*) FROM pg_class WHERE relname ~ '_cc(new|old)[0-9]*$' AND relnamespace = '{schema}'::regnamespace"
            ))
        };
        assert_eq!(
            (left("own").as_str(), left("pg_toast").as_str()),
            ("1", "1")
        );
        let report = driver.run_at(&url, set.runner()).unwrap();
        assert_eq!(versions(&report), [2]);
        assert_eq!(
            (left("own").as_str(), left("pg_toast").as_str()),
            ("0", "1")
        );
        // Who may drop it does.
        database.execute(
            "DO $$ BEGIN EXECUTE (SELECT format('DROP INDEX %s', oid::regclass) FROM pg_class \
             WHERE relname ~ '^pg_toast_.*_cc(new|old)[0-9]*$'); END $$",
        );
    });
}
