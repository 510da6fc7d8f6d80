//! Which types, access methods, languages and schemas there are: the build's verdict against the server's.

use std::fmt::Write as _;
use std::fs;

use migrate_check::{Level, Settings, load};
use migrate_fixtures::Server;

use crate::observer::Observer;

const BEFORE: &str = "
    CREATE TYPE mood AS ENUM ('sad');
    CREATE DOMAIN positive AS int CHECK (value > 0);
    CREATE SCHEMA app;
    CREATE TYPE app.pair AS (a int, b int);
    CREATE TABLE users (id bigint PRIMARY KEY, name text);";

/// What a name stands for, with names that are there and that are not, and statements with it.
const NAMES: [(&[&str], &[&str]); 4] = [
    (
        &[
            "int4",
            "itn4",
            "timestamptz",
            "timestamtz",
            "mood",
            "moood",
            "public.mood",
            "app.mood",
            "app.pair",
            "nowhere.mood",
            "positive",
            "users",
            "_mood",
            "mood[]",
            "moods[]",
            "pg_catalog.int8",
            "pg_catalog.mood",
            "pg_class",
            "varchar(9)",
            "\"char\"",
            "\"Mood\"",
            "MOOD",
            "jsonb",
            "jsonbb",
            "uuid",
            "oid",
            "regclass",
            "regklass",
            "tsvector",
        ],
        &[
            "SELECT NULL::{}",
            "CREATE VIEW v AS SELECT CAST(NULL AS {}) AS c",
            "CREATE TABLE t (a {})",
            "CREATE TABLE t (a text CHECK (a::{} IS NULL))",
            "ALTER TABLE users ADD a {}",
            "ALTER TABLE users ADD a text DEFAULT NULL::{}",
            "CREATE FUNCTION f(a {}) RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "CREATE FUNCTION f() RETURNS SETOF {} LANGUAGE plpgsql AS 'BEGIN END'",
            "CREATE INDEX ON users ((NULL::{} IS NULL))",
            "UPDATE users SET name = NULL WHERE NULL::{} IS NULL",
        ],
    ),
    (
        &["btree", "BTREE", "hash", "brin", "gni", "btee"],
        &[
            "CREATE INDEX ON users USING {} (id)",
            "CREATE INDEX IF NOT EXISTS i ON users USING {} (name)",
        ],
    ),
    (
        &[
            "sql",
            "SQL",
            "plpgsql",
            "'plpgsql'",
            "plpgzql",
            "c",
            "internal",
        ],
        &["CREATE FUNCTION f() RETURNS int LANGUAGE {} AS 'SELECT 1'"],
    ),
    (
        &["public", "app", "ap", "pg_catalog", "information_schema"],
        &[
            "SELECT * FROM {}.users",
            "CREATE INDEX ON {}.users (id)",
            "DROP TABLE {}.users",
            "ALTER TABLE {}.users ADD b int",
            "CREATE TABLE {}.t (a int)",
        ],
    ),
];

#[test]
fn a_name_is_refused_if_the_server_says_that_it_is_not_there() {
    let database = Server::shared().database();
    let mut observer = Observer::connect(&database.url());
    observer.run(BEFORE);
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("1_before.sql"), BEFORE).unwrap();
    let mut settings = Settings::default();
    settings.lint.set("unknown-name", Level::Deny);
    let mut wrong = String::new();
    let mut refused = 0;
    for (names, statements) in NAMES {
        for name in names {
            for statement in statements {
                let sql = statement.replace("{}", name);
                let refusal = observer.refusal(&format!("BEGIN;{sql}"));
                observer.run("ROLLBACK");
                // A missing type, access method or language; a missing schema; a missing table.
                let is_missing = matches!(refusal.as_deref(), Some("42704" | "3F000" | "42P01"));
                refused += usize::from(is_missing);
                fs::write(directory.path().join("2_statement.sql"), &sql).unwrap();
                let loaded = load(directory.path(), ".", &settings);
                let mut findings = loaded.diagnostics.iter();
                let is_found = findings.any(|finding| finding.rule == "unknown-name");
                // What PostgreSQL's own schemas hold is not known.
                let is_known = !sql.contains("pg_catalog.") && !sql.contains("information_schema.");
                if is_found && refusal.is_none() || is_missing && is_known && !is_found {
                    writeln!(wrong, "{sql} found {is_found}, but {refusal:?}").unwrap();
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(refused > 80, "only {refused} were refused");
}
