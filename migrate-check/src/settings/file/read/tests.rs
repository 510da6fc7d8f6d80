use std::fs;

use crate::configure;
use crate::diagnostics::{Style, render};
use crate::lint::find;
use crate::settings::{Configured, Level, Order, Settings};

fn configured(file: &str, text: &str, named: &[&str]) -> Configured {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join(file), text).unwrap();
    configure(root.path(), "migrations", &Settings::default(), named)
}

fn complaints(configured: &Configured) -> String {
    let text = configured
        .source
        .as_ref()
        .map(|source| source.text.as_str());
    let found = configured.diagnostics.iter();
    let texts: Vec<String> = found
        .map(|diagnostic| render(diagnostic, text, Style::Plain))
        .collect();
    texts.join("\n")
}

#[test]
fn the_file_completes_what_the_caller_leaves_open() {
    let found = configured(
        "migrate.toml",
        "order = 'numeric'\nschema = 'ops'\nlayout = 'sqlx'\n",
        &["table"],
    );
    assert_eq!(complaints(&found), "");
    assert_eq!(found.settings.order, Order::Numeric);
    assert_eq!(found.settings.table.to_string(), "ops.schema_migrations");
}

#[test]
fn what_else_there_is_may_be_one_string_or_a_list() {
    let text = "assume = ['a.sql', 'b.sql']\nafter = '../other'\nassume_extensions = []\n";
    let found = configured("migrate.toml", text, &[]);
    assert_eq!(complaints(&found), "");
    let surroundings = &found.settings.surroundings;
    assert_eq!(surroundings.assume, ["a.sql", "b.sql"]);
    assert_eq!(surroundings.after, ["../other"]);
    assert!(surroundings.extensions.is_empty());
    let wrong = configured("migrate.toml", "assume = [1]\nafter = ''\n", &[]);
    let wrong = complaints(&wrong);
    assert!(
        wrong.contains("`assume` is not a list of strings"),
        "{wrong}"
    );
    assert!(wrong.contains("`after` names nothing"), "{wrong}");
}

#[test]
fn a_manifest_may_hold_them() {
    let found = configured(
        "Cargo.toml",
        "[package]\nname = 'x'\n[package.metadata.migrate]\ntable = 'history'\n",
        &[],
    );
    assert_eq!(found.settings.table.name, "history");
    for other in ["[package]\nname = 'x'\n", "[package.metadata.migrate-x]\n"] {
        assert_eq!(configured("Cargo.toml", other, &[]), Configured::default());
    }
}

#[test]
fn every_mistake_is_shown_where_it_stands() {
    let found = configured(
        "migrate.toml",
        "tabel = 'x'\norder = 'numerical'\nschema = ''\nsyntax = true\n",
        &[],
    );
    insta::assert_snapshot!(complaints(&found), @r#"
    migrate.toml:1:1: unknown setting `tabel`
      |
    1 | tabel = 'x'
      | ^^^^^
      |
      = help: did you mean `table`?
    migrate.toml:2:9: unknown order "numerical"
      |
    2 | order = 'numerical'
      |         ^^^^^^^^^^^
      |
      = help: did you mean "numeric"?
    migrate.toml:3:10: the schema's name is empty
      |
    3 | schema = ''
      |          ^^
      |
      = help: leave the option out for the default
    migrate.toml:4:10: `syntax` is not a string
      |
    4 | syntax = true
      |          ^^^^
      |
      = help: write it in quotes
    "#);
    let broken = configured("migrate.toml", "order = ?\n", &[]);
    insta::assert_snapshot!(complaints(&broken), @"
    migrate.toml:1:9: string values must be quoted, expected literal string
      |
    1 | order = ?
      |         ^
      |
      = help: correct the TOML; its grammar is at https://toml.io
    ");
    let other = configured("migrate.toml", "order = 'numeric'\n", &["order"]);
    insta::assert_snapshot!(complaints(&other), @r#"
    migrate.toml:1:9: `order` is "numeric" here but "alphabetical" in embed_migrations!
      |
    1 | order = 'numeric'
      |         ^^^^^^^^^
      |
      = help: remove `order` from embed_migrations!: the program `migrate` reads this file only
    "#);
}

#[test]
fn what_the_caller_names_as_well_must_be_the_same() {
    let mut chosen = Settings::default();
    chosen.lint.set("rename", Level::Deny);
    chosen.start_after = Some(7);
    let named = ["lint", "start_after", "table"];
    let compared = |text: &str| {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("migrate.toml"), text).unwrap();
        let configured = configure(root.path(), "migrations", &chosen, &named);
        let found = configured.diagnostics.into_iter();
        found
            .map(|found| found.message)
            .collect::<Vec<_>>()
            .join("\n")
    };
    let same = "start_after = '0007'\ntable = 'schema_migrations'\n[lint]\ndeny = ['rename']\n";
    assert_eq!(compared(same), "");
    insta::assert_snapshot!(compared("start_after = 8\ntable = 'history'\n[lint]\nwarn = ['rename']\n"), @r#"
    `start_after` is 8 here but 7 in embed_migrations!
    `table` is "history" here but "schema_migrations" in embed_migrations!
    `lint` warns of `rename` here but denies it in embed_migrations!
    "#);
    insta::assert_snapshot!(compared("[lint]\ndeny = ['rename', 'drop-table']\n"), @"`lint` denies `drop-table` here but does not name it in embed_migrations!");
    insta::assert_snapshot!(compared("[lint]\n"), @"`lint` does not name `rename` here but denies it in embed_migrations!");
}

#[test]
fn levels_of_rules_and_where_they_begin() {
    let found = configured(
        "migrate.toml",
        "start_after = 20250101000000\n[lint]\ndeny = ['rename']\nallow = ['json-column']\n",
        &[],
    );
    assert_eq!(complaints(&found), "");
    assert_eq!(found.settings.start_after, Some(20_250_101_000_000));
    let level = |id| find(id).unwrap().level_in(&found.settings.lint);
    assert_eq!(level("rename"), Level::Deny);
    assert_eq!(level("json-column"), Level::Allow);
    let wrong = configured(
        "migrate.toml",
        "start_after = 'new'\n[lint]\nforbid = []\ndeny = 'rename'\nallow = ['renaem', 'transaction-control']\n",
        &[],
    );
    insta::assert_snapshot!(complaints(&wrong), @r#"
    migrate.toml:1:15: "new" is not a version
      |
    1 | start_after = 'new'
      |               ^^^^^
      |
      = help: give the version of the newest file to skip, e.g. 20250131093000
    migrate.toml:3:1: unknown level `forbid`
      |
    3 | forbid = []
      | ^^^^^^
      |
      = help: the levels are `deny`, `warn` and `allow`
    migrate.toml:4:8: `deny` is not a list
      |
    4 | deny = 'rename'
      |        ^^^^^^^^
      |
      = help: write names of rules in brackets: `["rename"]`
    migrate.toml:5:10: unknown rule `renaem`
      |
    5 | allow = ['renaem', 'transaction-control']
      |          ^^^^^^^^
      |
      = help: did you mean `rename`?
    migrate.toml:5:20: `transaction-control` cannot be allowed
      |
    5 | allow = ['renaem', 'transaction-control']
      |                    ^^^^^^^^^^^^^^^^^^^^^
      |
      = help: remove it from the list: the statements that it reports fail when the migration runs
    "#);
}

#[test]
fn two_files_are_one_too_many() {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("migrate.toml"), "").unwrap();
    fs::write(
        root.path().join("Cargo.toml"),
        "[package.metadata.migrate]\n",
    )
    .unwrap();
    let settings = Settings::default();
    let none: [&str; 0] = [];
    let found = configure(root.path(), "migrations", &settings, &none);
    insta::assert_snapshot!(complaints(&found), @"
    migrate.toml: `Cargo.toml` contains settings too
     |
     = help: keep the settings in one of the two files
    ");
}

#[test]
fn the_old_name_of_start_after_still_works() {
    let found = configured("migrate.toml", "since = 7\n", &[]);
    assert_eq!(found.settings.start_after, Some(7));
}
