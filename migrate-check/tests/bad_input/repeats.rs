//! What would be said many times over is said once.

use insta::assert_snapshot;
use migrate_check::{Loaded, Settings, Style};

use crate::fixture::{Crate, problems, problems_after, problems_in};

#[test]
fn a_warning_about_one_table_names_the_other_lines() {
    assert_snapshot!(problems_after(
        "CREATE TABLE t (a int, b int, c int); CREATE TABLE u (d int);",
        "CREATE INDEX a ON t (a);\nCREATE INDEX b ON t (b);\n\nCREATE INDEX c ON t (c);\nCREATE INDEX d ON u (d);"
    ), @r#"
    migrations/0001_a.sql:1:1: takes SHARE on "t" while the index is built, which blocks every write
      |
    1 | CREATE INDEX a ON t (a);
      | ^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: write `CREATE INDEX CONCURRENTLY`, in a file of its own that begins with `-- migrate: no-transaction`
      = help: change lines 2 and 4 in the same way
      = rule: index-not-concurrent; if it is meant, say why above the statement: `-- migrate: allow(index-not-concurrent) <reason>`
    migrations/0001_a.sql:5:1: takes SHARE on "u" while the index is built, which blocks every write
      |
    5 | CREATE INDEX d ON u (d);
      | ^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: write `CREATE INDEX CONCURRENTLY`, in a file of its own that begins with `-- migrate: no-transaction`
      = rule: index-not-concurrent; if it is meant, say why above the statement: `-- migrate: allow(index-not-concurrent) <reason>`
    "#);
}

#[test]
fn an_allowed_statement_leaves_the_warning_to_the_next_one() {
    assert_snapshot!(problems_after(
        "CREATE TABLE t ();",
        "SELECT 1;\n-- migrate: allow(drop-table) it is empty\nDROP TABLE t;\nDROP TABLE IF EXISTS t;"
    ), @r#"
    migrations/0001_a.sql:4:1: drops "t", which the deployed release may use
      |
    4 | DROP TABLE IF EXISTS t;
      | ^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: once no release uses it, allow it: `-- migrate: allow(drop-table) <reason>`
      = rule: drop-table
    "#);
}

#[test]
fn errors_are_said_of_every_place() {
    let found = problems_in("COMMIT;\nCOMMIT;\nCREAT TABLE t ();\nCREAT TABLE u ();");
    assert_eq!(found.matches("0001_a.sql:").count(), 4, "{found}");
}

#[test]
fn one_placeholder_is_one_error_of_a_directory() {
    let many = "CREATE TABLE ${schema}.t (a int);\n".repeat(60) + "CREAT TABLE t ();\n";
    assert_snapshot!(
        problems(&[("0001_a.sql", many.as_str()), ("0002_b.sql", "DROP TABLE ${schema}.t;\nDROP TABLE ${other}.t;")]),
        @r#"
        migrations/0001_a.sql:1:14: syntax error at or near "$"
          |
        1 | CREATE TABLE ${schema}.t (a int);
          |              ^
          |
          = help: `${schema}` is a placeholder: files are sent to the server as they are, so write the value itself
          = help: replace it in all 60 other places as well; they are in 2 files
          = rule: syntax
        migrations/0001_a.sql:61:1: syntax error at or near "CREAT"
           |
        61 | CREAT TABLE t ();
           | ^^^^^
           |
           = help: did you mean `CREATE` instead of `CREAT`?
           = rule: syntax; if it is right as it is, say why above the statement: `-- migrate: allow(syntax) <reason>`
        migrations/0002_b.sql:2:12: syntax error at or near "$"
          |
        2 | DROP TABLE ${other}.t;
          |            ^
          |
          = help: `${other}` is a placeholder: files are sent to the server as they are, so write the value itself
          = rule: syntax
        "#
    );
}

/// What a build says of so many files that hold each of these, about tables of its own: `t#` and `u#`.
fn notices(count: usize, sql: &str, settings: &Settings) -> String {
    let numbered = |sql: &str, version: usize| sql.replace('#', &version.to_string());
    let tables = "CREATE TABLE t# (); CREATE TABLE u# (a int, b int, c int);\n";
    let before = (1..=count).map(|version| numbered(tables, version));
    let mut files = vec![("0000_before.sql".to_owned(), before.collect::<String>())];
    let after = (1..=count).map(|version| {
        let name = format!("{version:04}_a.sql");
        (name, numbered(sql, version))
    });
    files.extend(after);
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, sql)| (name.as_str(), sql.as_str()))
        .collect();
    let package = Crate::with(&files);
    let loaded: Loaded = migrate_check::load(package.root(), "migrations", settings);
    let renderer = loaded.renderer(Style::Plain);
    let notices = loaded.notices("migrations", settings);
    let texts: Vec<String> = notices
        .iter()
        .map(|notice| renderer.render(notice))
        .collect();
    texts.join("\n")
}

#[test]
fn a_build_says_some_dozens_of_warnings_one_by_one() {
    let found = notices(30, "DROP TABLE t#;", &Settings::default());
    assert_eq!(found.matches("drops \"t").count(), 30, "{found}");
}

#[test]
fn more_of_them_are_summed_up_with_the_way_to_settle_them() {
    let sql = "DROP TABLE t#;\nALTER TABLE u# DROP COLUMN a;\nCREATE INDEX ON u# (b);\nCREATE INDEX ON u# (c);";
    assert_snapshot!(notices(300, sql, &Settings::default()), @r#"
    migrations: 900 warnings in 300 files: 300 drop-column, 300 drop-table, 300 index-not-concurrent
     |
     = help: if version 300 and those before it have run everywhere, add `start_after = "300"` to the options of `embed_migrations!`: only newer files are then warned about
     = help: run `migrate check` to see each of them
    "#);
    let mut settings = Settings {
        start_after: Some(200),
        ..Settings::default()
    };
    assert_snapshot!(notices(300, sql, &settings), @r#"
    migrations: 300 warnings in 100 files: 100 drop-column, 100 drop-table, 100 index-not-concurrent
     |
     = help: if version 300 and those before it have run everywhere, set `start_after = "300"` in the options of `embed_migrations!`: only newer files are then warned about
     = help: run `migrate check` to see each of them
    "#);
    // What the help says to do.
    settings.start_after = Some(300);
    assert_eq!(notices(300, sql, &settings), "");
}

#[test]
fn errors_are_shown_beside_the_summary() {
    let found = notices(31, "DROP TABLE t#; COMMIT;", &Settings::default());
    assert_eq!(found.matches("`COMMIT` in a file").count(), 31, "{found}");
    assert_eq!(
        found.matches("31 warnings in 31 files").count(),
        1,
        "{found}"
    );
}
