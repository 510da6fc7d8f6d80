//! The parser as a whole.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::{Node, Parsed, Symbol, parse};
use crate::splitter::analyse;

fn parse_text(text: &str) -> Parsed {
    let analysis = analyse(text);
    parse(text, &analysis.tokens, &analysis.faults)
}

/// Every statement's text, and the kind or the refusal of it.
fn judge(text: &str) -> Vec<String> {
    let parsed = parse_text(text);
    let sentences = parsed.sentences.iter().map(|sentence| {
        let verdict = match sentence.refusal() {
            None => {
                let statement = parsed.tree(sentence).unwrap();
                let kind = statement.children().next();
                kind.map_or_else(
                    || statement.symbol().to_string(),
                    |k| k.symbol().to_string(),
                )
            }
            Some(refusal) => format!("{} ({})", refusal.message(text), refusal.span.start),
        };
        format!("{} => {verdict}", &text[sentence.range.clone()])
    });
    sentences.collect()
}

#[test]
fn statements_are_told_apart_and_named() {
    insta::assert_debug_snapshot!(
        judge("SELECT 1;; CREATE INDEX CONCURRENTLY i ON t (a); -- c\nDROP TABLE t"),
        @r#"
        [
            "SELECT 1 => SelectStmt",
            "CREATE INDEX CONCURRENTLY i ON t (a) => IndexStmt",
            "DROP TABLE t => DropStmt",
        ]
            "#
    );
}

#[test]
fn semicolons_inside_a_statement_do_not_end_it() {
    insta::assert_debug_snapshot!(
        judge(
            "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END; \
             CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM a; DELETE FROM b); SELECT 1"
        ),
        @r#"
        [
            "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END => CreateFunctionStmt",
            "CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM a; DELETE FROM b) => RuleStmt",
            "SELECT 1 => SelectStmt",
        ]
            "#
    );
}

#[test]
fn every_statement_has_its_own_verdict() {
    insta::assert_debug_snapshot!(
        judge("CREATE INDX i; SELECT 1; CREATE TABLE t (a int; SELECT 1a; SELECT (1"),
        @r#"
        [
            "CREATE INDX i => syntax error at or near \"INDX\" (7)",
            "SELECT 1 => SelectStmt",
            "CREATE TABLE t (a int => syntax error at or near \";\" (46)",
            "SELECT 1a => trailing junk after numeric literal (55)",
            "SELECT (1 => syntax error at end of input (68)",
        ]
            "#
    );
}

#[test]
fn errors_stand_where_postgresql_sees_them() {
    for (text, at) in [
        ("CREATE TABLE t (a int,, b int)", 22),
        ("CREATE TABLE t (a int b text)", 22),
        ("SELECT a b c", 11),
        ("SELECT 1 UNION", 14),
        ("ALTER TABLE t ADD COLUM a int", 26),
        ("SELECT U&'a' UESCAPE 1", 21),
        ("\u{e9} SELECT", 0),
    ] {
        let parsed = parse_text(text);
        let refusals: Vec<usize> = parsed.refusals().map(|r| r.span.start).collect();
        assert_eq!(refusals, [at], "{text}");
    }
}

#[test]
fn keywords_that_need_two_tokens_are_decided_by_two() {
    for text in [
        "SELECT a NOT IN (1), NOT a, b NOT LIKE 'x' FROM t ORDER BY a NULLS FIRST",
        "CREATE TABLE nulls (nulls int, format text)",
        "SELECT '1'::time WITHOUT TIME ZONE, '1'::time WITH TIME ZONE",
        "SELECT * FROM f() WITH ORDINALITY",
        "SELECT json_serialize('1' FORMAT JSON)",
        r#"SELECT U&"d!0061t" UESCAPE '!', U&'d\0061t'"#,
    ] {
        assert_eq!(parse_text(text).refusals().count(), 0, "{text}");
    }
}

#[test]
fn the_tree_answers_in_the_grammars_words() {
    let text = "CREATE INDEX CONCURRENTLY i ON t (a); CREATE INDEX j ON t (a, lower(b)); \
                    ALTER TABLE t ADD a int, DROP b, ALTER c SET NOT NULL";
    let parsed = parse_text(text);
    let trees: Vec<_> = parsed.trees().map(|(_, tree)| tree).collect();
    let concurrently = Symbol::named("opt_concurrently");
    assert!(!trees[0].find(concurrently).unwrap().is_empty());
    assert!(trees[1].find(concurrently).unwrap().is_empty());
    let commands = trees[2].find_all(Symbol::named("alter_table_cmd"));
    let commands: Vec<&str> = commands.map(|command| command.text(text)).collect();
    assert_eq!(commands, ["ADD a int", "DROP b", "ALTER c SET NOT NULL"]);
    let parameters = trees[1].find(Symbol::named("index_params"));
    let columns = parameters
        .into_iter()
        .chain(trees[1].find_all(Symbol::named("index_params")))
        .last()
        .unwrap()
        .items(Symbol::named("index_elem"));
    let columns: Vec<&str> = columns.iter().map(|column| column.text(text)).collect();
    assert_eq!(columns, ["a", "lower(b)"]);
}

#[test]
fn depth_is_an_error_not_a_crash() {
    for open in [
        "(",
        "SELECT (",
        "a[",
        "CASE WHEN ",
        "NOT ",
        "- ",
        "SELECT array[",
    ] {
        let text = format!("SELECT {}", open.repeat(200_000));
        assert_eq!(parse_text(&text).refusals().count(), 1, "{open}");
    }
}

#[test]
fn a_list_may_be_long() {
    let text = format!("SELECT 1{}", ", 1".repeat(200_000));
    assert_eq!(parse_text(&text).refusals().count(), 0);
}

#[test]
fn a_fault_of_the_scanner_is_that_statements() {
    insta::assert_debug_snapshot!(judge("SELECT 1a; SELECT 2; /* open"), @r#"
        [
            "SELECT 1a => trailing junk after numeric literal (7)",
            "SELECT 2 => SelectStmt",
            "/* => unterminated /* comment (21)",
        ]
"#);
}

#[test]
fn statements_are_those_of_the_splitter() {
    for text in [
        "",
        ";;",
        "SELECT 1",
        "SELECT ';'; SELECT $$;$$ -- ;\n; SELECT 2;",
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; END; SELECT 1;",
        "CREATE OR REPLACE PROCEDURE p() BEGIN ATOMIC INSERT INTO t VALUES (1); DELETE FROM t; END;;SELECT 1",
        "CREATE RULE r AS ON INSERT TO t DO INSTEAD (DELETE FROM a; DELETE FROM b;); SELECT 1",
        "CREATE SCHEMA s CREATE TABLE t (a int) CREATE VIEW v AS SELECT 1; SELECT 1",
        "BEGIN; SELECT 1; END; START TRANSACTION; COMMIT",
        "COPY t FROM STDIN;\n1;2\n\\.\nSELECT 1;",
        "SELECT 1 \\g\nSELECT 2",
        "CREATE FUNCTION f(begin int) RETURNS int LANGUAGE sql AS 'SELECT 1; SELECT 2'; SELECT 1",
    ] {
        let analysis = analyse(text);
        let parsed = parse(text, &analysis.tokens, &analysis.faults);
        assert_eq!(parsed.refusals().count(), 0, "{text}");
        let split: Vec<_> = analysis
            .statements
            .iter()
            .map(|s| s.range.clone())
            .collect();
        let grown: Vec<_> = parsed.sentences.iter().map(|s| s.range.clone()).collect();
        assert_eq!(split, grown, "{text}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,80}") {
        parse_text(&text);
    }

    #[test]
    fn no_row_of_words_makes_it_panic(words in vec(select(WORDS), 0..40)) {
        let text = words.join(" ");
        let parsed = parse_text(&text);
        for sentence in &parsed.sentences {
            // Children lie within their parents, one after the other.
            for node in parsed.tree(sentence).iter().flat_map(Node::descendants) {
                let mut end = node.range().start;
                for child in node.children() {
                    let range = child.range();
                    prop_assert!(end <= range.start && range.end <= node.range().end || range.is_empty());
                    end = end.max(range.end);
                }
            }
        }
    }
}

const WORDS: &[&str] = &[
    "SELECT", "FROM", "WHERE", "a", "t", "1", "'x'", ",", "(", ")", ";", ".", "*", "+", "=", "NOT",
    "IN", "NULL", "CREATE", "TABLE", "INDEX", "ON", "int", "text", "PRIMARY", "KEY", "DEFAULT",
    "ALTER", "ADD", "COLUMN", "DROP", "IF", "EXISTS", "WITH", "AS", "ORDER", "BY", "INSERT",
    "INTO", "VALUES", "FUNCTION", "RETURNS", "BEGIN", "ATOMIC", "END", "CASE", "WHEN", "THEN", "[",
    "]", "::", "U&'x'", "UESCAPE", "\\g\n", "1a", "/*",
];
