//! What a file leaves in its session or transaction ends with it: an application's own settings, temporary tables.

use migrate_fixtures::Server;
use migrate_runtime::Revert;

use crate::set::{Driver, Set, with_each_driver};

#[test]
fn settings_of_an_application_end_with_the_file_that_makes_them() {
    const SEEN: &str = "INSERT INTO seen SELECT coalesce(current_setting('app.x', true), '')";
    for (change, is_local) in [
        ("SET LOCAL app.x TO 'leaked'", true),
        ("SET/**/SESSION \"app\".\"X\" TO 'leaked'", false),
        ("SELECT set_config('app.x', 'leaked', true)", true),
        (
            "DO $$ BEGIN EXECUTE format('SET app.x = %L', 'leaked'); END $$",
            false,
        ),
        ("SELECT leaks()", false),
    ] {
        with_each_driver(|driver, database| {
            let mut client = database.client();
            for (kind, single) in [
                ("", false),
                ("", true),
                ("-- migrate: no-transaction\n", false),
            ] {
                database.execute(
                    "DROP TABLE IF EXISTS schema_migrations, seen; DROP FUNCTION IF EXISTS leaks",
                );
                let text = format!("{kind}{change};\n{SEEN};");
                let set = Set::new(&[
                    (
                        "1_t.sql",
                        "CREATE TABLE seen (it text); CREATE FUNCTION leaks() RETURNS void LANGUAGE plpgsql \
                         AS $$ BEGIN PERFORM set_config('app.x', 'leaked', false); END $$",
                    ),
                    ("2_a.sql", &text),
                    ("3_b.sql", SEEN),
                    ("3_b.down.sql", SEEN),
                    ("4_c.sql", SEEN),
                    ("4_c.down.sql", &text),
                ])
                .load();
                let runner = || set.runner().single_transaction(single);
                if let Driver::Postgres = driver {
                    runner().run(&mut client).unwrap();
                    runner().revert(&mut client, Revert::Last(2)).unwrap();
                    let left = client
                        .query_one("SELECT coalesce(current_setting('app.x', true), '')", &[])
                        .unwrap();
                    assert_eq!(left.get::<_, &str>(0), "", "{text}");
                } else {
                    driver.run(database, runner()).unwrap();
                    driver.revert(database, runner(), Revert::Last(2)).unwrap();
                }
                // Where each statement has a transaction of its own, even its own file does not see it.
                let own = if is_local && !kind.is_empty() {
                    ""
                } else {
                    "leaked"
                };
                assert_eq!(
                    database.value("SELECT string_agg(it, ',' ORDER BY ctid) FROM seen"),
                    format!("{own},,,{own},"),
                    "{single} {text}"
                );
            }
        });
    }
}

#[test]
fn what_an_application_has_set_is_its_own_again_after_a_file_that_sets_it_too() {
    for kind in ["", "-- migrate: no-transaction\n"] {
        let database = Server::shared().database();
        let set = Set::new(&[
            ("1_a.sql", "CREATE TABLE a ()"),
            ("2_b.sql", &format!("{kind}SET app.x = 'of the file';")),
        ])
        .load();
        let mut client = database.client();
        client
            .batch_execute("SET app.x = 'of the application'")
            .unwrap();
        set.run(&mut client).unwrap();
        let row = client.query_one("SELECT current_setting('app.x')", &[]);
        assert_eq!(row.unwrap().get::<_, &str>(0), "of the application");
    }
}

#[test]
fn a_resumed_file_has_the_setting_of_an_application_that_it_made_last() {
    with_each_driver(|driver, database| {
        let text = "-- migrate: no-transaction\nSET app.x = 'first';\nSELECT set_config('app.x', 'last', false);\n\
                    INSERT INTO needed SELECT current_setting('app.x');";
        let set = Set::new(&[("1_x.sql", text)]).load();
        driver.run(database, set.runner()).unwrap_err();
        database.execute("CREATE TABLE needed (a text)");
        driver.run(database, set.runner()).unwrap();
        assert_eq!(database.value("SELECT a FROM needed"), "last");
    });
}

#[test]
fn a_setting_that_only_a_superuser_makes_ends_with_the_file_in_a_single_transaction() {
    with_each_driver(|driver, database| {
        database.execute(
            "CREATE TABLE t (a int); CREATE FUNCTION twice() RETURNS trigger LANGUAGE plpgsql \
             AS $$ BEGIN NEW.a := NEW.a * 2; RETURN NEW; END $$; \
             CREATE TRIGGER twice BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION twice()",
        );
        let set = Set::new(&[
            (
                "1_a.sql",
                "SET LOCAL session_replication_role = replica; INSERT INTO t VALUES (1)",
            ),
            ("2_b.sql", "INSERT INTO t VALUES (1)"),
        ])
        .load();
        for single in [true, false] {
            let runner = set.runner().single_transaction(single);
            driver.run(database, runner).unwrap();
            assert_eq!(
                database.value("SELECT string_agg(a::text, ' ' ORDER BY a) FROM t"),
                "1 2"
            );
            database.execute("TRUNCATE t; DROP TABLE schema_migrations");
        }
    });
}

#[test]
fn a_role_that_may_not_put_a_setting_back_records_its_file_all_the_same() {
    with_each_driver(|driver, database| {
        let role = database.role("");
        database.execute(&format!(
            "GRANT ALL ON SCHEMA public TO \"{role}\"; CREATE FUNCTION replicates() RETURNS void LANGUAGE plpgsql \
             SECURITY DEFINER AS $$ BEGIN PERFORM set_config('session_replication_role', 'replica', true); END $$"
        ));
        let set = Set::new(&[
            (
                "1_a.sql",
                "CREATE FUNCTION unused() RETURNS void LANGUAGE plpgsql AS $$ BEGIN SET LOCAL session_replication_role = replica; END $$; \
                 SELECT replicates()",
            ),
            ("2_b.sql", "SELECT 1"),
        ])
        .load();
        for single in [true, false] {
            let runner = set.runner().single_transaction(single);
            driver.run_at(&database.url_for(&role), runner).unwrap();
            database.execute("DROP TABLE schema_migrations; DROP FUNCTION unused");
        }
    });
}

#[test]
fn a_setting_that_only_another_role_may_make_ends_with_the_file() {
    const SEEN: &str = "INSERT INTO seen SELECT current_setting('session_replication_role')";
    const SET: &str = "SET session_replication_role = replica";
    with_each_driver(|driver, database| {
        let role = database.role("");
        let admin = database.role("SUPERUSER");
        let member = database.role(&format!("IN ROLE {admin}"));
        database.execute(&format!("GRANT ALL ON SCHEMA public TO {role}, {member}"));
        for (session, change) in [
            (&admin, format!("{SET}; SET ROLE {role}")),
            (&admin, format!("{SET}; SET SESSION AUTHORIZATION {role}")),
            (&member, format!("SET ROLE {admin}; {SET}")),
            (
                &member,
                format!(
                    "SELECT set_config('role', '{admin}', false), set_config('session_replication_role', 'replica', false)"
                ),
            ),
            (
                &member,
                format!("SET LOCAL ROLE {admin}; SET LOCAL session_replication_role = replica"),
            ),
        ] {
            for (kind, single) in [
                ("", false),
                ("", true),
                ("-- migrate: no-transaction\n", false),
            ] {
                // Outside a transaction it has no effect.
                if kind.is_empty() || !change.starts_with("SET LOCAL") {
                    database.execute("DROP TABLE IF EXISTS schema_migrations, seen");
                    let change = format!("{kind}{change};");
                    let set = Set::new(&[
                        ("1_t.sql", "CREATE TABLE seen (it text)"),
                        ("2_a.sql", &change),
                        ("2_a.down.sql", SEEN),
                        ("3_b.sql", SEEN),
                        ("3_b.down.sql", &change),
                    ])
                    .load();
                    let runner = || set.runner().single_transaction(single);
                    if let Driver::Postgres = driver {
                        let mut client = database.client_for(session);
                        runner().run(&mut client).unwrap();
                        runner().revert(&mut client, Revert::Last(2)).unwrap();
                        let left = client.query_one(
                            "SELECT current_setting('session_replication_role') || ' ' || current_user",
                            &[],
                        );
                        let left: String = left.unwrap().get(0);
                        assert_eq!(left, format!("origin {session}"), "{change}");
                    } else {
                        let url = database.url_for(session);
                        driver.run_at(&url, runner()).unwrap();
                        driver.revert_at(&url, runner(), Revert::Last(2)).unwrap();
                    }
                    let seen = database.value("SELECT string_agg(it, ',' ORDER BY ctid) FROM seen");
                    assert_eq!(seen, "origin,origin", "{single} {change}");
                }
            }
        }
    });
}

#[test]
fn a_resumed_file_has_the_setting_that_its_role_made() {
    with_each_driver(|driver, database| {
        let admin = database.role("SUPERUSER");
        let member = database.role(&format!("IN ROLE {admin}"));
        database.execute(&format!("GRANT ALL ON SCHEMA public TO {member}"));
        let text = format!(
            "-- migrate: no-transaction\nSET ROLE {admin};\nSET session_replication_role = replica;\n\
             INSERT INTO needed SELECT current_setting('session_replication_role');"
        );
        let set = Set::new(&[("1_x.sql", &text)]).load();
        let url = database.url_for(&member);
        driver.run_at(&url, set.runner()).unwrap_err();
        database.execute("CREATE TABLE needed (a text)");
        driver.run_at(&url, set.runner()).unwrap();
        assert_eq!(database.value("SELECT a FROM needed"), "replica");
    });
}

#[test]
fn a_setting_that_a_role_was_given_the_right_to_make_ends_with_the_file() {
    with_each_driver(|driver, database| {
        let version = database.value("SHOW server_version_num");
        if version.parse::<u32>().unwrap() < 150_000 {
            return;
        }
        let role = database.role("");
        database.execute(&format!(
            "GRANT ALL ON SCHEMA public TO {role}; GRANT SET ON PARAMETER session_replication_role TO {role}"
        ));
        let set = Set::new(&[
            ("1_a.sql", "SET LOCAL session_replication_role = replica"),
            (
                "2_b.sql",
                "CREATE TABLE seen AS SELECT current_setting('session_replication_role') AS it",
            ),
        ])
        .load();
        let runner = set.runner().single_transaction(true);
        driver.run_at(&database.url_for(&role), runner).unwrap();
        assert_eq!(database.value("SELECT it FROM seen"), "origin");
        database.execute(&format!(
            "REVOKE SET ON PARAMETER session_replication_role FROM {role}"
        ));
    });
}

#[test]
fn temporary_tables_that_a_commit_drops_end_with_the_file_in_a_single_transaction() {
    for make in [
        "CREATE TEMP TABLE stage ON COMMIT DROP AS SELECT 1 AS a",
        "CREATE TEMP TABLE \"Stage, 1\" (a int) ON COMMIT DROP; CREATE VIEW pg_temp.v AS TABLE \"Stage, 1\"",
        "DO $$ BEGIN CREATE TEMP TABLE stage (a int) ON COMMIT DROP; END $$",
        "SELECT makes()",
        "SET LOCAL client_min_messages = error; CREATE TEMP TABLE stage (a int) ON COMMIT DROP; DROP TABLE stage",
    ] {
        with_each_driver(|driver, database| {
            let set = Set::new(&[
                (
                    "1_f.sql",
                    "CREATE TABLE told (a text); CREATE FUNCTION makes() RETURNS void LANGUAGE plpgsql \
                     AS $$ BEGIN CREATE TEMPORARY TABLE stage (a int) ON COMMIT DROP; END $$",
                ),
                ("2_a.sql", make),
                ("3_b.sql", make),
                ("4_k.sql", "CREATE TEMP TABLE kept (a int)"),
                (
                    "5_u.sql",
                    "INSERT INTO kept VALUES (1); INSERT INTO told SELECT current_setting('client_min_messages')",
                ),
                ("6_c.sql", make),
            ])
            .load();
            for single in [false, true] {
                database.execute(
                    "DROP TABLE IF EXISTS schema_migrations, told; DROP FUNCTION IF EXISTS makes",
                );
                let runner = set.runner().single_transaction(single);
                driver.run(database, runner).unwrap();
                let told = database.value("SELECT a FROM told");
                assert_eq!(told, database.value("SHOW client_min_messages"), "{make}");
            }
        });
    }
}

#[test]
fn a_temporary_table_of_another_role_ends_with_its_file_as_far_as_the_session_s_role_may_become_it()
{
    with_each_driver(|driver, database| {
        let owner = database.role("");
        let stranger = database.role("");
        let role = database.role(&format!("NOINHERIT IN ROLE {owner}"));
        database.execute(&format!(
            "GRANT ALL ON SCHEMA public TO {role}; CREATE FUNCTION makes() RETURNS void LANGUAGE plpgsql SECURITY DEFINER \
             AS $$ BEGIN CREATE TEMP TABLE kept (a int) ON COMMIT DROP; END $$; ALTER FUNCTION makes OWNER TO {stranger}"
        ));
        let make =
            format!("SET ROLE {owner}; CREATE TEMP TABLE stage (a int) ON COMMIT DROP; RESET ROLE");
        let view = "CREATE TEMP VIEW v AS SELECT 1; \
                    DO $$ BEGIN IF false THEN CREATE TEMP TABLE v (a int) ON COMMIT DROP; END IF; \
                    IF false THEN CREATE TEMP TABLE kept (a int) ON COMMIT DROP; END IF; END $$; SELECT makes()";
        let set = Set::new(&[
            ("1_a.sql", make.as_str()),
            ("2_b.sql", make.as_str()),
            ("3_c.sql", view),
            (
                "4_d.sql",
                "CREATE TABLE t AS SELECT current_user::text AS me FROM pg_temp.v",
            ),
        ])
        .load();
        let runner = set.runner().single_transaction(true);
        driver.run_at(&database.url_for(&role), runner).unwrap();
        assert_eq!(database.value("SELECT me FROM t"), role);
    });
}
