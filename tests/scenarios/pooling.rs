//! Behind a pooler that lends each transaction another server connection.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use migrate_fixtures::{Database, Pooling, Server};

use crate::set::{DRIVERS, Set, versions, with_each_driver};

/// What other clients of the pool would inherit: locks, settings that are not the default, and statements.
pub(crate) fn left_behind(
    database: &Database,
    pooling: &Pooling,
    connections: usize,
) -> Vec<String> {
    let url = database.url_through("postgres", pooling.port());
    let mut found = Vec::new();
    let mut clients = Vec::new();
    // As many transactions at once as there are connections: each is reached.
    for _ in 0..connections {
        let mut client = postgres::Client::connect(&url, postgres::NoTls).unwrap();
        let said = client
            .simple_query(
                "BEGIN; SELECT 'setting ' || name || ' ' || setting FROM pg_settings \
                 WHERE source = 'session' AND setting IS DISTINCT FROM reset_val AND name NOT LIKE 'transaction%' \
                 UNION ALL SELECT 'statement ' || name FROM pg_prepared_statements \
                 UNION ALL SELECT 'lock' FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()",
            )
            .unwrap();
        found.extend(said.iter().filter_map(|message| match message {
            postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        }));
        clients.push(client);
    }
    found
}

#[test]
fn a_herd_behind_a_pooler_applies_transactional_files_once() {
    let database = Server::shared().database();
    let pooling = Pooling::start(&database, 3).unwrap();
    let set = Set::new(&[
        ("1_t.sql", "CREATE TABLE effects (version int)"),
        ("2_set.sql", "SET search_path TO pg_catalog; SET lock_timeout TO '7s'; INSERT INTO public.effects VALUES (2)"),
        ("3_slow.sql", "SELECT pg_sleep(0.1); INSERT INTO effects VALUES (3)"),
        ("4_last.sql", "INSERT INTO effects VALUES (4)"),
    ])
    .load();
    let url = database.url_through("postgres", pooling.port());
    thread::scope(|scope| {
        for starter in 0..12 {
            let (set, url) = (&set, &url);
            scope.spawn(move || DRIVERS[starter % 4].run_at(url, set.runner()).unwrap());
        }
    });
    assert_eq!(
        database.value("SELECT string_agg(version::text, ',' ORDER BY version) FROM effects"),
        "2,3,4"
    );
    assert_eq!(left_behind(&database, &pooling, 3), [""; 0]);
}

#[test]
fn a_no_transaction_file_behind_a_pooler_is_refused_and_goes_on_without_it() {
    with_each_driver(|driver, database| {
        let set = Set::new(&[
            ("1_t.sql", "CREATE TABLE t (a int)"),
            ("2_i.sql", "-- migrate: no-transaction\nINSERT INTO t VALUES (1);\nCREATE INDEX CONCURRENTLY i ON t (a);"),
            ("3_last.sql", "INSERT INTO t VALUES (3)"),
        ])
        .load();
        // With so many connections the one that took the lock does not come round by itself.
        for connections in [2, 3, 14] {
            let pooling = Pooling::start(database, connections).unwrap();
            let url = database.url_through("postgres", pooling.port());
            let error = driver.run_at(&url, set.runner()).unwrap_err();
            insta::assert_snapshot!(format!("{error:#}"), @r"
            migrations/2_i.sql needs one server connection, but a pooler changed it between two messages
              = help: connect to PostgreSQL directly, or put the pooler into session mode
            ");
            let locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
            assert_eq!(database.value(locks), "0");
            if connections < 14 {
                assert_eq!(left_behind(database, &pooling, connections), [""; 0]);
            }
        }
        assert_eq!(
            versions(&driver.run(database, set.runner()).unwrap()),
            [2, 3]
        );
        assert_eq!(database.value("SELECT count(*) FROM t"), "2");
        assert!(database.invalid_indexes().is_empty());
    });
}

#[test]
fn a_pool_of_one_connection_is_as_good_as_none() {
    with_each_driver(|driver, database| {
        let pooling = Pooling::start(database, 1).unwrap();
        let set = Set::new(&[
            ("1_t.sql", "CREATE TABLE t (a int)"),
            (
                "2_i.sql",
                "-- migrate: no-transaction\nCREATE INDEX CONCURRENTLY i ON t (a);",
            ),
        ])
        .load();
        let url = database.url_through("postgres", pooling.port());
        assert_eq!(
            versions(&driver.run_at(&url, set.runner()).unwrap()),
            [1, 2]
        );
        assert_eq!(left_behind(database, &pooling, 1), [""; 0]);
    });
}

#[test]
fn what_a_failed_batch_has_prepared_does_not_stay_in_the_pool() {
    with_each_driver(|driver, database| {
        let pooling = Pooling::start(database, 2).unwrap();
        let url = database.url_through("postgres", pooling.port());
        let set = Set::new(&[
            ("1_a.sql", "SELECT 1"),
            ("2_b.sql", "SELECT 2"),
            ("3_c.sql", "SELECT 3"),
            ("4_d.sql", "SELECT 1/0"),
        ])
        .load();
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            // Other clients, so that two messages in a row seldom meet the same server connection.
            for _ in 0..4 {
                scope.spawn(|| {
                    let mut client = postgres::Client::connect(&url, postgres::NoTls).unwrap();
                    while !done.load(Ordering::Relaxed) {
                        client.simple_query("SELECT 1").unwrap();
                    }
                });
            }
            for _ in 0..8 {
                let error = driver.run_at(&url, set.runner()).unwrap_err();
                assert_eq!(error.sqlstate(), Some("22012"), "{error}");
                database.execute("DELETE FROM schema_migrations");
            }
            done.store(true, Ordering::Relaxed);
        });
        assert_eq!(left_behind(database, &pooling, 2), [""; 0]);
    });
}
