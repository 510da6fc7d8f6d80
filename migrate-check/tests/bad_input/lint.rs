//! Which rules speak, and of which files.

use migrate_check::{Level, Settings, Severity, lint, load};

use crate::fixture::Crate;

/// What is found with these settings: file, rule and severity of each.
fn found(package: &Crate, settings: &Settings) -> Vec<(String, &'static str, Severity)> {
    let loaded = load(package.root(), "migrations", settings);
    let found = loaded.diagnostics.into_iter();
    found
        .map(|found| {
            let file = found.file.trim_start_matches("migrations/").to_owned();
            (file, found.rule, found.severity)
        })
        .collect()
}

fn with(levels: &[(&str, Level)]) -> Settings {
    let mut settings = Settings::default();
    for (id, level) in levels {
        let rule = lint::find(id);
        assert!(rule.is_some(), "no rule `{id}`");
        if let Some(rule) = rule {
            settings.lint.set(rule.id, *level);
        }
    }
    settings
}

#[test]
fn levels_make_errors_of_warnings_and_silence_them() {
    let package = Crate::with(&[
        ("0_before.sql", "CREATE TABLE t ();"),
        ("1_a.sql", "DROP TABLE t;"),
    ]);
    let at = |level| found(&package, &with(&[("drop-table", level)]));
    let finding = |severity| vec![("1_a.sql".to_owned(), "drop-table", severity)];
    assert_eq!(
        found(&package, &Settings::default()),
        finding(Severity::Warning)
    );
    assert_eq!(at(Level::Deny), finding(Severity::Error));
    assert_eq!(at(Level::Allow), []);
}

#[test]
fn what_nothing_works_without_keeps_its_level() {
    let package = Crate::with(&[("1_a.sql", "COMMIT;")]);
    let settings = with(&[("transaction-control", Level::Allow)]);
    assert_eq!(found(&package, &settings).len(), 1);
}

#[test]
fn files_that_ran_long_ago_draw_no_warnings_but_errors() {
    let package = Crate::with(&[
        ("1_a.sql", "DROP TABLE a; SET work_mem = 1;"),
        (
            "2_b.sql",
            "-- migrate: allow(drop-table) so it was\nDROP TABLE b;",
        ),
        (
            "3_c.sql",
            "-- migrate: allow(unknown-name) a table of another service\nDROP TABLE c;",
        ),
    ]);
    let mut settings = with(&[("rename", Level::Deny)]);
    settings.start_after = Some(2);
    assert_eq!(
        found(&package, &settings),
        [
            ("1_a.sql".to_owned(), "session-state-leak", Severity::Error),
            ("3_c.sql".to_owned(), "drop-table", Severity::Warning),
        ]
    );
}

#[test]
fn earlier_means_an_earlier_version_whatever_the_names_sort_like() {
    let mut settings = Settings {
        order: migrate_check::Order::Numeric,
        ..Settings::default()
    };
    let package = Crate::with(&[
        ("2_a.sql", "CREATE TABLE t (a varchar(10));"),
        ("10_b.sql", "ALTER TABLE t ALTER a TYPE text;"),
    ]);
    assert_eq!(found(&package, &settings), []);
    let package = Crate::with(&[
        ("2_a.sql", "ALTER TABLE t ALTER a TYPE text;"),
        ("10_b.sql", "CREATE TABLE t (a varchar(10));"),
    ]);
    settings.lint.set("unknown-name", Level::Allow);
    assert_eq!(found(&package, &settings).len(), 1);
}

#[test]
fn an_allow_of_a_rule_that_is_off_is_let_be() {
    let package = Crate::with(&[(
        "1_a.sql",
        "-- migrate: allow(create-if-not-exists) old databases have it\nCREATE TABLE IF NOT EXISTS t ();",
    )]);
    assert_eq!(found(&package, &Settings::default()), []);
    assert_eq!(found(&package, &with(&[("idempotent", Level::Warn)])), []);
}
