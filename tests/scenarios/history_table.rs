//! A history table that somebody else has prepared, or that the role may not use: nothing of it is evaluated.

use migrate_fixtures::{Database, Server};
use migrate_runtime::{Error, Repair, Revert};

use crate::set::{Driver, Set, with_each_driver};

/// Our own table, as another role would copy it.
const COLUMNS: &str = "version bigint PRIMARY KEY, name text NOT NULL, checksum bytea NOT NULL, state text NOT NULL, \
     done integer NOT NULL DEFAULT 0, xid text, started_at timestamptz NOT NULL DEFAULT clock_timestamp(), ms bigint, \
     applied_by text DEFAULT CURRENT_USER, tool text, note text, fingerprint bigint";

fn set() -> Set {
    Set::new(&[
        ("1_a.sql", "CREATE TABLE a (id int)"),
        ("2_b.sql", "CREATE TABLE b (id int)"),
        (
            "3_c.sql",
            "-- migrate: no-transaction\nCREATE TABLE c (id int);",
        ),
    ])
}

/// Makes a role that may create in `public`, as every role may before PostgreSQL 15, and lets it make `table`. Its
/// function `trap()` notes in the sequence `trapped` that it was called.
fn prepared(database: &Database, table: &str) -> String {
    let role = database.role("");
    database.execute(&format!(
        "GRANT CREATE ON SCHEMA public TO {role}; SET ROLE {role};
         CREATE SEQUENCE trapped; CREATE TABLE empty ({COLUMNS});
         CREATE FUNCTION trap() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN nextval(''public.trapped''); END';
         CREATE FUNCTION trap_row() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM public.trap(); RETURN NEW; END';
         {table}; RESET ROLE"
    ));
    role
}

fn calls(database: &Database) -> String {
    database.value("SELECT is_called::text FROM trapped")
}

/// Every operation; each is refused, and none runs the other role's code.
fn refused(driver: Driver, database: &Database, which: &[&str]) -> Vec<Error> {
    let set = set().load();
    let mut errors = Vec::new();
    for operation in which {
        let error = match *operation {
            "run" => driver.run(database, set.runner()).err(),
            "plan" => driver.plan(database, set.runner()).err(),
            "status" => driver.status(&database.url(), set.runner()).err(),
            "baseline" => driver.baseline(database, set.runner(), 2).err(),
            "revert" => driver.revert(database, set.runner(), Revert::Last(1)).err(),
            _ => driver
                .repair(database, set.runner(), &Repair::MarkPending(1))
                .err(),
        };
        assert_eq!(calls(database), "false", "{operation}");
        errors.extend(error);
        assert_eq!(
            database.value("SELECT (to_regclass('a') IS NULL)::text"),
            "true"
        );
    }
    assert_eq!(errors.len(), which.len());
    errors
}

#[test]
fn a_view_in_its_place_is_never_evaluated() {
    with_each_driver(|driver, database| {
        let role = prepared(
            database,
            "CREATE VIEW schema_migrations AS SELECT trap() AS version, name, checksum, state, done, started_at, ms, \
             applied_by, note, fingerprint FROM empty RIGHT JOIN (VALUES (1)) v ON true",
        );
        for error in refused(
            driver,
            database,
            &["run", "plan", "status", "baseline", "revert", "repair"],
        ) {
            let text = format!("{error:#}").replace(&role, "mallory");
            insta::assert_snapshot!(text, @r#"
            the history "public"."schema_migrations" is a view, not a table; its owner is mallory
              = help: ask mallory what it is for, then drop or rename it
              = help: keep this history in another table: `embed_migrations!(…, table = "…")` or `.table(HistoryTable::new(schema, name)?)`
            "#);
        }
    });
}

#[test]
fn a_view_is_not_evaluated_for_a_set_of_many_either() {
    let set = Set::new(&[]);
    for number in 1..=500 {
        set.write(&format!("{number:05}_m.sql"), "SELECT 1;\n");
    }
    let set = set.load();
    with_each_driver(|driver, database| {
        let columns = "name, checksum, state, done, xid";
        prepared(
            database,
            &format!(
                "CREATE VIEW schema_migrations AS SELECT 500 AS version, {columns}, trap() AS fingerprint FROM empty \
                 RIGHT JOIN (VALUES (1)) v ON true"
            ),
        );
        let error = driver.run(database, set.runner()).unwrap_err();
        assert!(
            error.to_string().contains("is a view, not a table"),
            "{error}"
        );
        assert_eq!(calls(database), "false");
    });
}

#[test]
fn a_partitioned_table_is_not_taken_for_an_empty_history() {
    with_each_driver(|driver, database| {
        prepared(
            database,
            &format!("CREATE TABLE schema_migrations ({COLUMNS}) PARTITION BY RANGE (version)"),
        );
        let operations = ["run", "plan", "status", "baseline", "revert", "repair"];
        let errors = refused(driver, database, &operations);
        for error in errors {
            assert!(
                error
                    .to_string()
                    .contains("is a partitioned table, not a table"),
                "{error}"
            );
        }
    });
}

#[test]
fn what_its_owner_would_have_us_run_is_refused() {
    for made in [
        format!("CREATE TABLE schema_migrations ({COLUMNS}, CHECK (trap() > 0))"),
        format!("CREATE TABLE schema_migrations ({COLUMNS}, extra bigint DEFAULT trap())"),
        format!("CREATE TABLE schema_migrations ({COLUMNS})"),
        format!(
            "CREATE TABLE schema_migrations ({COLUMNS}); CREATE TRIGGER t BEFORE INSERT OR UPDATE ON schema_migrations \
             FOR EACH ROW EXECUTE FUNCTION trap_row()"
        ),
        format!(
            "CREATE TABLE schema_migrations ({COLUMNS}); CREATE RULE r AS ON INSERT TO schema_migrations DO ALSO SELECT trap()"
        ),
    ] {
        with_each_driver(|driver, database| {
            prepared(database, &made);
            refused(driver, database, &["run", "baseline"]);
        });
    }
}

#[test]
fn a_trigger_of_a_role_that_was_given_the_right_does_not_run() {
    with_each_driver(|driver, database| {
        let set = set();
        driver.run(database, set.load().runner().target(1)).unwrap();
        let role = prepared(database, "SELECT 1");
        database.execute(&format!(
            "GRANT TRIGGER ON schema_migrations TO {role}; SET ROLE {role};
             CREATE TRIGGER spy BEFORE INSERT OR UPDATE OR DELETE ON schema_migrations
             FOR EACH ROW EXECUTE FUNCTION trap_row(); RESET ROLE"
        ));
        let error = driver.run(database, set.load().runner()).unwrap_err();
        assert!(error.to_string().contains("has the trigger spy"), "{error}");
        assert_eq!(calls(database), "false");
        // The advice is good, and what is left of the trigger in the catalog does no harm.
        database.execute("DROP TRIGGER \"spy\" ON \"public\".\"schema_migrations\"");
        driver.run(database, set.load().runner()).unwrap();
    });
}

#[test]
fn a_trigger_whose_function_belongs_to_a_trusted_role_runs() {
    with_each_driver(|driver, database| {
        let set = set();
        driver.run(database, set.load().runner().target(1)).unwrap();
        database.execute(
            "CREATE SEQUENCE audited; CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql \
             AS 'BEGIN PERFORM nextval(''public.audited''); RETURN NEW; END'; \
             CREATE TRIGGER audit AFTER INSERT ON schema_migrations FOR EACH ROW EXECUTE FUNCTION audit()",
        );
        driver.run(database, set.load().runner()).unwrap();
        assert_eq!(database.value("SELECT last_value::text FROM audited"), "2");
    });
}

#[test]
fn a_table_of_the_owner_of_the_database_is_used_by_a_superuser() {
    with_each_driver(|driver, database| {
        let role = database.role("");
        database.execute(&format!(
            "ALTER DATABASE {} OWNER TO {role}",
            database.name()
        ));
        database.execute(&format!("GRANT ALL ON SCHEMA public TO {role}"));
        let set = set();
        driver
            .run_at(&database.url_for(&role), set.load().runner().target(1))
            .unwrap();
        assert_eq!(
            driver
                .run(database, set.load().runner())
                .unwrap()
                .applied
                .len(),
            2
        );
    });
}

#[test]
fn a_role_that_only_reads_takes_the_table_as_it_is() {
    with_each_driver(|driver, database| {
        let owner = database.role("");
        database.execute(&format!("GRANT ALL ON SCHEMA public TO {owner}"));
        let set = set().load();
        driver
            .run_at(&database.url_for(&owner), set.runner())
            .unwrap();
        let reader = database.role("");
        database.execute(&format!("GRANT SELECT ON schema_migrations TO {reader}"));
        let url = database.url_for(&reader);
        assert!(driver.run_at(&url, set.runner()).unwrap().is_noop());
        assert!(driver.status(&url, set.runner()).unwrap().is_current());
    });
}

#[test]
fn row_security_that_hides_rows_is_named() {
    with_each_driver(|driver, database| {
        let owner = database.role("");
        database.execute(&format!("GRANT ALL ON SCHEMA public TO {owner}"));
        let set = set();
        driver
            .run_at(&database.url_for(&owner), set.load().runner().target(1))
            .unwrap();
        let reader = database.role("");
        database.execute(&format!(
            "GRANT SELECT ON schema_migrations TO {reader}; ALTER TABLE schema_migrations ENABLE ROW LEVEL SECURITY"
        ));
        let url = database.url_for(&reader);
        let error = driver.status(&url, set.load().runner()).unwrap_err();
        let text = format!("{error:#}")
            .replace(&owner, "owner")
            .replace(&reader, "app");
        insta::assert_snapshot!(text, @r#"
        row-level security on the history table "public"."schema_migrations" applies to app, so some of its rows may be hidden
          = help: run `ALTER TABLE "public"."schema_migrations" DISABLE ROW LEVEL SECURITY` as owner or a superuser
          = help: run `ALTER ROLE "app" BYPASSRLS` as a superuser
        "#);
        let set = set.load();
        assert!(driver.run_at(&url, set.runner()).is_err());
        database.execute("ALTER TABLE schema_migrations FORCE ROW LEVEL SECURITY");
        let error = driver
            .run_at(&database.url_for(&owner), set.runner())
            .unwrap_err();
        assert!(error.to_string().contains("row-level security"), "{error}");
        database.execute("ALTER TABLE \"public\".\"schema_migrations\" DISABLE ROW LEVEL SECURITY");
        driver
            .run_at(&database.url_for(&owner), set.runner())
            .unwrap();
    });
}

#[test]
fn missing_rights_are_named_with_what_grants_them() {
    with_each_driver(|driver, database| {
        let set = set();
        driver.run(database, set.load().runner().target(1)).unwrap();
        let role = database.role("");
        let url = database.url_for(&role);
        let set = set.load();
        let named = |error: Error| {
            format!("{error:#}")
                .replace(&role, "app")
                .replace(database.name(), "shop")
        };
        insta::assert_snapshot!(named(driver.run_at(&url, set.runner()).unwrap_err()), @r#"
        permission denied: app could not read the history table "public"."schema_migrations" in the database shop
          = sqlstate: 42501
          caused by: permission denied for table schema_migrations
          = help: run `GRANT SELECT ON "public"."schema_migrations" TO "app"` as the owner or a superuser
        "#);
        database.execute(&format!("GRANT SELECT ON schema_migrations TO {role}"));
        insta::assert_snapshot!(named(driver.run_at(&url, set.runner()).unwrap_err()), @r#"
        permission denied: app could not apply migrations/2_b.sql in the database shop
          = sqlstate: 42501
          caused by: permission denied for table schema_migrations
          = help: run `GRANT INSERT, UPDATE, DELETE ON "public"."schema_migrations" TO "app"` as the owner or a superuser
        "#);
    });
}

#[test]
fn an_open_transaction_keeps_its_settings() {
    let database = Server::shared().database();
    let set = Set::new(&[("1_a.sql", "CREATE TABLE a (id int)")]).load();
    let mut client = database.client();
    set.run(&mut client).unwrap();
    client
        .batch_execute("BEGIN; SET LOCAL lock_timeout TO '7s'")
        .unwrap();
    assert!(set.run(&mut client).unwrap().is_noop());
    let row = client
        .query_one(
            "SELECT current_setting('lock_timeout'), current_setting('row_security')",
            &[],
        )
        .unwrap();
    assert_eq!((row.get::<_, &str>(0), row.get::<_, &str>(1)), ("7s", "on"));
}

#[test]
fn a_schema_public_that_was_dropped_is_not_made_again() {
    with_each_driver(|driver, database| {
        database.execute("DROP SCHEMA public");
        let set = Set::new(&[("1_a.sql", "SELECT 1"), ("1_a.down.sql", "SELECT 1")]).load();
        let runner = || set.runner();
        // What reads says the same: a run would not begin.
        for error in [
            driver.run(database, runner()).unwrap_err(),
            driver.plan(database, runner()).unwrap_err(),
            driver.status(&database.url(), runner()).unwrap_err(),
            driver.baseline(database, runner(), 1).unwrap_err(),
            driver.revert(database, runner(), Revert::All).unwrap_err(),
            driver
                .repair(database, runner(), &Repair::MarkApplied(1))
                .unwrap_err(),
        ] {
            assert!(
                error
                    .to_string()
                    .starts_with("the schema public does not exist"),
                "{error}"
            );
        }
        assert_eq!(
            database.value("SELECT count(*)::text FROM pg_namespace WHERE nspname = 'public'"),
            "0"
        );
        let nothing = migrate_runtime::Migrations::empty();
        assert!(driver.run(database, nothing.runner()).unwrap().is_noop());
    });
}

#[test]
fn the_table_does_not_depend_on_the_default_access_method() {
    with_each_driver(|driver, database| {
        database.execute(&format!(
            "CREATE ACCESS METHOD another TYPE TABLE HANDLER heap_tableam_handler; \
             ALTER DATABASE {} SET default_table_access_method TO another",
            database.name()
        ));
        let set = Set::new(&[("1_a.sql", "SELECT 1")]).load();
        driver.run(database, set.runner()).unwrap();
        assert_eq!(
            database.value(
                "SELECT amname::text FROM pg_class c JOIN pg_am a ON a.oid = c.relam WHERE c.oid = 'schema_migrations'::regclass"
            ),
            "heap"
        );
    });
}
