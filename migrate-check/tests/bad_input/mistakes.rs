//! Statements about what does not exist: what is said of them by default, and the ways out.

use std::path::Path;

use migrate_check::settings::Notation;
use migrate_check::{Level, Loaded, RULES, Settings, load};

use crate::advice::copy_directory;
use crate::fixture::Crate;

const NAMES: [&str; 2] = ["unknown-name", "contradicts-schema"];

/// The usual settings, without the rules about locks.
fn names_alone() -> Settings {
    let mut settings = Settings::default();
    for rule in RULES.iter().filter(|rule| rule.allowable) {
        if !NAMES.contains(&rule.id) {
            settings.lint.set(rule.id, Level::Allow);
        }
    }
    settings
}

/// The blocks of a page in this language, below this heading.
fn blocks<'p>(page: &'p str, heading: &str, language: &str) -> Vec<&'p str> {
    let section = page.split(heading).nth(1).unwrap_or_default();
    let section = section.split("\n## ").next().unwrap_or_default();
    let begin = format!("```{language}\n");
    let blocks = section.split(begin.as_str()).skip(1);
    blocks.filter_map(|rest| rest.split("```").next()).collect()
}

#[test]
fn the_page_shows_ten_mistakes_and_what_is_said_of_them() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/mistakes");
    let package = Crate::bare();
    copy_directory(&example, package.root());
    let page = include_str!("../../../docs/meaning.md");
    let said = package.problems_of("migrations", &names_alone());
    assert_eq!(
        blocks(page, "\n## Ten mistakes\n", "text").concat(),
        format!("{said}\n")
    );
    let loaded = package.load();
    let files = loaded
        .migrations
        .iter()
        .map(|migration| &*migration.up.text);
    let texts: String = files.collect();
    assert_eq!(blocks(page, "\n## Ten mistakes\n", "sql").concat(), texts);
}

#[test]
fn the_readme_begins_with_a_column_that_was_renamed() {
    let package = Crate::with(&[
        (
            "0001_users.sql",
            "CREATE TABLE users (id bigint PRIMARY KEY, mail text);\n",
        ),
        (
            "0002_email.sql",
            "ALTER TABLE users RENAME COLUMN mail TO email;\n",
        ),
        ("0003_lower.sql", "UPDATE users SET mail = lower(email);\n"),
    ]);
    let said = package.problems_of("migrations", &names_alone());
    let readme = include_str!("../../../README.md");
    let shown = readme.split("```text\nerror: ").nth(1).unwrap_or_default();
    let shown = shown.split(" --> ").next().unwrap_or_default();
    // The compiler indents what follows the first line.
    let shown: Vec<&str> = shown.trim_end().lines().map(str::trim).collect();
    assert_eq!(shown, said.lines().map(str::trim).collect::<Vec<_>>());
}

#[test]
fn each_setting_that_says_what_else_is_there_is_a_way_out() {
    let loaded = |uses: &str, setting: Option<(&str, &str)>| -> Loaded {
        let package = Crate::with(&[("0001_a.sql", uses)]);
        for (name, text) in [
            ("base.sql", "CREATE TABLE users (mail text);"),
            (
                "other-set/0001_users.sql",
                "CREATE TABLE users (mail text);",
            ),
        ] {
            let path = package.path(name);
            std::fs::create_dir_all(path.parent().expect("it has one")).expect("a folder");
            std::fs::write(path, text).expect("a file");
        }
        let mut settings = names_alone();
        if let Some((key, value)) = setting {
            settings.set(key, value, Notation::Toml).expect("a setting");
        }
        load(package.root(), "migrations", &settings)
    };
    let table = "ALTER TABLE users ADD COLUMN name text;";
    let shape = "CREATE TABLE places (shape geometry);";
    for (uses, key, value) in [
        (table, "assume", "base.sql"),
        (table, "after", "other-set"),
        (shape, "assume_extensions", "postgis"),
    ] {
        let before = loaded(uses, None);
        let help: String = before
            .diagnostics
            .iter()
            .flat_map(migrate_check::Diagnostic::advice)
            .collect();
        assert!(
            before.has_errors() && help.contains(&format!("`{key} = ")),
            "{help}"
        );
        assert_eq!(loaded(uses, Some((key, value))).diagnostics, []);
    }
    // So is a version up to which files ran long ago.
    assert_eq!(loaded(table, Some(("start_after", "1"))).diagnostics, []);
}

#[test]
fn a_history_table_of_another_name_is_there_as_well() {
    let text = "-- migrate: allow(own-history-table) reports read it\nGRANT SELECT ON history.applied TO PUBLIC;\nCOMMENT ON TABLE history.applied IS 'x';";
    let package = Crate::with(&[("0001_a.sql", text)]);
    let mut settings = names_alone();
    settings.table.schema = "history".to_owned();
    settings.table.name = "applied".to_owned();
    settings.lint = Settings::default().lint;
    assert_eq!(
        load(package.root(), "migrations", &settings).diagnostics,
        []
    );
    let found = package.load().diagnostics;
    assert!(
        found.iter().any(|found| found.rule == "unknown-name"),
        "{found:?}"
    );
}
