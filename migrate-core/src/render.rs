//! A diagnostic -> the text a person reads.
//!
//! The first line begins with the position, `migrations/0002_users.sql:3:17: `, because that is what
//! terminals and editors can jump to; below it stand the line with a caret and what one can do:
//!
//! ```text
//! migrations/0002_users.sql:3:17: unterminated quoted string
//!   |
//! 3 |   name text DEFAULT 'none
//!   |                     ^ begins here
//!   |
//!   = help: close it with `'`
//!   = rule: lexical-error
//! ```

use std::borrow::Cow;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::diagnostic::{Diagnostic, Severity, Span};
use crate::position::{Position, floor};
use crate::rules::{self, Rule};

/// Whether the text is for a terminal that shows colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Style {
    /// No escape sequences and no severity in front: the compiler, for one, adds its own.
    #[default]
    Plain,
    /// Escape sequences, and `error: ` or `warning: ` in front.
    Coloured,
}

/// Of a longer line only the part around the caret is shown.
const WIDEST: usize = 120;

/// How much of a line is shown before the caret, where it has to be cut.
const BEFORE_CARET: usize = 60;

/// Wider than any line we hand over: the renderer has nothing left to cut.
const UNLIMITED: usize = 100_000;

/// Renders `diagnostic`, which points into `text`. Without a text there is no snippet and no line.
///
/// A span that lies outside of `text` or cuts a character is moved to the nearest place that does
/// not.
pub fn render(diagnostic: &Diagnostic, text: Option<&str>, style: Style) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let (level, renderer) = match style {
        Style::Plain => (level.no_name(), Renderer::plain()),
        Style::Coloured => (level, Renderer::styled()),
    };
    let excerpt = diagnostic
        .span
        .as_ref()
        .zip(text)
        .map(|(span, text)| Excerpt::of(text, span));
    let file = &diagnostic.file;
    let message = &diagnostic.message;
    let title = match &excerpt {
        Some(excerpt) => format!("{file}:{}: {message}", excerpt.position),
        None => format!("{file}: {message}"),
    };
    let mut group = Group::with_title(level.primary_title(title));
    if let Some(excerpt) = &excerpt {
        let mut annotation = AnnotationKind::Primary.span(excerpt.span.clone());
        if !diagnostic.label.is_empty() {
            annotation = annotation.label(diagnostic.label.as_str());
        }
        group = group.element(
            Snippet::source(excerpt.line.as_ref())
                .line_start(excerpt.position.line)
                .annotation(annotation),
        );
    }
    for help in &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    // Its name is what `allow` and the reference of the rules go by.
    if let Some(rule) = rules::find(diagnostic.rule) {
        let name = Level::NOTE.with_name("rule");
        group = group.element(if says_how_to_allow(rule, diagnostic) {
            let id = rule.id;
            name.message(format!(
                "{id}; if it is meant, say why above the statement: `-- migrate: allow({id}) <reason>`"
            ))
        } else {
            name.message(rule.id)
        });
    }
    renderer.term_width(UNLIMITED).render(&[group])
}

/// Whether a reader may well want to allow it, and no help says how.
fn says_how_to_allow(rule: &Rule, diagnostic: &Diagnostic) -> bool {
    let is_opinion = rule.allowable && rule.level < crate::settings::Level::Deny;
    is_opinion && !diagnostic.help.iter().any(|help| help.contains("allow("))
}

/// The line to show.
struct Excerpt<'t> {
    position: Position,
    /// The line, or the part of it around the caret.
    line: Cow<'t, str>,
    /// What of `line` is underlined.
    span: Span,
}

impl<'t> Excerpt<'t> {
    fn of(text: &'t str, span: &Span) -> Self {
        let start = floor(text, span.start);
        let end = floor(text, span.end).max(start);
        let line_start = text
            .get(..start)
            .and_then(|before| before.rfind('\n'))
            .map_or(0, |newline| newline + 1);
        let line_end = text
            .get(start..)
            .and_then(|rest| rest.find('\n'))
            .map_or(text.len(), |newline| start + newline);
        // What goes on over several lines is underlined in its first one.
        let end = end.min(line_end);
        let (line, span) = cut(
            text.get(line_start..line_end).unwrap_or_default(),
            start - line_start..end - line_start,
        );
        Self {
            position: Position::of(text, start),
            line,
            span,
        }
    }
}

/// Cuts a line that is too long to be shown, and the span with it.
fn cut(line: &str, span: Span) -> (Cow<'_, str>, Span) {
    let is_short = line.len() <= WIDEST || line.chars().nth(WIDEST).is_none();
    if is_short {
        return (Cow::Borrowed(line), span);
    }
    let (before, rest) = line.split_at_checked(span.start).unwrap_or((line, ""));
    let from = before
        .char_indices()
        .rev()
        .take(BEFORE_CARET)
        .last()
        .map_or(before.len(), |(index, _)| index);
    let shown = WIDEST
        - line
            .get(from..span.start)
            .map_or(0, |part| part.chars().count());
    let to = rest
        .char_indices()
        .nth(shown)
        .map_or(line.len(), |(index, _)| span.start + index);
    let left = if from > 0 { "…" } else { "" };
    let right = if to < line.len() { "…" } else { "" };
    let kept = line.get(from..to).unwrap_or_default();
    let moved = |at: usize| at.clamp(from, to) - from + left.len();
    (
        Cow::Owned(format!("{left}{kept}{right}")),
        moved(span.start)..moved(span.end),
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Style, render};
    use crate::diagnostic::Diagnostic;

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
    }
}
