//! One statement a message: for proxies that refuse several, and for servers that take some statements only alone.

use std::sync::Mutex;

use migrate_fixtures::{Database, Pooling, Proxy, Server};
use migrate_runtime::{Error, Event, Migrations, Repair, Revert, RunReport, Runner};

use crate::set::{DRIVERS, Driver, Set, versions, with_each_driver};

/// A proxy that refuses messages of several statements.
fn refusing() -> Proxy {
    let proxy = Proxy::start(Server::shared());
    proxy.refuse_several(true);
    proxy
}

/// Every kind of file, up and down.
fn all_kinds() -> Migrations {
    Set::new(&[
        ("1_t.sql", "CREATE TABLE t (a int PRIMARY KEY, b text DEFAULT ';');"),
        ("1_t.down.sql", "-- first; and last\nSELECT 'a;b';\nDROP TABLE t;"),
        (
            "2_f.sql",
            "SET lock_timeout TO '7s';\n\
             CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END; $$;\n\
             INSERT INTO t SELECT f(); /* ; */\n",
        ),
        ("2_f.down.sql", "DROP FUNCTION f();\nDELETE FROM t WHERE a = 1"),
        ("3_none.sql", "-- nothing\n"),
        ("3_none.down.sql", "-- nothing\n"),
        (
            "4_i.sql",
            "-- migrate: no-transaction\nINSERT INTO t VALUES (4);\nCREATE INDEX CONCURRENTLY i ON t (b) WHERE b <> ';';\nVACUUM t;",
        ),
        ("4_i.down.sql", "-- migrate: no-transaction\nDROP INDEX CONCURRENTLY i;\nDELETE FROM t WHERE a = 4;"),
        ("5_last.sql", "INSERT INTO t VALUES (5);"),
        ("5_last.down.sql", "DELETE FROM t WHERE a = 5;"),
    ])
    .load()
}

/// How often it was told that each statement goes alone.
fn heard<'a>(times: &'a Mutex<usize>, runner: Runner<'a>) -> Runner<'a> {
    runner.observer(|event| {
        if matches!(event, Event::OneStatementPerMessage) {
            *times.lock().unwrap() += 1;
        }
    })
}

fn run(driver: Driver, url: &str, runner: Runner<'_>) -> (Result<RunReport, Error>, usize) {
    let times = Mutex::new(0);
    let ended = driver.run_at(url, heard(&times, runner));
    (ended, times.into_inner().unwrap())
}

fn rows(database: &Database) -> String {
    database.value("SELECT string_agg(a::text, ',' ORDER BY a) FROM t")
}

#[test]
fn a_proxy_that_refuses_several_statements_is_found_out_at_the_first() {
    with_each_driver(|driver, database| {
        let proxy = refusing();
        let set = all_kinds();
        let url = database.url_through("postgres", proxy.port());
        let (report, told) = run(driver, &url, set.runner());
        assert_eq!(versions(&report.unwrap()), [1, 2, 3, 4, 5]);
        assert_eq!((told, proxy.counts().refused), (1, 1));
        assert_eq!(rows(database), "1,4,5");
        assert_eq!(
            database.value("SELECT count(*) FROM schema_migrations WHERE state = 'applied'"),
            "5"
        );
        // The same as a run without the proxy leaves.
        assert!(driver.run(database, set.runner()).unwrap().is_noop());
        let (report, _) = run(driver, &url, set.runner());
        assert!(report.unwrap().is_noop());
        let status = driver.status(&url, set.runner()).unwrap();
        assert_eq!(status.entries.len(), 5);
    });
}

#[test]
fn where_it_is_told_so_no_message_is_refused() {
    with_each_driver(|driver, database| {
        let proxy = refusing();
        let set = all_kinds();
        let singly = || set.runner().one_statement_per_message(true);
        let url = database.url_through("postgres", proxy.port());
        let (report, told) = run(driver, &url, singly().target(3));
        assert_eq!(versions(&report.unwrap()), [1, 2, 3]);
        assert_eq!(versions(&run(driver, &url, singly()).0.unwrap()), [4, 5]);
        assert!(run(driver, &url, singly()).0.unwrap().is_noop());
        driver.revert_at(&url, singly(), Revert::All).unwrap();
        assert_eq!(
            database.value("SELECT count(*) FROM schema_migrations"),
            "0"
        );
        assert_eq!(database.value("SELECT to_regclass('t') IS NULL"), "t");
        let (report, _) = run(driver, &url, singly().single_transaction(true).target(3));
        assert_eq!(versions(&report.unwrap()), [1, 2, 3]);
        assert_eq!((told, proxy.counts().refused), (0, 0));
    });
}

#[test]
fn other_operations_find_it_out_as_well() {
    with_each_driver(|driver, database| {
        let proxy = refusing();
        let set = Set::new(&[
            ("1_t.sql", "CREATE TABLE t ()"),
            ("2_u.sql", "CREATE TABLE u ()"),
        ]);
        let url = database.url_through("postgres", proxy.port());
        let report = driver.baseline_at(&url, set.load().runner(), 1).unwrap();
        assert_eq!(report.recorded.len(), 1);
        set.write("1_t.sql", "CREATE TABLE t (a int)");
        let accept = Repair::AcceptChecksums(vec![1]);
        let repaired = driver
            .repair_at(&url, set.load().runner(), &accept)
            .unwrap();
        assert_eq!(repaired.len(), 1);
        assert_eq!(
            driver
                .plan_at(&url, set.load().runner())
                .unwrap()
                .pending
                .len(),
            1
        );
    });
}

#[test]
fn an_error_is_at_its_place_in_the_file() {
    let proxy = refusing();
    with_each_driver(|driver, database| {
        let url = database.url_through("postgres", proxy.port());
        for singly in [true, false] {
            let fail = |text: &str| {
                let set = Set::new(&[
                    ("1_t.sql", "CREATE TABLE t (a int PRIMARY KEY)"),
                    ("2_x.sql", text),
                ])
                .load();
                let runner = set.runner().one_statement_per_message(singly);
                let error = run(driver, &url, runner).0.unwrap_err();
                assert_eq!(database.value("SELECT count(*) FROM t"), "0");
                error
            };
            let error = fail("SELECT 'naïve; ';\n-- ü\nUPDATE t SET b = 1;\nSELECT 1;");
            insta::assert_snapshot!(format!("{error:#}"), @r#"
            migrations/2_x.sql:3:14: column "b" of relation "t" does not exist
              |
            3 | UPDATE t SET b = 1;
              |              ^
              = statement: 2 of 3
              = sqlstate: 42703
              = note: nothing of this migration was kept
            "#);
            let error =
                fail("SELECT 'naïve';\nINSERT INTO t VALUES (1);\nINSERT INTO t VALUES (1);");
            insta::assert_snapshot!(format!("{error:#}"), @r#"
            migrations/2_x.sql:3:1: duplicate key value violates unique constraint "t_pkey"
              |
            3 | INSERT INTO t VALUES (1);
              | ^
              = statement: 3 of 3
              = sqlstate: 23505
              = detail: Key (a)=(1) already exists.
              = constraint: t_pkey
              = note: nothing of this migration was kept
            "#);
            let error = fail(
                "CREATE TABLE c (a int REFERENCES t DEFERRABLE INITIALLY DEFERRED);\nINSERT INTO c VALUES (7);",
            );
            insta::assert_snapshot!(format!("{error:#}"), @r#"
            migrations/2_x.sql: insert or update on table "c" violates foreign key constraint "c_a_fkey"
              = statement: the COMMIT after the last one
              = sqlstate: 23503
              = detail: Key (a)=(7) is not present in table "t".
              = constraint: c_a_fkey
              = note: nothing of this migration was kept
            "#);
            assert_eq!(
                database.value("SELECT max(version) FROM schema_migrations"),
                "1"
            );
        }
        let text = "-- migrate: no-transaction\nSELECT 'ï';\nINSERT INTO t VALUES ('x');";
        let set = Set::new(&[
            ("1_t.sql", "CREATE TABLE t (a int PRIMARY KEY)"),
            ("2_x.sql", text),
        ])
        .load();
        let error = run(driver, &url, set.runner()).0.unwrap_err().to_string();
        assert!(error.starts_with("migrations/2_x.sql:3:23: "), "{error}");
    });
}

/// A function that fails as a statement of Citus does that shares a message with others.
const LONELY: &str = "CREATE FUNCTION lonely() RETURNS void LANGUAGE plpgsql AS $$ BEGIN \
     IF current_query() LIKE '%COMMIT%' THEN \
     RAISE syntax_error USING MESSAGE = 'cannot insert multiple commands into a prepared statement'; END IF; END $$;";

#[test]
fn a_statement_that_a_server_takes_only_alone_is_sent_alone() {
    with_each_driver(|driver, database| {
        let set = Set::new(&[
            ("1_f.sql", LONELY),
            ("2_t.sql", "CREATE TABLE t (a int)"),
            (
                "3_x.sql",
                "INSERT INTO t VALUES (3); SELECT lonely(); INSERT INTO t VALUES (33)",
            ),
            (
                "3_x.down.sql",
                "DELETE FROM t WHERE a = 3; SELECT lonely(); DELETE FROM t WHERE a = 33",
            ),
            ("4_y.sql", "INSERT INTO t VALUES (4)"),
            ("4_y.down.sql", "DELETE FROM t WHERE a = 4"),
            (
                "5_z.sql",
                "-- migrate: no-transaction\nINSERT INTO t SELECT 5 FROM lonely();\nVACUUM t;",
            ),
            (
                "5_z.down.sql",
                "-- migrate: no-transaction\nDELETE FROM t WHERE a = 5 AND lonely() IS NOT NULL;",
            ),
        ])
        .load();
        let (report, told) = run(driver, &database.url(), set.runner().target(4));
        assert_eq!(versions(&report.unwrap()), [1, 2, 3, 4]);
        assert_eq!(told, 1);
        let (report, told) = run(driver, &database.url(), set.runner());
        assert_eq!((versions(&report.unwrap()), told), (vec![5], 1));
        assert_eq!(rows(database), "3,4,5,33");
        driver
            .revert(database, set.runner(), Revert::To(2))
            .unwrap();
        assert_eq!(database.value("SELECT count(*) FROM t"), "0");
    });
}

#[test]
fn a_syntax_error_without_a_place_is_told_as_it_is() {
    with_each_driver(|driver, database| {
        let text =
            "CREATE TABLE t ();\nDO $$ BEGIN RAISE syntax_error USING MESSAGE = 'not now'; END $$;";
        let set = Set::new(&[("1_t.sql", text)]).load();
        insta::assert_snapshot!(format!("{:#}", driver.run(database, set.runner()).unwrap_err()), @r"
        migrations/1_t.sql:2:7: not now
          |
        2 | DO $$ BEGIN RAISE syntax_error USING MESSAGE = 'not now'; END $$;
          |       ^
          = statement: 2 of 2
          = sqlstate: 42601
          = context: PL/pgSQL function inline_code_block line 1 at RAISE
          = note: nothing of this migration was kept
        ");
    });
}

#[test]
fn a_transaction_that_is_open_between_messages_is_bounded_to_its_end() {
    with_each_driver(|driver, database| {
        let set = Set::new(&[
            (
                "1_f.sql",
                "CREATE FUNCTION bounded() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
                 ASSERT current_setting('idle_in_transaction_session_timeout') = '10s'; RETURN NULL; END $$;\n\
                 CREATE TABLE t (a int);\n\
                 CREATE CONSTRAINT TRIGGER b AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION bounded();",
            ),
            // The trigger runs as the transaction commits.
            ("2_x.sql", "INSERT INTO t VALUES (1)"),
            ("3_i.sql", "-- migrate: no-transaction\nINSERT INTO t VALUES (2);"),
        ])
        .load();
        database.execute(&format!(
            "ALTER DATABASE \"{}\" SET idle_in_transaction_session_timeout TO '7s'",
            database.name()
        ));
        let mut client = database.client();
        if let Driver::Postgres = driver {
            let mut runner = set.runner().one_statement_per_message(true);
            assert_eq!(versions(&runner.run(&mut client).unwrap()), [1, 2, 3]);
            let mut shown = |sql| client.query_one(sql, &[]).unwrap().get::<_, String>(0);
            assert_eq!(shown("SHOW idle_in_transaction_session_timeout"), "7s");
            assert_eq!(
                shown(
                    "SELECT count(*)::text FROM pg_settings WHERE source = 'session' AND setting IS DISTINCT FROM reset_val \
                       AND name NOT LIKE 'transaction%'"
                ),
                "0"
            );
        } else {
            let runner = set.runner().one_statement_per_message(true);
            assert_eq!(versions(&driver.run(database, runner).unwrap()), [1, 2, 3]);
        }
        assert_eq!(
            database.value("SELECT count(*) FROM schema_migrations WHERE note IS NOT NULL"),
            "0"
        );
    });
}

#[test]
fn an_open_transaction_is_refused_and_kept_there_as_well() {
    let proxy = refusing();
    let database = Server::shared().database();
    let set = Set::new(&[("1_t.sql", "CREATE TABLE t ()")]).load();
    let url = database.url_through("postgres", proxy.port());
    let mut client = postgres::Client::connect(&url, postgres::NoTls).unwrap();
    set.runner().baseline(&mut client, 1).unwrap();
    database.execute("DELETE FROM schema_migrations");
    client.batch_execute("BEGIN").unwrap();
    client.batch_execute("CREATE TABLE mine ()").unwrap();
    client
        .batch_execute("SET LOCAL lock_timeout TO '7s'")
        .unwrap();
    let error = set.run(&mut client).unwrap_err();
    insta::assert_snapshot!(error, @"the connection has an open transaction");
    let shown = client.simple_query("SHOW lock_timeout").unwrap();
    let Some(postgres::SimpleQueryMessage::Row(row)) = shown.get(1) else {
        panic!("{shown:?}")
    };
    assert_eq!(row.get(0), Some("7s"));
    client.batch_execute("COMMIT").unwrap();
    assert_eq!(database.value("SELECT to_regclass('mine') IS NULL"), "f");
}

#[test]
fn behind_a_pooler_nothing_stays() {
    with_each_driver(|driver, database| {
        let pooling = Pooling::start(database, 2).unwrap();
        let set = Set::new(&[
            ("1_t.sql", "CREATE TABLE t (a int)"),
            ("2_set.sql", "SET search_path TO pg_catalog; SET lock_timeout TO '7s'; INSERT INTO public.t VALUES (2)"),
            ("3_last.sql", "INSERT INTO t VALUES (3)"),
        ])
        .load();
        let url = database.url_through("postgres", pooling.port());
        let runner = set.runner().one_statement_per_message(true);
        assert_eq!(versions(&run(driver, &url, runner).0.unwrap()), [1, 2, 3]);
        assert_eq!(rows(database), "2,3");
        assert_eq!(crate::pooling::left_behind(database, &pooling, 2), [""; 0]);
    });
}

#[test]
fn instances_beside_each_other_apply_everything_once() {
    let proxy = refusing();
    let database = Server::shared().database();
    let set = all_kinds();
    let url = database.url_through("postgres", proxy.port());
    std::thread::scope(|scope| {
        for instance in 0..6 {
            let (set, url) = (&set, &url);
            scope.spawn(move || {
                let runner = set.runner().one_statement_per_message(instance % 3 == 0);
                DRIVERS[instance % 2].run_at(url, runner).unwrap();
            });
        }
    });
    assert_eq!(rows(&database), "1,4,5");
    database.assert_quiet();
}
