//! Sets so large that the server compares the history with them and answers in one row.

use migrate_fixtures::{Database, Proxy, Server};

use crate::set::{DRIVERS, Driver, Set, versions, with_each_driver};

const COUNT: usize = 600;

fn file(number: usize) -> String {
    format!("{number:04}_m.sql")
}

/// A large set, recorded as applied without 600 commits.
fn recorded(driver: Driver, database: &Database) -> Set {
    let set = Set::new(&[]);
    for number in 1..=COUNT {
        set.write(&file(number), &format!("SELECT {number};\n"));
    }
    driver.baseline(database, set.load().runner(), 600).unwrap();
    set
}

#[test]
fn a_current_database_answers_in_one_row_of_the_history() {
    let proxy = Proxy::start(Server::shared());
    with_each_driver(|driver, database| {
        let set = recorded(driver, database).load();
        proxy.reset();
        let url = database.url_through("postgres", proxy.port());
        let report = driver.run_at(&url, set.runner()).unwrap();
        assert!(report.is_noop());
        assert_eq!(report.current, COUNT);
        let sql = proxy.counts().sql;
        assert_eq!(sql.len(), 1);
        // Whether a transaction was open, the type of the fingerprint, and the sum.
        assert_eq!(database.rows(&sql[0]).len(), 1 + 1 + 1);
        // As long as no policy says otherwise, a plan asks the same.
        assert!(
            driver
                .plan(database, set.runner())
                .unwrap()
                .pending
                .is_empty()
        );
        let report = driver.run(database, set.runner().target(600)).unwrap();
        assert_eq!(report.current, COUNT);
    });
}

#[test]
fn directives_that_change_nothing_of_what_is_sent_are_no_edit_of_a_large_set() {
    with_each_driver(|driver, database| {
        let set = recorded(driver, database);
        let whole = "-- migrate: out-of-order\nSELECT 7;\n";
        set.write(&file(7), whole);
        let loaded = set.load();
        assert!(driver.run(database, loaded.runner()).unwrap().is_noop());
        // As an earlier release has recorded it: the sums differ, and the rows are compared.
        database.execute(&format!(
            "UPDATE schema_migrations SET checksum = sha256(convert_to('{whole}', 'UTF8')) WHERE version = 7"
        ));
        assert!(driver.run(database, loaded.runner()).unwrap().is_noop());
    });
}

#[test]
fn nothing_that_a_small_set_refuses_is_missed_in_a_large_one() {
    with_each_driver(|driver, database| {
        let set = recorded(driver, database);
        set.write(&file(7), "SELECT 'edited';\n");
        let error = driver.run(database, set.load().runner()).unwrap_err();
        assert!(error.is_drift());
        assert_eq!(error.version(), Some(7));
        set.write(&file(7), "SELECT 7;\n");

        // The same text under another number.
        set.remove(&file(599));
        let error = driver.run(database, set.load().runner()).unwrap_err();
        assert!(error.is_missing());
        set.write(&file(599), "SELECT 599;\n");

        database.execute("DELETE FROM schema_migrations WHERE version = 3");
        let error = driver.run(database, set.load().runner()).unwrap_err();
        assert!(error.is_out_of_order());
        set.write(&file(3), "-- migrate: out-of-order\nSELECT 3;\n");
        let report = driver.run(database, set.load().runner()).unwrap();
        assert_eq!(versions(&report), [3]);

        database.execute("UPDATE schema_migrations SET state = 'running' WHERE version = 9");
        let error = driver.run(database, set.load().runner()).unwrap_err();
        assert!(error.to_string().contains("0009_m.sql"), "{error}");
    });
}

#[test]
fn what_is_new_in_a_large_set_is_applied_and_what_is_ahead_of_it_reported() {
    with_each_driver(|driver, database| {
        let set = recorded(driver, database);
        set.write("0601_new.sql", "CREATE TABLE new ();\n");
        let report = driver.run(database, set.load().runner()).unwrap();
        assert_eq!(versions(&report), [601]);
        assert_eq!(report.current, COUNT);

        set.remove("0601_new.sql");
        let report = driver.run(database, set.load().runner()).unwrap();
        assert!(report.is_noop());
        assert_eq!(report.current, COUNT);
        assert_eq!(report.ahead[0].version, 601);
        let refused = driver.run(
            database,
            set.load().runner().ahead(migrate_runtime::Policy::Refuse),
        );
        assert!(refused.unwrap_err().is_ahead());
    });
}

#[test]
fn a_fresh_database_has_no_history_to_compare() {
    let set = Set::new(&[]);
    for number in 1..=COUNT {
        set.write(&file(number), "SELECT 1;\n");
    }
    let set = set.load();
    let database = Server::shared().database();
    let plan = DRIVERS[0].plan(&database, set.runner()).unwrap();
    assert_eq!(plan.pending.len(), COUNT);
}

#[test]
fn the_comparison_uses_nothing_that_shadows_postgresqls_own() {
    with_each_driver(|driver, database| {
        let set = recorded(driver, database).load();
        let refuse = "LANGUAGE plpgsql AS $$ BEGIN RAISE 'not ours'; END $$;";
        database.execute(&format!(
            "CREATE SCHEMA evil;
             CREATE FUNCTION evil.sha256(bytea) RETURNS bytea {refuse}
             CREATE FUNCTION evil.int8send(int8) RETURNS bytea {refuse}
             CREATE FUNCTION evil.encode(bytea, text) RETURNS text {refuse}
             CREATE FUNCTION evil.decode(text, text) RETURNS bytea {refuse}
             CREATE FUNCTION evil.substr(bytea, int4, int4) RETURNS bytea {refuse}
             CREATE FUNCTION evil.step(numeric, int8) RETURNS numeric {refuse}
             CREATE AGGREGATE evil.sum(int8) (SFUNC = evil.step, STYPE = numeric);
             CREATE FUNCTION evil.both(bytea, bytea) RETURNS bytea {refuse}
             CREATE OPERATOR evil.|| (LEFTARG = bytea, RIGHTARG = bytea, FUNCTION = evil.both);
             CREATE FUNCTION evil.both(text, text) RETURNS text {refuse}
             CREATE OPERATOR evil.|| (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.both);
             CREATE FUNCTION evil.same(numeric, numeric) RETURNS bool {refuse}
             CREATE OPERATOR evil.= (LEFTARG = numeric, RIGHTARG = numeric, FUNCTION = evil.same);
             CREATE FUNCTION evil.same(text, text) RETURNS bool {refuse}
             CREATE OPERATOR evil.= (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.same);
             CREATE FUNCTION evil.compare(int8, int8) RETURNS bool {refuse}
             CREATE OPERATOR evil.<= (LEFTARG = int8, RIGHTARG = int8, FUNCTION = evil.compare);
             CREATE OPERATOR evil.>= (LEFTARG = int8, RIGHTARG = int8, FUNCTION = evil.compare);
             CREATE OPERATOR evil.< (LEFTARG = int8, RIGHTARG = int8, FUNCTION = evil.compare);
             CREATE DOMAIN evil.bytea AS pg_catalog.bytea;
             ALTER DATABASE {} SET search_path TO evil, pg_catalog, public",
            database.name()
        ));
        assert!(driver.run(database, set.runner()).unwrap().is_noop());
        // Nor does the table that is compared with.
        database.execute("DROP TABLE public.schema_migrations");
        driver.baseline(database, set.runner(), 600).unwrap();
        assert!(driver.run(database, set.runner()).unwrap().is_noop());
    });
}
