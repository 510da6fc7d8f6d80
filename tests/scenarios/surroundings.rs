//! Sessions, roles and servers that are not as one expects.

use crate::set::{DRIVERS, Driver, Set, with_each_driver};

fn set() -> Set {
    Set::new(&[
        ("1_a.sql", "CREATE TABLE a (id int)"),
        ("2_b.sql", "INSERT INTO a VALUES (1)"),
        ("3_vacuum.sql", "-- migrate: no-transaction\nVACUUM a;"),
    ])
}

#[test]
fn hostile_defaults_change_nothing() {
    with_each_driver(|driver, database| {
        for setting in [
            "default_transaction_isolation TO 'serializable'",
            "default_transaction_read_only TO on",
            "statement_timeout TO '100ms'",
            "standard_conforming_strings TO off",
            "bytea_output TO 'escape'",
            "search_path TO ''",
        ] {
            database.execute(&format!("ALTER DATABASE {} SET {setting}", database.name()));
        }
        let set = Set::new(&[
            (
                "1_a.sql",
                "CREATE TABLE public.a (id int); SELECT pg_sleep(0.2)",
            ),
            ("2_b.sql", "-- migrate: no-transaction\nVACUUM public.a;"),
        ])
        .load();
        assert_eq!(driver.run(database, set.runner()).unwrap().applied.len(), 2);
        assert!(driver.run(database, set.runner()).unwrap().is_noop());
    });
}

#[test]
fn functions_operators_and_tables_that_shadow_ours_are_not_used() {
    with_each_driver(|driver, database| {
        database.execute(
            "CREATE SCHEMA evil;
             CREATE TABLE evil.seen (what text);
             CREATE TABLE evil.schema_migrations (LIKE evil.seen);
             CREATE FUNCTION evil.max_step(int8, int8) RETURNS int8 LANGUAGE plpgsql AS $$ BEGIN INSERT INTO evil.seen VALUES ('max'); RETURN 0; END $$;
             CREATE AGGREGATE evil.max(int8) (SFUNC = evil.max_step, STYPE = int8);
             CREATE FUNCTION evil.equal(int8, int8) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN INSERT INTO evil.seen VALUES ('='); RETURN false; END $$;
             CREATE OPERATOR evil.= (LEFTARG = int8, RIGHTARG = int8, FUNCTION = evil.equal);
             CREATE FUNCTION evil.concat(text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN INSERT INTO evil.seen VALUES ('concat'); RETURN '0'; END $$;
             CREATE FUNCTION evil.count() RETURNS int8 LANGUAGE plpgsql AS $$ BEGIN INSERT INTO evil.seen VALUES ('count'); RETURN 1; END $$;
             CREATE DOMAIN evil.text AS pg_catalog.text;
             CREATE DOMAIN evil.bytea AS pg_catalog.bytea;",
        );
        database.execute(&format!(
            "ALTER DATABASE {} SET search_path TO evil, pg_catalog, public",
            database.name()
        ));
        let set = Set::new(&[
            ("1_a.sql", "CREATE TABLE public.a (id int)"),
            ("2_b.sql", "-- migrate: no-transaction\nVACUUM public.a;\nCREATE INDEX CONCURRENTLY i ON public.a (id);"),
        ])
        .load();
        assert_eq!(driver.run(database, set.runner()).unwrap().applied.len(), 2);
        assert!(driver.run(database, set.runner()).unwrap().is_noop());
        assert_eq!(
            database.value("SELECT pg_catalog.count(*)::pg_catalog.text FROM evil.seen"),
            "0"
        );
    });
}

#[test]
fn a_migration_s_settings_and_roles_end_with_it() {
    let database = migrate_fixtures::Server::shared().database();
    let role = database.role("");
    database.execute(&format!("GRANT ALL ON SCHEMA public TO \"{role}\""));
    let set = Set::new(&[
        (
            "1_a.sql",
            &format!(
                "SET timezone TO 'Asia/Tokyo'; SELECT pg_catalog.set_config('search_path', '', false); SET ROLE \"{role}\"; CREATE TABLE public.mine (id int);"
            ),
        ),
        ("2_b.sql", "CREATE TABLE path_is_mine (id int)"),
    ])
    .load();
    let mut client = database.client();
    client
        .batch_execute("SET timezone TO 'Europe/Berlin'")
        .unwrap();
    set.run(&mut client).unwrap();
    let row = client
        .query_one("SELECT current_setting('timezone'), current_setting('search_path'), current_user = session_user", &[])
        .unwrap();
    assert_eq!(
        (row.get::<_, &str>(0), row.get::<_, &str>(1), row.get(2)),
        ("Europe/Berlin", "\"$user\", public", true)
    );
    assert_eq!(
        database.value("SELECT to_regclass('public.path_is_mine') IS NOT NULL"),
        "t"
    );
}

#[test]
fn an_open_transaction_is_refused_and_left_as_it_is() {
    let database = migrate_fixtures::Server::shared().database();
    let set = set();
    DRIVERS[0]
        .run(&database, set.load().runner().target(1))
        .unwrap();
    let mut client = database.client();
    client
        .batch_execute("BEGIN; INSERT INTO a VALUES (42)")
        .unwrap();
    let error = set.load().run(&mut client).unwrap_err();
    insta::assert_snapshot!(format!("{error:#}"), @r"
    the connection has an open transaction
      = help: commit it or roll it back first: migrations open their own transactions
    ");
    client.batch_execute("COMMIT").unwrap();
    assert_eq!(database.value("SELECT count(*) FROM a WHERE id = 42"), "1");
    // On a database without history the very look ends the transaction; it is refused all the same.
    let empty = migrate_fixtures::Server::shared().database();
    let mut client = empty.client();
    client.batch_execute("BEGIN").unwrap();
    assert!(
        set.load()
            .run(&mut client)
            .unwrap_err()
            .to_string()
            .contains("open transaction")
    );
}

#[test]
fn a_failed_file_that_ended_its_transaction_is_found_out() {
    with_each_driver(|driver, database| {
        // A procedure hides it from the build; PostgreSQL itself refuses that one.
        let set = Set::new(&[
            (
                "1_p.sql",
                "CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$;",
            ),
            ("2_a.sql", "CREATE TABLE a (id int);\nCALL p();"),
        ])
        .load();
        let error = driver.run(database, set.runner()).unwrap_err();
        assert_eq!(error.sqlstate(), Some("2D000"));
        assert_eq!(error.hints(), [migrate_runtime::Hint::LeaveTransaction]);
        assert_eq!(database.value("SELECT to_regclass('a') IS NULL"), "t");
    });
}

#[test]
fn a_read_only_server_is_named_as_such() {
    let options = migrate_fixtures::Options::new();
    let mut primary = migrate_fixtures::Server::start(&options).unwrap();
    let standby = primary.standby().unwrap();
    let url = standby.url("postgres");
    let refused = |driver: Driver| {
        let error = driver.run_at(&url, set().load().runner()).unwrap_err();
        format!("{error:#}")
    };
    assert_eq!(refused(DRIVERS[0]), refused(DRIVERS[1]));
    insta::assert_snapshot!(refused(DRIVERS[0]), @r"
    the server is read-only
      = sqlstate: 0A000
      caused by: cannot set transaction read-write mode during recovery
      = help: connect to the primary server
    ");
}

#[test]
fn a_current_standby_starts_without_a_write() {
    let mut primary = migrate_fixtures::Server::start(&migrate_fixtures::Options::new()).unwrap();
    for driver in DRIVERS {
        driver
            .run_at(&primary.url("postgres"), set().load().runner())
            .unwrap();
    }
    let standby = primary.standby().unwrap();
    for driver in DRIVERS {
        assert!(
            driver
                .run_at(&standby.url("postgres"), set().load().runner())
                .unwrap()
                .is_noop()
        );
        assert!(
            driver
                .status(&standby.url("postgres"), set().load().runner())
                .unwrap()
                .is_current()
        );
    }
}
