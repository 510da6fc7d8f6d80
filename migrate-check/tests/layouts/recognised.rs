//! Directories of other tools, read as if they were ours.

use migrate_check::{Layout, Style, render};

use super::{Directory, file, places};

#[track_caller]
fn told(name: &str, text: &str) -> String {
    let files: Vec<_> = (10..22)
        .map(|n| file(name.replace('#', &n.to_string()), text))
        .collect();
    let loaded = Directory::with(&files).load(Layout::Flat);
    assert_eq!(loaded.diagnostics.len(), 1, "{}", places(&loaded));
    render(&loaded.diagnostics[0], None, Style::Plain)
}

#[test]
fn a_layout_is_named_once_with_the_option_to_add() {
    insta::assert_snapshot!(told("2025-01-#-093000_a/up.sql", "SELECT 1"), @"
    migrations: the files have the layout of diesel
     |
     = help: add `layout = diesel` to `embed_migrations!`, or `--layout diesel` to the command, to keep them as they are
     = help: run `migrate adopt` on each database that they have been applied to, to take over its history
    ");
    insta::assert_snapshot!(told("V#__a.sql", "SELECT 1"), @"
    migrations: the files have the layout of refinery or Flyway
     |
     = help: add `layout = refinery` to `embed_migrations!`, or `--layout refinery` to the command, to keep them as they are
     = help: add `layout = flyway` to `embed_migrations!`, or `--layout flyway` to the command, to keep them as they are
     = help: run `migrate adopt` on each database that they have been applied to, to take over its history
    ");
    for (name, text, option) in [
        (
            "202501#093000_a/migration.sql",
            "SELECT 1",
            "layout = prisma",
        ),
        ("V1.#__a.sql", "SELECT 1", "layout = flyway_dotted"),
        (
            "#_a.sql",
            "-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 1;",
            "layout = goose",
        ),
        (
            "#_a.sql",
            "-- +migrate Up\nSELECT 1;\n-- +migrate Down\nSELECT 1;",
            "layout = sql_migrate",
        ),
        (
            "#_a.sql",
            "-- migrate:up\nSELECT 1;\n\n-- migrate:down\nSELECT 1;",
            "layout = dbmate",
        ),
    ] {
        let told = told(name, text);
        assert!(told.contains(option), "{told}");
    }
}

#[test]
fn single_files_of_another_kind_are_errors_of_their_own() {
    let mut files: Vec<_> = (10..20)
        .map(|n| file(format!("{n}_a.sql"), "SELECT 1"))
        .collect();
    files.extend([
        file("20_b.sql", "-- +goose Up\nSELECT 1;"),
        file("V21__c.sql", "SELECT 1;"),
        file("22_d/up.sql", "SELECT 1;"),
    ]);
    insta::assert_snapshot!(places(&Directory::with(&files).load(Layout::Flat)), @"
    migrations/20_b.sql:1:4: `+goose` is a goose marker
    migrations/22_d: a sub-directory with SQL in it: `up.sql`
    migrations/V21__c.sql: the name does not begin with a version number
    ");
}

#[test]
fn a_repeatable_migration_is_flyways() {
    let mut files: Vec<_> = (10..20)
        .map(|n| file(format!("V{n}__a.sql"), "SELECT 1"))
        .collect();
    files.push(file("R__views.sql", "SELECT 1"));
    let loaded = Directory::with(&files).load(Layout::Flat);
    assert_eq!(
        places(&loaded),
        "migrations: the files have the layout of Flyway\n"
    );
}
