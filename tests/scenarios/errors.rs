//! What a failing migration looks like, and what it leaves behind.

use crate::set::{Driver, Set, with_each_driver};
use migrate_fixtures::Database;

fn failing(driver: Driver, database: &Database, text: &str) -> String {
    let set = Set::new(&[
        ("1_ok.sql", "CREATE TABLE t (id int PRIMARY KEY)"),
        ("2_bad.sql", text),
    ]);
    let error = driver.run(database, set.load().runner()).unwrap_err();
    assert_eq!(error.version(), Some(2));
    assert_eq!(error.report().applied.len(), 1);
    assert_eq!(
        database.value("SELECT count(*) FROM schema_migrations"),
        "1"
    );
    format!("{error:#}")
}

#[test]
fn an_error_points_at_its_character_behind_non_ascii_text() {
    with_each_driver(|driver, database| {
        let text = "-- Grüße, 𝄞 und 名前\nSELECT 'ä𝄞',\n  nme FROM t;\nSELECT 2;";
        insta::assert_snapshot!(failing(driver, database, text), @r#"
        migrations/2_bad.sql:3:3: column "nme" does not exist
          |
        3 |   nme FROM t;
          |   ^
          = statement: 1 of 2
          = sqlstate: 42703
          = note: nothing of this migration was kept
        "#);
    });
}

#[test]
fn an_error_in_a_long_file_has_the_right_line() {
    with_each_driver(|driver, database| {
        let mut text = "SELECT 1; -- é\n".repeat(3000);
        text.push_str("SELECT missing();\n");
        text.push_str(&"SELECT 1;\n".repeat(500));
        let error = failing(driver, database, &text);
        assert!(
            error.starts_with("migrations/2_bad.sql:3001:8: function missing() does not exist"),
            "{error}"
        );
        assert!(error.contains("= statement: 3001 of 3501"), "{error}");
    });
}

#[test]
fn an_error_without_a_position_names_its_statement() {
    with_each_driver(|driver, database| {
        let text = "INSERT INTO t VALUES (1);\n\nINSERT INTO t\n  VALUES (1);\nSELECT 3;";
        insta::assert_snapshot!(failing(driver, database, text), @r#"
        migrations/2_bad.sql:3:1: duplicate key value violates unique constraint "t_pkey"
          |
        3 | INSERT INTO t
          | ^
          = statement: 2 of 3
          = sqlstate: 23505
          = detail: Key (id)=(1) already exists.
          = constraint: t_pkey
          = note: nothing of this migration was kept
        "#);
    });
}

#[test]
fn an_error_at_commit_says_so() {
    with_each_driver(|driver, database| {
        let text = "CREATE TABLE c (id int REFERENCES t DEFERRABLE INITIALLY DEFERRED);\nINSERT INTO c VALUES (7);";
        insta::assert_snapshot!(failing(driver, database, text), @r#"
        migrations/2_bad.sql: insert or update on table "c" violates foreign key constraint "c_id_fkey"
          = statement: the COMMIT after the last one
          = sqlstate: 23503
          = detail: Key (id)=(7) is not present in table "t".
          = constraint: c_id_fkey
          = note: nothing of this migration was kept
        "#);
    });
}

#[test]
fn an_error_in_a_function_s_definition_points_into_its_body() {
    with_each_driver(|driver, database| {
        let text =
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$\n  SELECT id,\n    nme FROM t\n$$;";
        let error = failing(driver, database, text);
        assert!(
            error.starts_with("migrations/2_bad.sql:3:5: column \"nme\" does not exist"),
            "{error}"
        );
    });
}

#[test]
fn an_error_in_a_do_block_points_at_its_line() {
    with_each_driver(|driver, database| {
        let text = "SELECT 1;\nDO $body$\nBEGIN\n  PERFORM 1;\n  RAISE EXCEPTION 'stop' USING HINT = 'go on', DETAIL = 'more';\nEND\n$body$;\nSELECT 3;";
        insta::assert_snapshot!(failing(driver, database, text), @r"
        migrations/2_bad.sql:5:3: stop
          |
        5 |   RAISE EXCEPTION 'stop' USING HINT = 'go on', DETAIL = 'more';
          |   ^
          = statement: 2 of 3
          = sqlstate: P0001
          = detail: more
          = hint: go on
          = context: PL/pgSQL function inline_code_block line 4 at RAISE
          = note: nothing of this migration was kept
        ");
    });
}

#[test]
fn a_failure_in_the_fifth_of_ten_keeps_four() {
    with_each_driver(|driver, database| {
        let set = Set::new(&[]);
        for number in 1..=10 {
            let text = if number == 5 {
                "CREATE TABLE t5 (id int); SELECT 1/0;".to_owned()
            } else {
                format!("CREATE TABLE t{number} (id int)")
            };
            set.write(&format!("{number:03}_t.sql"), &text);
        }
        let error = driver.run(database, set.load().runner()).unwrap_err();
        assert_eq!(error.version(), Some(5));
        assert_eq!(error.report().applied.len(), 4);
        assert_eq!(
            database.value("SELECT count(*) FROM pg_tables WHERE tablename ~ '^t[0-9]'"),
            "4"
        );
        assert_eq!(
            database.value("SELECT max(version) FROM schema_migrations"),
            "4"
        );
        set.write("005_t.sql", "CREATE TABLE t5 (id int)");
        assert_eq!(
            driver
                .run(database, set.load().runner())
                .unwrap()
                .applied
                .len(),
            6
        );
    });
}

#[test]
fn a_new_enum_value_used_at_once_gets_a_hint() {
    with_each_driver(|driver, database| {
        let set = Set::new(&[
            ("1_a.sql", "CREATE TYPE mood AS ENUM ('ok')"),
            // In a body, where nothing but PostgreSQL sees it.
            (
                "2_b.sql",
                "ALTER TYPE mood ADD VALUE 'fine'; DO $$ BEGIN PERFORM 'fine'::mood; END $$",
            ),
        ]);
        let error = driver.run(database, set.load().runner()).unwrap_err();
        assert_eq!(error.sqlstate(), Some("55P04"));
        assert!(
            error
                .hints()
                .contains(&migrate_runtime::Hint::UseEnumValueLater),
            "{error}"
        );
    });
}

#[test]
fn a_role_that_may_not_create_the_table_is_told_so() {
    with_each_driver(|driver, database| {
        let role = database.role("");
        database.execute("REVOKE CREATE ON SCHEMA public FROM public");
        let set = Set::new(&[("1_a.sql", "SELECT 1")]).load();
        let error = driver
            .run_at(&database.url_for(&role), set.runner())
            .unwrap_err();
        let text = format!("{error:#}").replace(&role, "app");
        let text = text.replace(database.name(), "shop");
        insta::assert_snapshot!(text, @r#"
        permission denied: app could not create the history table "public"."schema_migrations" in the database shop
          = sqlstate: 42501
          caused by: permission denied for schema public
          = help: run `GRANT USAGE, CREATE ON SCHEMA "public" TO "app"` as the owner or a superuser
        "#);
    });
}

#[test]
fn a_role_that_may_not_call_what_we_ask_with_is_told_so() {
    with_each_driver(|driver, database| {
        let role = database.role("");
        database.execute(&format!(
            "REVOKE EXECUTE ON FUNCTION query_to_xml FROM PUBLIC; GRANT CREATE ON SCHEMA public TO {role}"
        ));
        let set = Set::new(&[("1_a.sql", "SELECT 1")]).load();
        let url = database.url_for(&role);
        for recorded in 0..2 {
            let error = driver.run_at(&url, set.runner()).unwrap_err();
            let text = format!("{error:#}");
            let grant = format!("GRANT EXECUTE ON FUNCTION pg_catalog.query_to_xml TO \"{role}\"");
            assert!(
                text.contains("caused by: permission denied for function query_to_xml"),
                "{text}"
            );
            assert!(
                text.contains(&format!("= help: run `{grant}` as")),
                "{text}"
            );
            database.execute(&grant);
            let report = driver.run_at(&url, set.runner()).unwrap();
            assert_eq!(report.applied.len(), 1);
            // The same where the table is there already.
            if recorded == 0 {
                database.execute(&format!("DELETE FROM schema_migrations; REVOKE EXECUTE ON FUNCTION query_to_xml FROM {role}"));
            }
        }
        assert!(driver.run_at(&url, set.runner()).unwrap().is_noop());
    });
}

#[test]
fn a_role_that_may_only_read_the_history_starts_when_nothing_is_pending() {
    with_each_driver(|driver, database| {
        let set = Set::new(&[("1_a.sql", "SELECT 1")]).load();
        driver.run(database, set.runner()).unwrap();
        let role = database.role("");
        database.execute(&format!("GRANT SELECT ON schema_migrations TO \"{role}\""));
        let url = database.url_for(&role);
        assert!(driver.run_at(&url, set.runner()).unwrap().is_noop());
        assert!(driver.status(&url, set.runner()).unwrap().is_current());
    });
}

#[test]
fn another_tool_s_table_is_named_and_left_alone() {
    with_each_driver(|driver, database| {
        let shape =
            "CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean NOT NULL)";
        database.execute(shape);
        database.execute("INSERT INTO schema_migrations VALUES (3, false)");
        let set = Set::new(&[("1_a.sql", "CREATE TABLE a (id int)")]).load();
        let error = driver.run(database, set.runner()).unwrap_err();
        insta::assert_snapshot!(format!("{error:#}"), @r#"
        "public"."schema_migrations" exists but is not migrate's history table (columns: version bigint, dirty boolean); it looks like the table of golang-migrate
          = help: adopt that history: `migrate adopt --from golang-migrate --dry-run` shows what it would record; the crate migrate-adopt does the same
          = help: keep this history in another table: `embed_migrations!(…, table = "…")` or `.table(HistoryTable::new(schema, name)?)`
        "#);
        assert_eq!(
            database.value("SELECT count(*) FROM schema_migrations"),
            "1"
        );
        assert_eq!(database.value("SELECT to_regclass('a') IS NULL"), "t");
    });
}

#[test]
fn a_table_name_that_postgresql_would_cut_is_refused() {
    let error = migrate_runtime::HistoryTable::new("public", "x".repeat(64)).unwrap_err();
    assert_eq!(error.kind(), migrate_runtime::ErrorKind::InvalidTable);
    let text = error.to_string();
    assert!(text.contains("longer than PostgreSQL's 63 bytes"), "{text}");
}

#[test]
fn an_error_message_names_its_cause_once() {
    with_each_driver(|driver, database| {
        let set = Set::new(&[("1_a.sql", "SELECT 1/0")]).load();
        let error = driver.run(database, set.runner()).unwrap_err();
        let debug = format!("{error:?}");
        assert_eq!(debug.matches("division by zero").count(), 1, "{debug}");
    });
}
