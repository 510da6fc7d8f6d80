//! Names of files, each on its own and beside each other.

use insta::assert_snapshot;

use crate::fixture::{Crate, problems};

fn named(names: &[&str]) -> String {
    let files: Vec<(&str, &str)> = names.iter().map(|name| (*name, "")).collect();
    problems(&files)
}

#[test]
fn a_name_without_a_version_is_refused() {
    assert_snapshot!(named(&["create_users.sql"]), @"
    migrations/create_users.sql: the name does not begin with a version number
     |
     = help: put its number and `_` in front, such as `0001_create_users.sql`
    ");
}

#[test]
fn a_version_that_runs_into_the_name_is_refused() {
    assert_snapshot!(named(&["1create.sql"]), @"
    migrations/1create.sql: no `_` or `-` between version 1 and the name
     |
     = help: rename it to `1_create.sql`
    ");
}

#[test]
fn a_version_beyond_i64_is_refused() {
    assert_snapshot!(named(&["9223372036854775808_late.sql"]), @"
    migrations/9223372036854775808_late.sql: version 9223372036854775808 is too large: the largest is 9223372036854775807
     |
     = help: use a shorter number, such as `0001` or a timestamp like `20250131093000`
    ");
}

#[test]
fn an_ending_in_upper_case_is_refused() {
    assert_snapshot!(named(&["0001_users.SQL"]), @"
    migrations/0001_users.SQL: ends in `.SQL` instead of `.sql`
     |
     = help: rename it to `0001_users.sql`
    ");
}

#[test]
fn a_down_ending_in_upper_case_is_refused() {
    assert_snapshot!(named(&["0001_users.DOWN.sql", "0001_users.sql"]), @"
    migrations/0001_users.DOWN.sql: ends in `.DOWN.sql`, which is neither up nor down
     |
     = help: rename it to `0001_users.down.sql`
    ");
}

#[test]
fn a_name_with_a_space_is_refused() {
    assert_snapshot!(named(&["0001_create users.sql"]), @"
    migrations/0001_create users.sql: the name contains a space
     |
     = help: use only the letters A to Z, digits, `_`, `-` and `.`: rename it to `0001_create_users.sql`
    ");
}

#[test]
fn a_name_outside_ascii_is_refused() {
    assert_snapshot!(named(&["0001_größe.sql"]), @"
    migrations/0001_größe.sql: the name contains `ö` (U+00F6)
     |
     = help: use only the letters A to Z, digits, `_`, `-` and `.`: rename it to `0001_gr__e.sql`
    ");
}

#[test]
fn a_name_that_would_steer_the_terminal_is_shown_harmlessly() {
    assert_snapshot!(named(&["0001_a\u{1b}[2J\u{202e}.sql"]), @r"
    migrations/0001_a\u{1b}[2J\u{202e}.sql: the name contains the control character U+001B
     |
     = help: use only the letters A to Z, digits, `_`, `-` and `.`: rename it to `0001_a__2J_.sql`
    ");
}

#[test]
fn a_hidden_file_is_refused() {
    assert_snapshot!(named(&["._0001_users.sql", "0001_users.sql"]), @"
    migrations/._0001_users.sql: the name does not begin with a version number
     |
     = help: delete this hidden file: editors and macOS create such files
    ");
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_not_utf_8_is_refused() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let package = Crate::with(&[("0001_a.sql", "")]);
    let name = OsStr::from_bytes(b"0002_gr\xF6sse.sql");
    std::fs::write(package.path("migrations").join(name), "").expect("a file");
    assert_snapshot!(package.problems(), @"
    migrations/0002_gr�sse.sql: the file name is not UTF-8
     |
     = help: use only the letters A to Z, digits, `_`, `-` and `.`
    ");
}

#[test]
fn the_same_version_twice_is_refused() {
    assert_snapshot!(named(&["0001_a.sql", "0001_b.sql"]), @"
    migrations/0001_b.sql: version 1 is also the version of `0001_a.sql`
     |
     = help: renumber whichever of the two has not been applied anywhere
    ");
}

#[test]
fn the_same_version_in_other_widths_is_refused() {
    assert_snapshot!(named(&["001_b.sql", "1_a.sql", "01-c.up.sql"]), @"
    migrations/01-c.up.sql: version 1 is also the version of `001_b.sql`
     |
     = help: renumber whichever of the two has not been applied anywhere
    migrations/1_a.sql: version 1 is also the version of `001_b.sql`
     |
     = help: renumber whichever of the two has not been applied anywhere
    ");
}

#[test]
fn the_two_spellings_of_an_up_file_are_one_version() {
    assert_snapshot!(named(&["0001_a.sql", "0001_a.up.sql"]), @"
    migrations/0001_a.up.sql: version 1 is also the version of `0001_a.sql`
     |
     = help: renumber whichever of the two has not been applied anywhere
    ");
}

#[test]
fn the_same_version_down_twice_is_refused() {
    assert_snapshot!(named(&["0001_a.sql", "0001_a.down.sql", "0001_b.down.sql"]), @"
    migrations/0001_b.down.sql: version 1 is also the version of `0001_a.down.sql`
     |
     = help: renumber whichever of the two has not been applied anywhere
    ");
}

#[cfg(not(any(windows, target_os = "macos")))]
#[test]
fn names_that_differ_only_in_case_are_refused() {
    assert_snapshot!(named(&["0001_Users.sql", "0001_users.sql"]), @"
    migrations/0001_users.sql: differs from `0001_Users.sql` only in case
     |
     = help: rename or delete one of the two: on Windows and macOS they are the same file
    ");
}

#[test]
fn a_down_file_without_its_up_file_is_refused() {
    assert_snapshot!(named(&["0001_a.sql", "0002_b.down.sql"]), @"
    migrations/0002_b.down.sql: reverts version 2, but no file applies it
     |
     = help: add `0002_b.sql`, or delete this file
    ");
}

#[test]
fn a_down_file_named_unlike_its_up_file_is_refused() {
    assert_snapshot!(named(&["0001_a.sql", "0001_b.down.sql"]), @"
    migrations/0001_b.down.sql: reverts version 1, but is not named like `0001_a.sql`, which applies it
     |
     = help: rename it to `0001_a.down.sql` if the two belong together; otherwise give it the version of its own migration
    ");
    assert_snapshot!(named(&["001_a.sql", "1_a.down.sql"]), @"
    migrations/1_a.down.sql: reverts version 1, but is not named like `001_a.sql`, which applies it
     |
     = help: rename it to `001_a.down.sql` if the two belong together; otherwise give it the version of its own migration
    ");
}

#[test]
fn one_slip_in_a_pair_of_files_is_one_error() {
    assert_snapshot!(named(&["0001create.sql", "0001create.down.sql"]), @"
    migrations/0001create.down.sql: no `_` or `-` between version 0001 and the name
     |
     = help: rename it to `0001_create.down.sql`
    migrations/0001create.sql: no `_` or `-` between version 0001 and the name
     |
     = help: rename it to `0001_create.sql`
    ");
    assert_snapshot!(named(&["0001_a.SQL", "0001_a.down.sql"]), @"
    migrations/0001_a.SQL: ends in `.SQL` instead of `.sql`
     |
     = help: rename it to `0001_a.sql`
    ");
    assert_snapshot!(named(&["0001_a.sql", "0001_b.sql", "0001_b.down.sql"]), @"
    migrations/0001_b.sql: version 1 is also the version of `0001_a.sql`
     |
     = help: renumber whichever of the two has not been applied anywhere
    ");
}

#[test]
fn names_of_the_grammar_are_taken_as_they_are() {
    let package = Crate::with(&[
        ("0000.sql", ""),
        ("0001_a.sql", "SELECT 1"),
        ("0001_a.down.sql", "SELECT 2"),
        ("0003-b.c-D.up.sql", "-- only a comment"),
        ("README.md", "1_not a migration"),
        ("0004_x.sql.orig", ""),
        (".gitkeep", ""),
    ]);
    let loaded = package.load();
    assert_eq!(loaded.diagnostics, []);
    let found: Vec<_> = loaded
        .migrations
        .iter()
        .map(|found| (found.version, found.name.as_str(), found.down.is_some()))
        .collect();
    assert_eq!(found, [(0, "", false), (1, "a", true), (3, "b.c-D", false)]);
    assert_eq!(loaded.path, package.path("migrations"));
    let sources: Vec<_> = loaded
        .sources
        .iter()
        .map(|source| source.file.as_str())
        .collect();
    assert_eq!(
        sources,
        [
            "migrations/0000.sql",
            "migrations/0001_a.down.sql",
            "migrations/0001_a.sql",
            "migrations/0003-b.c-D.up.sql",
        ]
    );
}
