use proptest::prelude::*;

use super::scan;
use crate::scanner::testing::check;

#[test]
fn words_are_keywords_or_identifiers() {
    check("SELECT Select sElEcT", "SELECT SELECT SELECT");
    check(
        "selects _a a$1 é1",
        "IDENT<selects> IDENT<_a> IDENT<a$1> IDENT<é1>",
    );
    check("\u{feff}x a\u{a0}b", "IDENT<\u{feff}x> IDENT<a\u{a0}b>");
}

#[test]
fn blanks_are_those_of_postgresql() {
    check(
        "a\tb\nc\rd\x0be\x0cf",
        "IDENT<a> IDENT<b> IDENT<c> IDENT<d> IDENT<e> IDENT<f>",
    );
    check("", "");
    check(" \n", "");
}

#[test]
fn comments_are_no_tokens() {
    check("a -- b 'c\nd", "IDENT<a> IDENT<d>");
    check("a -- b\rc", "IDENT<a> IDENT<c>");
    check(
        "a --b\rc --d\re\n--f\n--g\nh",
        "IDENT<a> IDENT<c> IDENT<e> IDENT<h>",
    );
    check("a--", "IDENT<a>");
    check(
        "/* ' */ a /* /* */ */ b /**/ /***/ c",
        "IDENT<a> IDENT<b> IDENT<c>",
    );
    check("/* -- */ a", "IDENT<a>");
    check("/*/ */ a", "IDENT<a>");
    check("/* /*/ */ a", "!0..2 unterminated /* comment");
    check("a /* é", "IDENT<a> !2..4 unterminated /* comment");
}

#[test]
fn everything_else_is_a_token_of_its_own() {
    check(
        "(a[1],b);{}\u{1}\0",
        "( IDENT<a> [ ICONST<1> ] , IDENT<b> ) ; { } \u{1} \0",
    );
}

#[test]
fn a_psql_command_is_one_token_to_the_end_of_its_line() {
    check("1 \\g 'x\n2", "ICONST<1> psql<\\g 'x> ICONST<2>");
}

/// Pieces of which many mean something together.
const PIECES: &[&str] = &[
    "'",
    "''",
    "\"",
    "$$",
    "$a$",
    "$",
    "E'",
    "U&'",
    "U&\"",
    "b'",
    "\\",
    "\\u12",
    "--",
    "/*",
    "*/",
    "\n",
    "\r",
    " ",
    "1",
    "_",
    "e",
    "0x",
    ".",
    "..",
    "+",
    "-",
    "*",
    "/",
    "@",
    "=",
    ">",
    "<",
    ":",
    ";",
    "(",
    ")",
    "é",
    "a",
    "select ",
    "begin ",
    "atomic ",
    "end ",
    "create ",
    "function ",
    "copy t from stdin;",
    "\n\\.\n",
    "do ",
    "set_config(",
    "uescape '!'",
    "savepoint a",
    "release a",
    "schema_migrations",
    "vacuum",
    "create index concurrently ",
    "on t",
    "commit",
];

fn tricky() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        9 => prop::sample::select(PIECES).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn tokens_and_the_blanks_between_them_are_the_whole_text(text in tricky()) {
        let scanned = scan(&text);
        let mut at = 0;
        for token in &scanned.tokens {
            prop_assert!(at <= token.start && token.start < token.end);
            prop_assert!(text.get(token.range()).is_some());
            let between = scan(&text[at..token.start]);
            prop_assert_eq!(between.tokens, []);
            prop_assert_eq!(between.faults, []);
            at = token.end;
        }
        prop_assert_eq!(scan(&text[at..]).tokens, []);
        for fault in &scanned.faults {
            prop_assert!(text.get(fault.span.clone()).is_some());
        }
    }

    #[test]
    fn no_text_makes_the_analysis_panic(text in tricky()) {
        let analysis = crate::splitter::analyse(&text);
        let mut at = 0;
        for statement in &analysis.statements {
            prop_assert!(at <= statement.range.start);
            prop_assert!(statement.range.start < statement.range.end);
            prop_assert!(text.get(statement.range.clone()).is_some());
            at = statement.range.end;
        }
    }
}
