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
    migrations/9_a.sql: sorts after `10_b.sql` but runs before it
     |
     = help: rename it to `09_a.sql`
     = help: or set `order = numeric` to run versions in numeric order, whatever their names sort like
    ");
}

#[test]
fn numbers_of_several_widths_are_one_error_for_all() {
    let names: Vec<String> = (1..=101)
        .map(|version| format!("{version}_x.sql"))
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert_snapshot!(named(&names).problems(), @"
    migrations/1_x.sql: sorts after `10_x.sql` but runs before it
     |
     = help: pad all versions with zeros to 3 digits: rename `1_x.sql` to `001_x.sql`, `2_x.sql` to `002_x.sql`, and 97 more alike
     = help: or set `order = numeric` to run versions in numeric order, whatever their names sort like
    ");
}

#[test]
fn zeros_in_front_may_be_what_breaks_the_order() {
    assert_snapshot!(named(&["09_a.sql", "010_b.sql"]).problems(), @"
    migrations/09_a.sql: sorts after `010_b.sql` but runs before it
     |
     = help: rename it to `009_a.sql`
     = help: or set `order = numeric` to run versions in numeric order, whatever their names sort like
    ");
}

#[test]
fn the_one_file_with_a_zero_too_many_is_named_and_no_other() {
    let names = [
        "0001_a.sql",
        "0002_b.sql",
        "0009_c.sql",
        "00010_d.sql",
        "0011_e.sql",
    ];
    assert_snapshot!(named(&names).problems(), @"
    migrations/00010_d.sql: sorts before `0009_c.sql` but runs after it
     |
     = help: rename it to `0010_d.sql`
     = help: or set `order = numeric` to run versions in numeric order, whatever their names sort like
    ");
    let renamed = [
        "0001_a.sql",
        "0002_b.sql",
        "0009_c.sql",
        "0010_d.sql",
        "0011_e.sql",
    ];
    assert_eq!(versions(&named(&renamed)), [1, 2, 9, 10, 11]);
}

#[test]
fn the_one_timestamp_with_a_digit_too_many_is_named_and_no_other() {
    let names = [
        "20250101120000_a.sql",
        "202501021200000_b.sql",
        "20250103120000_c.sql",
    ];
    assert_snapshot!(named(&names).problems(), @"
    migrations/202501021200000_b.sql: sorts before `20250103120000_c.sql` but runs after it
     |
     = help: rename it so that its version has 14 digits, as the others have
    migrations/202501021200000_b.sql: version 202501021200000 has 15 digits, but other timestamps have 14
     |
     = help: rename it before it is applied anywhere: it runs after all of them
     = help: if it has been applied, allow it: `-- migrate: allow(timestamp-length) <reason>`
    ");
}

#[test]
fn padding_as_the_help_says_leaves_nothing_to_complain_about() {
    assert_snapshot!(named(&["1_a.sql", "2_b.sql", "10_c.sql"]).problems(), @"
    migrations/10_c.sql: sorts before `2_b.sql` but runs after it
     |
     = help: pad all versions with zeros to 2 digits: rename `1_a.sql` to `01_a.sql`, `2_b.sql` to `02_b.sql`
     = help: or set `order = numeric` to run versions in numeric order, whatever their names sort like
    ");
    assert_eq!(
        versions(&named(&["01_a.sql", "02_b.sql", "10_c.sql"])),
        [1, 2, 10]
    );
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
    migrations/202502020930000_c.sql: version 202502020930000 has 15 digits, but other timestamps have 14
     |
     = help: rename it before it is applied anywhere: it runs after all of them
     = help: if it has been applied, allow it: `-- migrate: allow(timestamp-length) <reason>`
    migrations/2025020309300_d.sql: version 2025020309300 has 13 digits, but other timestamps have 14
     |
     = help: rename it before it is applied anywhere: it runs before all of them
     = help: if it has been applied, allow it: `-- migrate: allow(timestamp-length) <reason>`
    ");
    let loaded = migrate_check::load(package.root(), "migrations", &settings);
    assert!(!loaded.has_errors());
    assert_eq!(loaded.migrations.len(), 4);
}

#[test]
fn of_two_timestamps_the_one_without_the_usual_form_is_odd() {
    assert_snapshot!(named(&["20250131093000_a.sql", "202502010930000_b.sql"]).problems(), @"
    migrations/202502010930000_b.sql: version 202502010930000 has 15 digits, but other timestamps have 14
     |
     = help: rename it before it is applied anywhere: it runs after all of them
     = help: if it has been applied, allow it: `-- migrate: allow(timestamp-length) <reason>`
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
