//! Nothing of ours depends on what is set for a session, a role or a database, nor on what a file sets.

use std::thread;
use std::time::Duration;

use migrate_fixtures::{Database, Fault, Proxy, Server};
use migrate_runtime::Revert;

use crate::set::{DRIVERS, Driver, Set, both};

/// Sets something for every session of the database from now on.
fn default(database: &Database, setting: &str) {
    database.execute(&format!("ALTER DATABASE {} SET {setting}", database.name()));
}

fn quick(count: usize) -> Set {
    let set = Set::new(&[]);
    for number in 1..=count {
        set.write(
            &format!("{number:02}_m.sql"),
            &format!("CREATE TABLE m{number} ()"),
        );
    }
    set
}

#[test]
fn migrations_share_a_message_under_any_default_of_transactions() {
    for setting in [
        "default_transaction_isolation TO 'repeatable read'",
        "default_transaction_isolation TO 'serializable'",
        "default_transaction_read_only TO on",
        "default_transaction_deferrable TO on",
    ] {
        both(|driver, database| {
            default(database, setting);
            let set = quick(12).load();
            let report = driver.run(database, set.runner()).unwrap();
            assert_eq!(report.applied.len(), 12, "{setting}");
        });
    }
}

#[test]
fn statements_outside_a_transaction_run_under_a_read_only_default() {
    both(|driver, database| {
        default(database, "default_transaction_read_only TO on");
        default(database, "default_transaction_isolation TO 'serializable'");
        let set = Set::new(&[
            ("1_t.sql", "CREATE TABLE t (a int)"),
            (
                "2_i.sql",
                "-- migrate: no-transaction\nCREATE INDEX CONCURRENTLY i ON t (a);\nVACUUM t;\nINSERT INTO t VALUES (1);",
            ),
            (
                "2_i.down.sql",
                "-- migrate: no-transaction\nDROP INDEX CONCURRENTLY IF EXISTS i;",
            ),
        ])
        .load();
        driver.run(database, set.runner()).unwrap();
        assert_eq!(
            database.value("SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass"),
            "t"
        );
        driver
            .revert(database, set.runner(), Revert::Last(1))
            .unwrap();
        assert_eq!(database.value("SELECT to_regclass('i') IS NULL"), "t");
    });
}

/// Two strings to the build; with `standard_conforming_strings` off, one string and a statement.
const BACKSLASH: &str = "INSERT INTO a VALUES ('\\'), ('); DROP TABLE victim; --');\n";

#[test]
fn text_is_read_as_the_build_has_read_it() {
    both(|driver, database| {
        default(database, "standard_conforming_strings TO off");
        default(database, "backslash_quote TO off");
        default(database, "transform_null_equals TO on");
        default(database, "array_nulls TO off");
        let reads =
            "INSERT INTO a VALUES (E'it\\'s'), ((NULL = NULL)::text), (('{NULL}'::text[])[1])";
        let no_transaction = format!("-- migrate: no-transaction\n{BACKSLASH}VACUUM a;\n");
        let set = Set::new(&[
            ("1_t.sql", "CREATE TABLE a (v text); CREATE TABLE victim ()"),
            ("2_b.sql", BACKSLASH),
            ("3_b.sql", BACKSLASH),
            ("4_n.sql", &no_transaction),
            ("5_r.sql", reads),
            ("5_r.down.sql", BACKSLASH),
        ])
        .load();
        driver.run(database, set.runner().target(4)).unwrap();
        assert_eq!(
            database.value("SELECT count(*) FROM a WHERE v = E'\\\\'"),
            "3"
        );
        driver.run(database, set.runner()).unwrap();
        assert_eq!(
            database.value("SELECT count(*) FROM a WHERE v IS NULL"),
            "2"
        );
        driver
            .revert(database, set.runner(), Revert::Last(1))
            .unwrap();
        let runner = set.runner().single_transaction(true);
        driver.run(database, runner).unwrap();
        assert_eq!(database.value("SELECT to_regclass('victim') IS NULL"), "f");
        assert_eq!(
            database.value("SELECT count(*) FROM a WHERE v = E'\\\\'"),
            "4"
        );
        assert_eq!(
            database.value("SELECT count(*) FROM a WHERE v = 'it''s'"),
            "2"
        );
    });
}

#[test]
fn a_statement_is_located_as_the_build_has_read_it() {
    both(|driver, database| {
        default(database, "standard_conforming_strings TO off");
        // Two strings to the build; otherwise one, and a null, for which the first statement would be blamed.
        let text = "INSERT INTO a VALUES ('\\' || '), (NULL); --');\nINSERT INTO a VALUES (NULL);";
        let set = Set::new(&[
            ("1_t.sql", "CREATE TABLE a (v text NOT NULL)"),
            ("2_b.sql", text),
        ])
        .load();
        let error = driver.run(database, set.runner()).unwrap_err();
        assert!(
            error.to_string().starts_with("migrations/2_b.sql:2:1: "),
            "{error}"
        );
    });
}

#[test]
fn a_client_that_goes_silent_while_it_looks_for_the_statement_does_not_keep_readers_out() {
    let database = Server::shared().database();
    let proxy = Proxy::start(Server::shared());
    let set = Set::new(&[
        (
            "1_t.sql",
            "CREATE TABLE t (a int); INSERT INTO t VALUES (-1)",
        ),
        (
            "2_c.sql",
            "ALTER TABLE t ADD b int; ALTER TABLE t ADD CHECK (a > 0)",
        ),
    ])
    .load();
    // The client returns no more than the error, so it runs the file again, one statement at a time.
    let driver = DRIVERS[0];
    driver.run(&database, set.runner().target(1)).unwrap();
    // The history, the file, its end; then the start of another transaction and the first statement.
    proxy.fault(Fault::Swallow(6));
    let url = database.url_through("postgres", proxy.port());
    thread::scope(|scope| {
        let silent = scope.spawn(|| driver.run_at(&url, set.runner()));
        let locked = "SELECT count(*) FROM pg_locks WHERE relation = 't'::regclass AND granted \
             AND mode = 'AccessExclusiveLock'";
        while proxy.fault_pending() || database.value(locked) != "1" {
            assert!(!silent.is_finished(), "the file was not run again");
            thread::sleep(Duration::from_millis(20));
        }
        // Where nothing ends the transaction, this fails and does not hang.
        let mut reader = database.client();
        let read = reader.batch_execute("SET statement_timeout TO '60s'; SELECT FROM t");
        proxy.cut();
        assert!(silent.join().unwrap().is_err());
        read.unwrap();
    });
    assert_eq!(
        database.value("SELECT count(*) FROM schema_migrations"),
        "1"
    );
}

#[test]
fn how_the_session_reads_text_is_its_own_again_afterwards() {
    let database = Server::shared().database();
    default(&database, "standard_conforming_strings TO off");
    let dump = format!("SET standard_conforming_strings = on;\n{BACKSLASH}");
    let set = Set::new(&[
        ("1_t.sql", "CREATE TABLE a (v text); CREATE TABLE victim ()"),
        ("2_b.sql", &dump),
    ])
    .load();
    let mut client = database.client();
    set.run(&mut client).unwrap();
    let row = client.query_one("SELECT current_setting('standard_conforming_strings')", &[]);
    assert_eq!(row.unwrap().get::<_, &str>(0), "off");
    assert_eq!(database.value("SELECT count(*) FROM a"), "2");
}

/// A role that a file may become, and that has no right on the history.
fn role(database: &Database) -> String {
    let role = database.role("");
    database.execute(&format!("GRANT ALL ON SCHEMA public TO \"{role}\""));
    role
}

#[test]
fn a_file_that_becomes_another_role_is_recorded() {
    both(|driver, database| {
        let role = role(database);
        for change in [
            format!("SET LOCAL ROLE \"{role}\""),
            format!("SET ROLE \"{role}\""),
            format!("SELECT set_config('role', '{role}', true)"),
            format!("SET LOCAL SESSION AUTHORIZATION \"{role}\""),
            format!("SET SESSION AUTHORIZATION \"{role}\""),
        ] {
            database.execute("DROP TABLE IF EXISTS schema_migrations, x, y, z");
            let set = Set::new(&[
                ("1_x.sql", &format!("{change}; CREATE TABLE x ()")),
                ("1_x.down.sql", &format!("{change}; DROP TABLE x")),
                ("2_y.sql", "CREATE TABLE y ()"),
                ("3_z.sql", &format!("{change}; CREATE TABLE z ()")),
                ("3_z.down.sql", &format!("{change}; DROP TABLE z")),
            ])
            .load();
            let owners = || {
                database.value(&format!(
                    "SELECT string_agg(concat(tablename, tableowner = '{role}'), ' ' ORDER BY tablename) FROM pg_tables WHERE tablename IN ('x', 'y', 'z')"
                ))
            };
            driver.run(database, set.runner()).unwrap();
            assert_eq!(owners(), "xt yf zt", "{change}");
            driver
                .revert(database, set.runner(), Revert::Last(1))
                .unwrap();
            driver.run(database, set.runner()).unwrap();
            database.execute("DROP TABLE schema_migrations, x, y, z");
            let runner = set.runner().single_transaction(true);
            driver.run(database, runner).unwrap();
            assert_eq!(owners(), "xt yf zt", "{change}");
        }
    });
}

#[test]
fn the_journal_is_kept_whatever_role_the_file_has_become() {
    both(|driver, database| {
        let role = role(database);
        for change in [
            format!("SET ROLE \"{role}\""),
            format!("SET SESSION AUTHORIZATION \"{role}\""),
            format!("SELECT set_config('role', '{role}', false)"),
        ] {
            database.execute("DROP TABLE IF EXISTS schema_migrations, x, y");
            let text = format!(
                "-- migrate: no-transaction\n{change};\nCREATE TABLE x (a int);\nCREATE INDEX CONCURRENTLY i ON x (a);\nRESET ROLE;\nCREATE TABLE y (a int);"
            );
            let set = Set::new(&[("1_x.sql", &text)]).load();
            driver.run(database, set.runner()).unwrap();
            assert_eq!(
                database.value(&format!(
                    "SELECT tableowner = '{role}' FROM pg_tables WHERE tablename = 'x'"
                )),
                "t"
            );
        }
    });
}

#[test]
fn settings_of_a_function_that_a_file_calls_end_with_the_file() {
    for kind in ["", "-- migrate: no-transaction\n"] {
        both(|driver, database| {
            let leaks = format!("{kind}SELECT leaks();");
            let set = Set::new(&[
                ("2_leak.sql", &leaks),
                ("3_a.sql", "CREATE TABLE a ()"),
                ("4_b.sql", "CREATE TABLE b ()"),
                ("5_leak.sql", &leaks),
                ("6_c.sql", "CREATE TABLE c ()"),
            ]);
            // As an older release of the program has made it, with what else it does.
            database.execute(
                "CREATE SCHEMA elsewhere; CREATE FUNCTION leaks() RETURNS void LANGUAGE plpgsql AS $$ BEGIN \
                 PERFORM set_config('search_path', 'elsewhere', false), set_config('DateStyle', 'German', false), \
                 set_config('statement_timeout', '1h', false), set_config('lock_timeout', '1h', false); END $$",
            );
            let mut client = database.client();
            let set = set.load();
            match driver {
                Driver::Postgres => {
                    set.run(&mut client).unwrap();
                    let row = client
                        .query_one("SELECT concat_ws(' ', current_setting('search_path'), current_setting('statement_timeout'), current_setting('lock_timeout'))", &[])
                        .unwrap();
                    assert_eq!(row.get::<_, &str>(0), "\"$user\", public 0 0");
                }
                Driver::TokioPostgres => {
                    driver.run(database, set.runner()).unwrap();
                }
            }
            assert_eq!(
                database.value("SELECT string_agg(schemaname, ' ') FROM pg_tables WHERE tablename IN ('a', 'b', 'c')"),
                "public public public"
            );
        });
    }
}

#[test]
fn a_single_transaction_makes_the_same_database() {
    for single in [false, true] {
        both(|driver, database| {
            let set = Set::new(&[
                (
                    "1_a.sql",
                    "SET LOCAL timezone TO 'Asia/Tokyo'; SET LOCAL search_path TO public, pg_catalog; CREATE TABLE seen AS SELECT current_setting('timezone') = 'Asia/Tokyo' AS it",
                ),
                (
                    "2_b.sql",
                    "INSERT INTO seen SELECT current_setting('timezone') = 'Asia/Tokyo' OR current_setting('search_path') LIKE '%pg_catalog%'",
                ),
            ])
            .load();
            let runner = set.runner();
            let runner = if single {
                runner.single_transaction(true)
            } else {
                runner
            };
            driver.run(database, runner).unwrap();
            assert_eq!(
                database.value("SELECT string_agg(it::text, ' ') FROM seen"),
                "true false",
                "{single}"
            );
        });
    }
}

#[test]
fn a_resumed_file_has_the_settings_of_its_finished_statements() {
    both(|driver, database| {
        let role = role(database);
        database.execute(&format!("CREATE SCHEMA s; GRANT ALL ON SCHEMA s TO \"{role}\"; CREATE FUNCTION path() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM set_config('search_path', 's', false); END $$"));
        for change in [
            "SELECT set_config('search_path', 's', false)",
            "SET/**/search_path TO s",
            "DO $$ BEGIN PERFORM set_config('search_path', 's', false); END $$",
            "SELECT path()",
        ] {
            database.execute(
                "DROP TABLE IF EXISTS schema_migrations, s.x, s.y, needed; DROP TABLE IF EXISTS x, y",
            );
            let text = format!(
                "-- migrate: no-transaction\n{change};\nSET ROLE \"{role}\";\nINSERT INTO public.needed VALUES (1);\nCREATE TABLE x (a int);\nCREATE INDEX CONCURRENTLY i ON x (a);"
            );
            let set = Set::new(&[("1_x.sql", &text)]).load();
            driver.run(database, set.runner()).unwrap_err();
            database.execute(&format!(
                "CREATE TABLE needed (a int); GRANT ALL ON needed TO \"{role}\""
            ));
            driver.run(database, set.runner()).unwrap();
            assert_eq!(
                database.value(&format!("SELECT concat(schemaname, ' ', tableowner = '{role}') FROM pg_tables WHERE tablename = 'x'")),
                "s t",
                "{change}"
            );
            assert_eq!(
                database.value("SELECT note IS NULL FROM schema_migrations"),
                "t"
            );
        }
    });
}

#[test]
fn our_own_statements_have_no_part_in_a_short_statement_timeout() {
    both(|driver, database| {
        let set = Set::new(&[
            (
                "1_a.sql",
                "SET LOCAL statement_timeout TO 0; CREATE TABLE a ()",
            ),
            ("2_b.sql", "SET LOCAL statement_timeout TO '100s'; SELECT 1"),
        ])
        .load();
        driver.run(database, set.runner()).unwrap();
        let mut client = database.client();
        client
            .batch_execute("SET statement_timeout TO '77s'")
            .unwrap();
        let more = Set::new(&[
            (
                "1_a.sql",
                "SET LOCAL statement_timeout TO 0; CREATE TABLE a ()",
            ),
            ("2_b.sql", "SET LOCAL statement_timeout TO '100s'; SELECT 1"),
            ("3_c.sql", "SET statement_timeout TO '1s'; SELECT 1"),
            (
                "4_d.sql",
                "-- migrate: no-transaction\nSET statement_timeout TO '1s';\nVACUUM;",
            ),
        ])
        .load();
        more.run(&mut client).unwrap();
        let row = client.query_one("SELECT current_setting('statement_timeout')", &[]);
        assert_eq!(row.unwrap().get::<_, &str>(0), "77s");
    });
}

#[test]
fn a_session_that_waits_is_not_ended_for_its_silence() {
    if Server::shared().installation().major < 14 {
        return;
    }
    both(|driver, database| {
        default(database, "idle_session_timeout TO '300ms'");
        let set = Set::new(&[("1_a.sql", "CREATE TABLE a ()")]).load();
        let mut holder = database.client();
        holder
            .batch_execute("SET idle_session_timeout TO 0; CREATE TABLE held ()")
            .unwrap();
        holder
            .execute("SELECT pg_advisory_lock($1)", &[&set.table().lock_key()])
            .unwrap();
        let runner = set.runner().wait_timeout(std::time::Duration::from_secs(4));
        let error = driver.run(database, runner).unwrap_err();
        assert!(error.is_locked(), "{error}");
    });
}

/// The limits that a session may have, all shorter than what we do takes; and one that has a file sent in two messages.
fn short_limits() -> Vec<Vec<&'static str>> {
    let mut all = vec![
        vec!["statement_timeout TO '1ms'"],
        vec![
            "standard_conforming_strings TO off",
            "idle_in_transaction_session_timeout TO '1ms'",
        ],
        vec![
            "statement_timeout TO '1ms'",
            "lock_timeout TO '1ms'",
            "standard_conforming_strings TO off",
        ],
    ];
    if Server::shared().installation().major >= 17 {
        all.push(vec!["transaction_timeout TO '200ms'"]);
    }
    all
}

#[test]
fn limits_of_a_session_that_are_too_short_for_a_message_are_lifted() {
    let mut files = vec![
        ("01_t.sql".to_owned(), "CREATE TABLE t (a int)".to_owned()),
        (
            "02_i.sql".to_owned(),
            "-- migrate: no-transaction\nSELECT pg_sleep(0.05);\nCREATE INDEX CONCURRENTLY i ON t (a);\nSELECT 1;".to_owned(),
        ),
        (
            "02_i.down.sql".to_owned(),
            "-- migrate: no-transaction\nSELECT pg_sleep(0.05);\nDROP INDEX CONCURRENTLY i;".to_owned(),
        ),
    ];
    for version in 3..20 {
        files.push((
            format!("{version:02}_f.sql"),
            "INSERT INTO t VALUES (1)".to_owned(),
        ));
        files.push((
            format!("{version:02}_f.down.sql"),
            "DELETE FROM t".to_owned(),
        ));
    }
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, sql)| (name.as_str(), sql.as_str()))
        .collect();
    for limits in short_limits() {
        both(|driver, database| {
            // Whatever a file or the engine makes or drops takes longer than any of the limits.
            database.execute(
                "CREATE FUNCTION slowly() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.3); END $$;
                 CREATE EVENT TRIGGER slowly ON ddl_command_start EXECUTE FUNCTION slowly()",
            );
            for limit in &limits {
                default(database, limit);
            }
            let set = Set::new(&files).load();
            driver.run(database, set.runner()).unwrap();
            driver
                .revert(database, set.runner(), Revert::Last(18))
                .unwrap();
            driver.run(database, set.runner()).unwrap();
            assert_eq!(
                database.value("SELECT count(*) FROM schema_migrations"),
                "19",
                "{limits:?}"
            );
            driver
                .revert(database, set.runner(), Revert::Last(17))
                .unwrap();
            let runner = set.runner().single_transaction(true);
            driver.run(database, runner).unwrap();
        });
    }
}

#[test]
fn limits_that_give_way_are_the_session_s_again_afterwards() {
    const LIMITS: [&str; 3] = [
        "statement_timeout",
        "idle_in_transaction_session_timeout",
        "lock_timeout",
    ];
    let database = Server::shared().database();
    let set = Set::new(&[
        ("1_t.sql", "CREATE TABLE t (a int)"),
        (
            "2_f.sql",
            "DO $$ BEGIN PERFORM set_config('idle_in_transaction_session_timeout', '1h', false), \
             set_config('statement_timeout', '1h', false), set_config('lock_timeout', '1h', false); END $$",
        ),
        ("3_i.sql", "-- migrate: no-transaction\nCREATE INDEX CONCURRENTLY i ON t (a);"),
    ])
    .load();
    let mut client = database.client();
    for limit in LIMITS {
        client
            .batch_execute(&format!("SET {limit} TO '200ms'"))
            .unwrap();
    }
    client
        .batch_execute("SET standard_conforming_strings TO off")
        .unwrap();
    set.run(&mut client).unwrap();
    for limit in LIMITS {
        let row = client.query_one(&format!("SELECT current_setting('{limit}')"), &[]);
        assert_eq!(row.unwrap().get::<_, &str>(0), "200ms", "{limit}");
    }
}
