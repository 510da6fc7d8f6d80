//! What roles may do, and what is set for them.

use migrate_fixtures::{Database, Options, Server};

use crate::set::{DRIVERS, Driver, Set, with_each_driver};

fn set() -> Set {
    Set::new(&[
        ("1_a.sql", "CREATE TABLE a (id int); SELECT pg_sleep(0.3)"),
        (
            "2_i.sql",
            "-- migrate: no-transaction\nINSERT INTO a VALUES (1);\nCREATE INDEX CONCURRENTLY a_id ON a (id);\nSELECT pg_sleep(0.3);",
        ),
    ])
}

/// A role that owns the schema, with settings of its own.
fn owner(database: &Database, settings: &[&str]) -> String {
    let role = database.role("");
    database.execute(&format!(
        "GRANT ALL ON SCHEMA public TO {role}; GRANT CREATE ON DATABASE {} TO {role}",
        database.name()
    ));
    for setting in settings {
        database.execute(&format!("ALTER ROLE {role} SET {setting}"));
    }
    role
}

#[test]
fn timeouts_set_for_the_role_do_not_cut_migrations_short() {
    with_each_driver(|driver, database| {
        let mut settings = vec![
            "statement_timeout TO '100ms'",
            "lock_timeout TO '50ms'",
            "idle_in_transaction_session_timeout TO '50ms'",
            "default_transaction_isolation TO 'repeatable read'",
            "row_security TO off",
            "client_min_messages TO 'error'",
            "work_mem TO '64kB'",
        ];
        if Server::shared().installation().major >= 17 {
            settings.push("transaction_timeout TO '150ms'");
        }
        let role = owner(database, &settings);
        let set = set().load();
        let url = database.url_for(&role);
        assert_eq!(driver.run_at(&url, set.runner()).unwrap().applied.len(), 2);
        assert!(driver.run_at(&url, set.runner()).unwrap().is_noop());
        assert!(database.invalid_indexes().is_empty());
    });
}

#[test]
fn settings_of_the_role_are_the_session_s_again_afterwards() {
    let database = Server::shared().database();
    let role = owner(
        &database,
        &["lock_timeout TO '50ms'", "statement_timeout TO '20s'"],
    );
    let mut client = database.client_for(&role);
    set().load().run(&mut client).unwrap();
    let row = client
        .query_one(
            "SELECT current_setting('lock_timeout'), current_setting('statement_timeout')",
            &[],
        )
        .unwrap();
    assert_eq!(
        (row.get::<_, &str>(0), row.get::<_, &str>(1)),
        ("50ms", "20s")
    );
}

#[test]
fn a_role_with_select_only_starts_and_looks() {
    with_each_driver(|driver, database| {
        let set = set().load();
        driver.run(database, set.runner()).unwrap();
        let reader = database.role("");
        database.execute(&format!("GRANT SELECT ON schema_migrations TO {reader}"));
        let url = database.url_for(&reader);
        assert!(driver.run_at(&url, set.runner()).unwrap().is_noop());
        assert!(driver.status(&url, set.runner()).unwrap().is_current());
        database.execute("DELETE FROM schema_migrations WHERE version = 2");
        let error = driver.run_at(&url, set.runner()).unwrap_err();
        assert_eq!(error.sqlstate(), Some("42501"), "{error}");
        database.assert_quiet();
    });
}

#[test]
fn row_level_security_on_the_history_does_not_hide_rows_from_its_owner() {
    with_each_driver(|driver, database| {
        let role = owner(database, &[]);
        let set = set().load();
        let url = database.url_for(&role);
        driver.run_at(&url, set.runner()).unwrap();
        database.execute("ALTER TABLE schema_migrations ENABLE ROW LEVEL SECURITY");
        assert!(driver.run_at(&url, set.runner()).unwrap().is_noop());
    });
}

#[test]
fn a_current_standby_starts_under_a_serializable_default() {
    let mut primary = Server::start(&Options::new()).unwrap();
    let set = Set::new(&[("1_a.sql", "CREATE TABLE a (id int)")]).load();
    DRIVERS[0]
        .run_at(&primary.url("postgres"), set.runner())
        .unwrap();
    primary
        .execute("ALTER DATABASE postgres SET default_transaction_isolation TO 'serializable'")
        .unwrap();
    let standby = primary.standby().unwrap();
    for driver in DRIVERS {
        assert!(
            driver
                .run_at(&standby.url("postgres"), set.runner())
                .unwrap()
                .is_noop()
        );
    }
}

#[test]
fn a_feature_that_is_not_supported_is_not_taken_for_a_standby() {
    with_each_driver(|driver: Driver, database| {
        let set = Set::new(&[(
            "1_p.sql",
            "CREATE TABLE p (a int, b int) PARTITION BY LIST (a);\nCREATE UNIQUE INDEX ON p (b);",
        )])
        .load();
        let error = driver.run(database, set.runner()).unwrap_err();
        assert_eq!(error.sqlstate(), Some("0A000"));
        assert!(
            error.to_string().starts_with("migrations/1_p.sql:2:1: "),
            "{error}"
        );
    });
}

#[test]
fn a_clash_with_a_row_that_the_file_itself_writes_is_an_error() {
    with_each_driver(|driver, database| {
        let text = "-- migrate: allow(own-history-table) a test\nINSERT INTO schema_migrations (version, name, checksum, state) VALUES (1, '', '', 'applied')";
        let set = Set::new(&[("1_a.sql", "SELECT 1"), ("2_b.sql", text)]).load();
        let error = driver.run(database, set.runner()).unwrap_err();
        assert_eq!(error.sqlstate(), Some("23505"), "{error}");
        assert!(
            error.to_string().starts_with("migrations/2_b.sql:2:1: "),
            "{error}"
        );
    });
}
