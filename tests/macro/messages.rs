//! What the compiler prints. How a diagnostic is laid out is `migrate-check`'s to test, and what each
//! wrong call is told `migrate-macros`'; here is how both arrive.

use crate::fixture::Fixture;

const MAIN: &str = r#"use migrate_runtime::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("migrations");

fn main() {
    println!("{}", MIGRATIONS.iter().count());
}
"#;

#[test]
fn an_error_begins_with_its_place_and_points_at_the_path_literal() {
    let fixture = Fixture::new("one-error", MAIN);
    fixture.write(
        "migrations/0001_users.sql",
        "CREATE TABLE users (\n  name text DEFAULT 'none\n);\n",
    );
    let outcome = fixture.cargo(&["check"]);
    assert!(!outcome.succeeded);
    insta::assert_snapshot!(outcome.messages(), @r#"
    error: migrations/0001_users.sql:2:21: unterminated quoted string
             |
           2 |   name text DEFAULT 'none
             |                     ^ begins here
             |
             = help: close it with `'`; a quote inside a string is written twice: `'it''s'`
             = rule: lexical-error
     --> src/main.rs:3:51
      |
    3 | static MIGRATIONS: Migrations = embed_migrations!("migrations");
      |                                                   ^^^^^^^^^^^^

    error: could not compile `one-error` (bin "one-error") due to 1 previous error
    "#);
}

#[test]
fn a_short_message_says_it_all_on_its_first_line() {
    let fixture = Fixture::new("short-error", MAIN);
    fixture.write("migrations/create_users.sql", "");
    let outcome = fixture.cargo(&["check", "--message-format=short"]);
    assert!(!outcome.succeeded);
    insta::assert_snapshot!(outcome.messages(), @r#"
    src/main.rs:3:51: error: migrations/create_users.sql: the name does not begin with a version number
            |
            = help: put its number and `_` in front, such as `0001_create_users.sql`
    error: could not compile `short-error` (bin "short-error") due to 1 previous error
    "#);
}

#[test]
fn twelve_broken_files_are_twelve_errors_in_one_build() {
    let fixture = Fixture::new("twelve-errors", MAIN);
    fixture.write("migrations/0001_fine.sql", "CREATE TABLE fine (id int);\n");
    let broken: [(&str, &[u8]); 12] = [
        ("create_users.sql", b""),
        ("1create.sql", b""),
        ("99999999999999999999_far.sql", b""),
        ("001_again.sql", b""),
        ("0003_shout.SQL", b""),
        ("0004_latin1.sql", b"SELECT 'caf\xe9';\n"),
        ("0005_bom.sql", b"\xef\xbb\xbfSELECT 1;\n"),
        ("0006_string.sql", b"SELECT 1;\nSELECT 'open;\n"),
        ("0007_comment.sql", b"/* never closed\nSELECT 1;\n"),
        ("0008_body.sql", b"DO $$ BEGIN\n"),
        ("0009_commit.sql", b"SELECT 1;\n  COMMIT;\n"),
        (
            "0010_directive.sql",
            b"-- migrate: no-transactoin\nSELECT 1;\n",
        ),
    ];
    for (file, content) in broken {
        fixture.write(&format!("migrations/{file}"), content);
    }
    let outcome = fixture.cargo(&["check"]);
    assert!(!outcome.succeeded);
    let messages = outcome.messages();
    let errors = messages
        .lines()
        .filter(|line| line.starts_with("error: migrations/"));
    insta::assert_snapshot!(errors.collect::<Vec<_>>().join("\n"), @r"
    error: migrations/0003_shout.SQL: ends in `.SQL` instead of `.sql`
    error: migrations/0004_latin1.sql:1:12: the byte 0xE9 is not UTF-8
    error: migrations/0005_bom.sql:1:1: the file begins with a byte order mark
    error: migrations/0006_string.sql:2:8: unterminated quoted string
    error: migrations/0007_comment.sql:1:1: unterminated /* comment
    error: migrations/0008_body.sql:1:4: unterminated dollar-quoted string
    error: migrations/0009_commit.sql:2:3: `COMMIT` in a file that already runs in a transaction
    error: migrations/0010_directive.sql:1:13: unknown directive `no-transactoin`
    error: migrations/001_again.sql: version 1 is also the version of `0001_fine.sql`
    error: migrations/1create.sql: no `_` or `-` between version 1 and the name
    error: migrations/99999999999999999999_far.sql: version 99999999999999999999 is too large: the largest is 9223372036854775807
    error: migrations/create_users.sql: the name does not begin with a version number
    ");
    // Nothing else went wrong because of them.
    assert!(messages.contains("due to 12 previous errors"), "{messages}");
}

#[test]
fn the_user_decides_what_becomes_of_a_warning() {
    let fixture = Fixture::new("warning", MAIN);
    // One digit more than its neighbours.
    for version in ["20240101000000", "20240102000000", "202401030000000"] {
        fixture.write(&format!("migrations/{version}_x.sql"), "SELECT 1;\n");
    }
    let outcome = fixture.cargo(&["check"]);
    assert!(outcome.succeeded);
    insta::assert_snapshot!(outcome.messages(), @r#"
    warning: use of deprecated constant `MIGRATIONS::TIMESTAMP_LENGTH`: migrations/202401030000000_x.sql: version 202401030000000 has 15 digits, but other timestamps have 14
              |
              = help: rename it before it is applied anywhere: it runs after all of them
              = help: if it has been applied, allow it: `-- migrate: allow(timestamp-length) <reason>`
              = help: where warnings are denied, add `--force-warn deprecated` to RUSTFLAGS to keep these as warnings
     --> src/main.rs:3:51
      |
    3 | static MIGRATIONS: Migrations = embed_migrations!("migrations");
      |                                                   ^^^^^^^^^^^^
      |
      = note: `#[warn(deprecated)]` on by default

    warning: `warning` (bin "warning") generated 1 warning
    "#);

    fixture.write("src/main.rs", format!("#![deny(warnings)]\n{MAIN}"));
    let outcome = fixture.cargo(&["check"]);
    assert!(
        !outcome.succeeded
            && outcome
                .messages()
                .contains("error: use of deprecated constant")
    );
    let keep = ["rustc", "--", "--force-warn", "deprecated"];
    let outcome = fixture.cargo(&keep);
    assert!(outcome.succeeded, "{}", outcome.messages());

    fixture.write(
        "src/main.rs",
        MAIN.replace("static", "#[allow(deprecated)]\nstatic"),
    );
    let outcome = fixture.cargo(&["check"]);
    assert!(outcome.succeeded);
    assert_eq!(outcome.messages(), "");
}

/// What each of the old files needs; `#` is its number.
const TABLES: &str = "CREATE TABLE users# (b int, c int, e int);
CREATE INDEX users#_c ON users# (c);
CREATE TABLE old# ();
";

/// What old files are full of.
const HAZARDS: &str = "CREATE TABLE IF NOT EXISTS log (id int);
ALTER TABLE users# ADD COLUMN a json;
ALTER TABLE users# ALTER COLUMN b SET NOT NULL;
CREATE INDEX users#_a ON users# (b);
CREATE UNIQUE INDEX users#_b ON users# (b);
DROP INDEX users#_c;
ALTER TABLE users# RENAME COLUMN c TO d;
UPDATE users# SET b = 1;
ALTER TABLE users# DROP COLUMN e;
DROP TABLE old#;
";

#[test]
fn the_warnings_of_three_hundred_old_files_fit_on_a_screen() {
    let fixture = Fixture::new("flood", MAIN);
    let numbered = |text: &str, version: usize| text.replace('#', &version.to_string());
    let tables = (1..=300).map(|version| numbered(TABLES, version));
    fixture.write("migrations/0000_tables.sql", tables.collect::<String>());
    for version in 1..=300 {
        let file = format!("migrations/{version:04}_old.sql");
        fixture.write(&file, numbered(HAZARDS, version));
    }
    let outcome = fixture.cargo(&["build"]);
    assert!(outcome.succeeded, "{}", outcome.messages());
    let messages = outcome.messages();
    insta::assert_snapshot!(messages, @r#"
    warning: use of deprecated constant `MIGRATIONS::MIGRATION_WARNINGS`: migrations: 2699 warnings in 300 files: 300 drop-column, 300 drop-index-not-concurrent, 300 drop-table, 300 index-not-concurrent, 300 json-column, 300 long-work-after-lock, 899 of other rules
              |
              = help: if version 300 and those before it have run everywhere, add `start_after = "300"` to the options of `embed_migrations!`: only newer files are then warned about
              = help: run `migrate check` to see each of them
              = help: where warnings are denied, add `--force-warn deprecated` to RUSTFLAGS to keep these as warnings
     --> src/main.rs:3:51
      |
    3 | static MIGRATIONS: Migrations = embed_migrations!("migrations");
      |                                                   ^^^^^^^^^^^^
      |
      = note: `#[warn(deprecated)]` on by default

    warning: `flood` (bin "flood") generated 1 warning
    "#);
    assert!(messages.lines().count() <= 24, "{messages}");
    // Cargo says it again where nothing has changed.
    let again = fixture.cargo(&["build"]);
    assert!(!again.compiled("flood"));
    assert_eq!(again.messages(), messages);

    // What the help says to do.
    fixture.write(
        "src/main.rs",
        MAIN.replace("\"migrations\"", "\"migrations\", start_after = \"300\""),
    );
    let settled = fixture.cargo(&["build"]);
    assert!(settled.succeeded);
    assert_eq!(settled.messages(), "");
}

#[test]
fn a_wrong_call_is_shown_where_it_is_wrong() {
    let main = r#"
use migrate_runtime::embed_migrations;

const DIRECTORY: &str = "migrations";

embed_migrations!(pub static ITEM = "migrations", oder = numeric, table = "audit.history");

fn main() {
    embed_migrations!(DIRECTORY);
    println!("{} {DIRECTORY}", ITEM.iter().count());
}
"#;
    let fixture = Fixture::new("wrong-call", main);
    let outcome = fixture.cargo(&["check"]);
    assert!(!outcome.succeeded);
    insta::assert_snapshot!(outcome.messages(), @r#"
    error: unknown option `oder`
             = help: did you mean `order`?
     --> src/main.rs:6:51
      |
    6 | embed_migrations!(pub static ITEM = "migrations", oder = numeric, table = "audit.history");
      |                                                   ^^^^

    error: `audit.history` is not the name of a table
             = help: name the schema separately: `schema = "audit", table = "history"`
     --> src/main.rs:6:75
      |
    6 | embed_migrations!(pub static ITEM = "migrations", oder = numeric, table = "audit.history");
      |                                                                           ^^^^^^^^^^^^^^^

    error: expected the directory as a string literal, such as `"migrations"`: it is read before constants and other macros have a value
     --> src/main.rs:9:23
      |
    9 |     embed_migrations!(DIRECTORY);
      |                       ^^^^^^^^^

    error: could not compile `wrong-call` (bin "wrong-call") due to 3 previous errors
    "#);
}

#[test]
fn a_missing_directory_is_shown_relative_to_the_crate() {
    let fixture = Fixture::new("missing-directory", MAIN);
    let outcome = fixture.cargo(&["check"]);
    assert!(!outcome.succeeded);
    let messages = outcome.messages();
    insta::assert_snapshot!(messages.replace(fixture.root(), "/app"), @r#"
    error: migrations: no such directory
            |
            = help: create it inside /app
            = help: the path is relative to the directory of the crate's Cargo.toml
     --> src/main.rs:3:51
      |
    3 | static MIGRATIONS: Migrations = embed_migrations!("migrations");
      |                                                   ^^^^^^^^^^^^

    error: could not compile `missing-directory` (bin "missing-directory") due to 1 previous error
    "#);
}
