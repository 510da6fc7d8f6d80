//! The engine does not depend on what is set for a session, a role or a database, nor on what a file sets.

use migrate_fixtures::{Database, Server};
use migrate_runtime::{ErrorKind, Hint, Revert};

use crate::set::{Driver, Set, with_each_driver};

/// Sets something for every session of the database from now on.
pub(crate) fn default(database: &Database, setting: &str) {
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
        with_each_driver(|driver, database| {
            default(database, setting);
            let set = quick(12).load();
            let report = driver.run(database, set.runner()).unwrap();
            assert_eq!(report.applied.len(), 12, "{setting}");
        });
    }
}

#[test]
fn statements_outside_a_transaction_run_under_a_read_only_default() {
    with_each_driver(|driver, database| {
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
    with_each_driver(|driver, database| {
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
    with_each_driver(|driver, database| {
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
    with_each_driver(|driver, database| {
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
    with_each_driver(|driver, database| {
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
        with_each_driver(|driver, database| {
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
                _ => {
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
fn a_file_that_makes_its_transaction_read_only_is_blamed_for_it() {
    with_each_driver(|driver, database| {
        for text in [
            "SELECT 1; SET LOCAL transaction_read_only TO on",
            "SELECT set_config('transaction_read_only', 'on', true)",
        ] {
            for others in [0, 2] {
                let text = format!("{text}; SELECT 2;");
                let mut files = vec![("1_a.sql", "SELECT 1"), ("2_b.sql", "SELECT 2")];
                files.truncate(others);
                files.push(("3_c.sql", &text));
                let set = Set::new(&files).load();
                let failed = driver.run(database, set.runner()).unwrap_err();
                assert_eq!(failed.kind(), ErrorKind::MigrationFailed, "{failed:#}");
                assert_eq!(failed.file(), Some("migrations/3_c.sql"));
                assert_eq!(failed.hints(), [Hint::StayWritable], "{failed:#}");
                database.execute("DROP TABLE schema_migrations");
            }
        }
    });
}

#[test]
fn a_single_transaction_makes_the_same_database() {
    for single in [false, true] {
        with_each_driver(|driver, database| {
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
    with_each_driver(|driver, database| {
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
