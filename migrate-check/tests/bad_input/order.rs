//! The order of versions.

use insta::assert_snapshot;
use migrate_check::{Order, Settings};

use crate::fixture::{Crate, problems};

fn named(names: &[&str]) -> Crate {
    let files: Vec<(&str, &str)> = names.iter().map(|name| (*name, "")).collect();
    Crate::with(&files)
}

fn versions(package: &Crate) -> Vec<i64> {
    let loaded = package.load();
    assert_eq!(loaded.diagnostics, []);
    loaded
        .migrations
        .iter()
        .map(|found| found.version)
        .collect()
}

#[test]
fn names_out_of_alphabetical_order_are_refused_with_both_ways_out() {
    assert_snapshot!(named(&["9_a.sql", "10_b.sql"]).problems(), @"
    migrations/9_a.sql: stands behind `10_b.sql` in alphabetical order, but version 9 comes before 10
     |
     = help: pad the numbers with zeros to the same width: `09_a.sql`
     = help: or say `order = numeric`: versions are then ordered as numbers whatever their names sort like
    ");
}

#[test]
fn each_place_where_the_order_breaks_is_one_error() {
    let names: Vec<String> = (1..=101)
        .map(|version| format!("{version}_x.sql"))
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert_snapshot!(named(&names).problems(), @"
    migrations/99_x.sql: stands behind `100_x.sql` in alphabetical order, but version 99 comes before 100
     |
     = help: pad the numbers with zeros to the same width: `099_x.sql`
     = help: or say `order = numeric`: versions are then ordered as numbers whatever their names sort like
    migrations/9_x.sql: stands behind `10_x.sql` in alphabetical order, but version 9 comes before 10
     |
     = help: pad the numbers with zeros to the same width: `09_x.sql`
     = help: or say `order = numeric`: versions are then ordered as numbers whatever their names sort like
    ");
}

#[test]
fn zeros_in_front_may_be_what_breaks_the_order() {
    assert_snapshot!(named(&["09_a.sql", "010_b.sql"]).problems(), @"
    migrations/09_a.sql: stands behind `010_b.sql` in alphabetical order, but version 9 comes before 10
     |
     = help: pad the numbers with zeros to the same width: `009_a.sql`
     = help: or say `order = numeric`: versions are then ordered as numbers whatever their names sort like
    ");
}

#[test]
fn numeric_order_takes_names_of_any_width() {
    let package = named(&["9_a.sql", "10_b.sql", "1_c.sql"]);
    let settings = Settings {
        order: Order::Numeric,
        ..Settings::default()
    };
    assert_snapshot!(package.problems_of("migrations", &settings), @"");
    let loaded = migrate_check::load(package.root(), "migrations", &settings);
    let versions: Vec<i64> = loaded
        .migrations
        .iter()
        .map(|found| found.version)
        .collect();
    assert_eq!(versions, [1, 9, 10]);
}

#[test]
fn padded_numbers_gaps_and_a_change_to_timestamps_are_in_order() {
    let package = named(&[
        "001_a.sql",
        "003_b.sql",
        "010_c.sql",
        "20250131093000_d.sql",
    ]);
    assert_eq!(versions(&package), [1, 3, 10, 20_250_131_093_000]);
}

#[test]
fn a_timestamp_with_a_digit_too_many_or_too_few_is_a_warning() {
    let package = named(&[
        "20250131093000_a.sql",
        "20250201093000_b.sql",
        "202502020930000_c.sql",
        "2025020309300_d.sql",
    ]);
    let settings = Settings {
        order: Order::Numeric,
        ..Settings::default()
    };
    assert_snapshot!(package.problems_of("migrations", &settings), @"
    migrations/202502020930000_c.sql: version 202502020930000 has a digit too many: 15, where other timestamps have 14
     |
     = help: it stands behind all of them for ever: rename it before it is applied anywhere
     = help: where it has been applied already: `-- migrate: allow(timestamp-length) <reason>`
    migrations/2025020309300_d.sql: version 2025020309300 has a digit too few: 13, where other timestamps have 14
     |
     = help: it stands before all of them for ever: rename it before it is applied anywhere
     = help: where it has been applied already: `-- migrate: allow(timestamp-length) <reason>`
    ");
    let loaded = migrate_check::load(package.root(), "migrations", &settings);
    assert!(!loaded.has_errors());
    assert_eq!(loaded.migrations.len(), 4);
}

#[test]
fn of_two_timestamps_the_one_without_the_usual_form_is_odd() {
    assert_snapshot!(named(&["20250131093000_a.sql", "202502010930000_b.sql"]).problems(), @"
    migrations/202502010930000_b.sql: version 202502010930000 has a digit too many: 15, where other timestamps have 14
     |
     = help: it stands behind all of them for ever: rename it before it is applied anywhere
     = help: where it has been applied already: `-- migrate: allow(timestamp-length) <reason>`
    ");
}

#[test]
fn other_kinds_of_numbers_beside_timestamps_are_no_slip() {
    let epochs = [
        "1700000000000_a.sql",
        "1700000000001_b.sql",
        "20250131093000_c.sql",
    ];
    assert_eq!(versions(&named(&epochs)).len(), 3);
    let minutes = ["202501310930_a.sql", "20250201093000_b.sql"];
    assert_eq!(versions(&named(&minutes)).len(), 2);
}

#[test]
fn an_odd_timestamp_can_be_allowed() {
    let odd = "-- migrate: allow(timestamp-length) applied everywhere long ago\n";
    assert_snapshot!(
        problems(&[("20250131093000_a.sql", ""), ("202502010930000_b.sql", odd)]),
        @""
    );
}
