//! What no file may hold, whatever its SQL.

use insta::assert_snapshot;

use crate::fixture::{Crate, problems, problems_in};

#[test]
fn a_byte_that_is_not_utf_8_is_refused_where_it_stands() {
    assert_snapshot!(problems_in(b"SELECT 1;\r\nSELECT 'caf\xE9';\n"), @"
    migrations/0001_a.sql:2:12: the byte 0xE9 is not UTF-8
      |
    2 | SELECT 'caf�';
      |            ^ `é` in Latin-1
      |
      = help: save the file as UTF-8
    ");
    assert_snapshot!(problems_in(b"\x80"), @"
    migrations/0001_a.sql:1:1: the byte 0x80 is not UTF-8
      |
    1 | �
      | ^
      |
      = help: save the file as UTF-8
    ");
}

#[test]
fn utf_16_is_recognised() {
    let text = "SELECT 1;\r\n".encode_utf16().flat_map(u16::to_le_bytes);
    let bytes: Vec<u8> = [0xFF, 0xFE].into_iter().chain(text).collect();
    assert_snapshot!(problems_in(bytes), @"
    migrations/0001_a.sql: the file is UTF-16, not UTF-8
     |
     = help: save it as UTF-8 without a byte order mark
    ");
}

#[test]
fn a_nul_is_refused() {
    assert_snapshot!(problems_in("SELECT 1;\n\0SELECT 2;\0"), @"
    migrations/0001_a.sql:2:1: the file contains a NUL character
      |
    2 | ␀SELECT 2;␀
      | ^
      |
      = help: delete it: PostgreSQL accepts no NUL in a statement or a string
    ");
}

#[test]
fn a_byte_order_mark_is_refused() {
    assert_snapshot!(problems_in("\u{FEFF}SELECT 1;\n"), @"
    migrations/0001_a.sql:1:1: the file begins with a byte order mark
      |
    1 | ﻿SELECT 1;
      | ^
      |
      = help: save it as UTF-8 without a byte order mark (BOM)
    ");
}

#[test]
fn a_bidirectional_control_is_refused() {
    assert_snapshot!(problems_in("SELECT 'user\u{202E} \u{2066}-- admin';"), @r"
    migrations/0001_a.sql:1:13: the bidirectional control U+202E displays text in a different order than it runs
      |
    1 | SELECT 'user� �-- admin';
      |             ^
      |
      = help: delete it; if it is data, write it as an escape: U&'\202E'
    ");
}

#[test]
fn what_hides_behind_a_byte_order_mark_is_found_too() {
    assert_snapshot!(problems_in("\u{FEFF}-- migrate: no-transction\nSELECT 1;\n"), @"
    migrations/0001_a.sql:1:1: the file begins with a byte order mark
      |
    1 | ﻿-- migrate: no-transction
      | ^
      |
      = help: save it as UTF-8 without a byte order mark (BOM)
    migrations/0001_a.sql:1:14: unknown directive `no-transction`
      |
    1 | ﻿-- migrate: no-transction
      |             ^^^^^^^^^^^^^
      |
      = help: did you mean `no-transaction`?
      = help: use `no-transaction`, `out-of-order`, `lock-timeout <time>`, `flush`, `allow(<rule>) <reason>` or `alone`
    ");
}

#[test]
fn crlf_and_lf_make_the_same_migration() {
    let text = "-- migrate: no-transaction\nSELECT 'ä\n';\n";
    let unix = Crate::with(&[("0001_a.sql", text)]).load();
    let windows = Crate::with(&[("0001_a.sql", text.replace('\n', "\r\n"))]).load();
    assert_eq!(unix.diagnostics, []);
    assert_eq!(unix.migrations, windows.migrations);
    assert_eq!(unix.migrations[0].up.text, text);
}

#[test]
fn a_lone_carriage_return_is_kept() {
    let loaded = Crate::with(&[("0001_a.sql", "SELECT 'a\rb';\r\n")]).load();
    assert_eq!(loaded.diagnostics, []);
    assert_eq!(loaded.migrations[0].up.text, "SELECT 'a\rb';\n");
}

#[test]
fn empty_files_and_files_of_comments_are_migrations() {
    assert_snapshot!(problems(&[("1_a.sql", ""), ("2_b.sql", "-- nothing yet"), ("3_c.sql", "\n\n")]), @"");
}

#[test]
fn other_invisible_characters_are_data() {
    assert_snapshot!(problems_in("SELECT '👩\u{200D}🚀 \u{200F} \u{FEFF}';"), @"");
}
