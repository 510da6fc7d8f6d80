use proptest::prelude::*;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::drawing::Drawing;
use super::{Style, render};
use crate::diagnostics::{Diagnostic, RuleRemark, Severity};

fn plain(text: &str, span: std::ops::Range<usize>) -> String {
    let diagnostic = Diagnostic::error("r", "migrations/1_a.sql", "message")
        .at(span)
        .help("help");
    render(&diagnostic, Some(text), Style::Plain)
}

#[test]
fn a_diagnostic_is_a_position_a_line_with_a_caret_and_help() {
    let text = "CREATE TABLE users (\n  id bigint,\n  name text DEFAULT 'none\n);\n";
    let start = text.find('\'').expect("it is there");
    let diagnostic = Diagnostic::error(
        "lexical-error",
        "migrations/0002_users.sql",
        "unterminated quoted string",
    )
    .remark(RuleRemark::Name)
    .at(start..text.len())
    .label("begins here")
    .help("close it")
    .help("or delete it");
    insta::assert_snapshot!(render(&diagnostic, Some(text), Style::Plain), @"
    migrations/0002_users.sql:3:21: unterminated quoted string
      |
    3 |   name text DEFAULT 'none
      |                     ^^^^^ begins here
      |
      = help: close it
      = help: or delete it
      = rule: lexical-error
    ");
}

#[test]
fn without_a_place_there_is_no_snippet() {
    let diagnostic = Diagnostic::warning("r", "migrations/1_a.sql", "message").help("help");
    insta::assert_snapshot!(render(&diagnostic, Some("SELECT 1"), Style::Plain), @"
    migrations/1_a.sql: message
     |
     = help: help
    ");
    let bare = Diagnostic::warning("r", "migrations/1_a.sql", "message");
    insta::assert_snapshot!(render(&bare, None, Style::Plain), @"migrations/1_a.sql: message");
    let lost = Diagnostic::warning("r", "migrations/1_a.sql", "message").at(3..4);
    insta::assert_snapshot!(render(&lost, None, Style::Plain), @"migrations/1_a.sql: message");
}

#[test]
fn colours_come_with_the_severity() {
    let diagnostic = Diagnostic::warning("r", "migrations/1_a.sql", "message")
        .at(0..6)
        .help("help");
    let coloured = render(&diagnostic, Some("SELECT 1"), Style::Coloured);
    insta::assert_snapshot!(coloured.replace('\u{1b}', "␛"), @"
    ␛[1m␛[33mwarning␛[0m␛[1m: migrations/1_a.sql:1:1: message␛[0m
      ␛[1m␛[94m|␛[0m
    ␛[1m␛[94m1␛[0m ␛[1m␛[94m|␛[0m SELECT 1
      ␛[1m␛[94m|␛[0m ␛[1m␛[33m^^^^^^␛[0m
      ␛[1m␛[94m|␛[0m
      ␛[1m␛[94m= ␛[0m␛[1mhelp␛[0m: help
    ");
}

#[test]
fn the_caret_stands_under_its_character_behind_tabs_and_wide_ones() {
    insta::assert_snapshot!(plain("\tSELECT '日本語', x", 22..23), @"
    migrations/1_a.sql:1:17: message
      |
    1 |     SELECT '日本語', x
      |                       ^
      |
      = help: help
    ");
    insta::assert_snapshot!(plain("SELECT '🎉' x", 14..15), @"
    migrations/1_a.sql:1:12: message
      |
    1 | SELECT '🎉' x
      |             ^
      |
      = help: help
    ");
}

#[test]
fn a_place_at_or_behind_the_end_is_the_end() {
    insta::assert_snapshot!(plain("SELECT 1", 8..8), @"
    migrations/1_a.sql:1:9: message
      |
    1 | SELECT 1
      |         ^
      |
      = help: help
    ");
    insta::assert_snapshot!(plain("SELECT 1\n", 90..99), @"
    migrations/1_a.sql:2:1: message
      |
    2 |
      | ^
      |
      = help: help
    ");
    insta::assert_snapshot!(plain("", 0..0), @"
    migrations/1_a.sql:1:1: message
      |
    1 |
      | ^
      |
      = help: help
    ");
}

#[test]
fn a_long_line_is_cut_around_the_caret() {
    let values = "(1, 'ä'), ".repeat(100_000);
    let text = format!("SELECT 1;\nINSERT INTO t VALUES {values}x;");
    insta::assert_snapshot!(plain(&text, 500_006..500_009), @"
    migrations/1_a.sql:2:454545: message
      |
    2 | … 'ä'), (1, 'ä'), (1, 'ä'), (1, 'ä'), (1, 'ä'), (1, 'ä'), (1, 'ä'), (1, 'ä'), (1, 'ä'), (1, 'ä'), (1, 'ä'), (1, 'ä'), (1,…
      |                                                              ^^
      |
      = help: help
    ");
    insta::assert_snapshot!(plain(&text, 10..16), @"
    migrations/1_a.sql:2:1: message
      |
    2 | INSERT INTO t VALUES (1, 'ä'), (1, 'ä'), (1, 'ä'), (1, 'ä'), (1, 'ä'), (1, 'ä'), (1, 'ä'), (1, 'ä'), (1, 'ä'), (1, 'ä'),…
      | ^^^^^^
      |
      = help: help
    ");
    insta::assert_snapshot!(plain(&text, text.len() - 2..text.len() - 1), @"
    migrations/1_a.sql:2:1000022: message
      |
    2 | …(1, 'ä'), (1, 'ä'), (1, 'ä'), (1, 'ä'), (1, 'ä'), (1, 'ä'), x;
      |                                                              ^
      |
      = help: help
    ");
}

#[test]
fn control_characters_are_made_visible() {
    insta::assert_snapshot!(plain("a\u{1b}[31m\0\rb\u{202e}c", 9..10), @"
    migrations/1_a.sql:1:10: message
      |
    1 | a␛[31m␀␍b�c
      |          ^
      |
      = help: help
    ");
}

proptest! {
    #[test]
    fn any_span_into_any_text_can_be_rendered(
        text in any::<String>(), start in 0..300_usize, end in 0..300_usize,
    ) {
        plain(&text, start..end);
    }

    #[test]
    fn any_span_into_a_long_line_can_be_rendered(
        text in "[a-zäß日\t\n]{0,400}", start in 0..900_usize, length in 0..300_usize,
    ) {
        plain(&text, start..start + length);
    }

    #[test]
    fn annotate_snippets_draws_the_same(
        title in "(\\PC|\t|\n|\x1b|\u{202e}|\u{200d}){0,30}x",
        number in 1..100_000_usize,
        line in "( |\t|\u{3000}){0,60}(\\PC|\t|\r|[\0-\x09]|\x7f|[\u{2066}-\u{206a}]|🎉|日|\u{200d}|\u{301}| ){0,60}",
        start in 0..300_usize,
        length in 0..60_usize,
        label in "(|\\PC{1,20})",
        remarks in proptest::collection::vec("(\\PC|\n|\t){0,30}x", 0..3),
        severity in prop_oneof![Just(Severity::Error), Just(Severity::Warning)],
        is_coloured in any::<bool>(),
    ) {
        let start = crate::diagnostics::floor(&line, start);
        let span = start..crate::diagnostics::floor(&line, start + length).max(start);

        let number_text = number.to_string();
        let colours = is_coloured.then_some(severity);
        let mut drawing = Drawing::new(colours, number_text.len());
        drawing.title(&title);
        drawing.source(&number_text, &line, &span, &label);
        if !remarks.is_empty() {
            drawing.separator();
        }
        for remark in &remarks {
            drawing.remark("help", remark);
        }

        let level = match severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let (level, renderer) = if is_coloured {
            (level, Renderer::styled())
        } else {
            (level.no_name(), Renderer::plain())
        };
        let mut annotation = AnnotationKind::Primary.span(span);
        if !label.is_empty() {
            annotation = annotation.label(&label);
        }
        let mut group = Group::with_title(level.primary_title(&title)).element(
            Snippet::source(&line)
                .line_start(number)
                .annotation(annotation),
        );
        for remark in &remarks {
            group = group.element(Level::HELP.message(remark));
        }
        prop_assert_eq!(drawing.finish(), renderer.term_width(100_000).render(&[group]));
    }
}
