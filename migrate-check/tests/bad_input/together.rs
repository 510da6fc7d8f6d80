//! Every problem of every file at once.

use insta::assert_snapshot;
use migrate_check::{Settings, load};
use proptest::prelude::*;

use crate::fixture::{Crate, problems};

#[test]
fn twelve_broken_files_are_twelve_errors() {
    let files: [(&str, &[u8]); 14] = [
        ("0001_fine.sql", b"SELECT 1;"),
        ("0001_late.sql", b"SELECT 1;"),
        ("0002_string.sql", b"SELECT 1;\nSELECT 'x;"),
        ("0003_commit.sql", b"SELECT 1; COMMIT;"),
        ("0004_latin.sql", b"SELECT '\xFC';"),
        ("0005_mark.sql", b"\xEF\xBB\xBFSELECT 1;"),
        ("0006_nul.sql", b"SELECT 1;\0"),
        ("0007_typo.sql", b"-- migrate: lock-timeuot 1s\nSELECT 1;"),
        ("0009_gone.down.sql", b"SELECT 1;"),
        ("0010 blank.sql", b"SELECT 1;"),
        ("0011_upper.SQL", b"SELECT 1;"),
        ("0012_fine.sql", b"SELECT 1;"),
        ("1create.sql", b"SELECT 1;"),
        ("create_users.sql", b"SELECT 1;"),
    ];
    let package = Crate::with(&files);
    assert_eq!(package.load().diagnostics.len(), 12);
    let problems = package.problems();
    let first_lines: Vec<&str> = problems
        .lines()
        .filter(|line| line.starts_with("migrations/"))
        .collect();
    assert_snapshot!(first_lines.join("\n"), @"
    migrations/0001_late.sql: version 1 is also the version of `0001_fine.sql`
    migrations/0002_string.sql:2:8: unterminated quoted string
    migrations/0003_commit.sql:1:11: `COMMIT` in a file that already runs in a transaction
    migrations/0004_latin.sql:1:9: the byte 0xFC is not UTF-8
    migrations/0005_mark.sql:1:1: the file begins with a byte order mark
    migrations/0006_nul.sql:1:10: the file contains a NUL character
    migrations/0007_typo.sql:1:13: unknown directive `lock-timeuot`
    migrations/0009_gone.down.sql: reverts version 9, but no file applies it
    migrations/0010 blank.sql: no `_` or `-` between version 0010 and the name
    migrations/0011_upper.SQL: ends in `.SQL` instead of `.sql`
    migrations/1create.sql: no `_` or `-` between version 1 and the name
    migrations/create_users.sql: the name does not begin with a version number
    ");
}

#[test]
fn a_file_can_have_several_problems() {
    assert_snapshot!(
        problems(&[("create.sql", "-- migrate: allow(everything)\nCOMMIT; SELECT 'x")]),
        @"
    migrations/create.sql: the name does not begin with a version number
     |
     = help: put its number and `_` in front, such as `0001_create.sql`
    migrations/create.sql:1:19: unknown rule `everything`
      |
    1 | -- migrate: allow(everything)
      |                   ^^^^^^^^^^
      |
      = help: run `migrate rules` for a list of the rules
    migrations/create.sql:2:1: `COMMIT` in a file that already runs in a transaction
      |
    2 | COMMIT; SELECT 'x
      | ^^^^^^
      |
      = help: remove it: migrate runs the file in a transaction, and commits it together with its row in the history
      = rule: transaction-control
    migrations/create.sql:2:16: unterminated quoted string
      |
    2 | COMMIT; SELECT 'x
      |                ^ begins here
      |
      = help: close it with `'`; a quote inside a string is written twice: `'it''s'`
      = rule: lexical-error
    "
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_and_no_name_panic(
        files in prop::collection::vec(
            ("[0-9A-Za-z_. \u{e4}-]{0,12}(\\.down)?\\.(sql|SQL)", any::<Vec<u8>>()), 0..8,
        ),
        directory in any::<String>(),
    ) {
        let files: Vec<(&str, &[u8])> = files
            .iter()
            .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
            .filter(|(name, _)| !name.contains('\0'))
            .collect();
        let package = Crate::with(&files);
        package.show(&package.load());
        package.show(&load(package.root(), &directory, &Settings::default()));
    }

    #[test]
    fn no_comment_panics(
        text in "(-- ?|/\\*|\\*/|migrate|:|allow|\\(|\\)|lock-timeout|no-transaction|[0-9]|s| |\n|\r|'|\\$|x){0,40}",
    ) {
        let package = Crate::with(&[("0001_a.sql", text)]);
        package.show(&package.load());
    }
}
