//! A diagnostic -> the text a person reads.
//!
//! The first line begins with the position, `migrations/0002_users.sql:3:17: `, because that is what
//! terminals and editors can jump to; below it come the line with a caret and the help:
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

mod drawing;

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::HashMap;

use self::drawing::Drawing;
use super::diagnostic::{Diagnostic, RuleRemark, Severity, Span};
use super::lines::Lines;
use super::position::{Position, floor};

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

/// Renders the diagnostics of several files, and finds the lines of each file once.
#[derive(Debug)]
pub struct Renderer<'t> {
    texts: HashMap<&'t str, Text<'t>>,
    style: Style,
}

#[derive(Debug)]
struct Text<'t> {
    text: &'t str,
    lines: OnceCell<Lines<'t>>,
}

impl<'t> Renderer<'t> {
    /// For diagnostics of `files`: the name of each, as diagnostics have it, and its text.
    pub fn new(files: impl IntoIterator<Item = (&'t str, &'t str)>, style: Style) -> Self {
        let text = |text| Text {
            text,
            lines: OnceCell::new(),
        };
        Self {
            texts: files
                .into_iter()
                .map(|(file, content)| (file, text(content)))
                .collect(),
            style,
        }
    }

    /// Renders one of them. Where the file's text is not known there is no snippet and no line.
    pub fn render(&self, diagnostic: &Diagnostic) -> String {
        let excerpt = diagnostic
            .span
            .as_ref()
            .zip(self.lines(diagnostic))
            .map(|(span, lines)| Excerpt::of(lines, span));
        draw(diagnostic, excerpt.as_ref(), self.style)
    }

    /// Where it begins; None where it is about a whole file, and where the file's text is not known.
    pub fn position(&self, diagnostic: &Diagnostic) -> Option<Position> {
        let span = diagnostic.span.as_ref()?;
        Some(self.lines(diagnostic)?.position(span.start))
    }

    fn lines(&self, diagnostic: &Diagnostic) -> Option<&Lines<'t>> {
        let text = self.texts.get(diagnostic.file.as_str())?;
        Some(text.lines.get_or_init(|| Lines::of(text.text)))
    }
}

/// Renders `diagnostic`, which points into `text`. Without a text there is no snippet and no line. For many
/// diagnostics there is [`Renderer`].
///
/// A span that lies outside of `text` or cuts a character is moved to the nearest place that does
/// not.
pub fn render(diagnostic: &Diagnostic, text: Option<&str>, style: Style) -> String {
    let file = diagnostic.file.as_str();
    Renderer::new(text.map(|text| (file, text)), style).render(diagnostic)
}

fn draw(diagnostic: &Diagnostic, excerpt: Option<&Excerpt<'_>>, style: Style) -> String {
    let file = &diagnostic.file;
    let message = &diagnostic.message;
    let title = match excerpt {
        Some(excerpt) => format!("{file}:{}: {message}", excerpt.position),
        None => format!("{file}: {message}"),
    };
    let number = excerpt.map(|excerpt| excerpt.position.line.to_string());
    let colours = (style == Style::Coloured).then_some(diagnostic.severity);
    let mut drawing = Drawing::new(colours, number.as_deref().map_or(0, str::len));
    drawing.title(&title);
    if let (Some(number), Some(excerpt)) = (&number, excerpt) {
        drawing.source(number, &excerpt.line, &excerpt.span, &diagnostic.label);
    }
    if diagnostic.remark != RuleRemark::None || !diagnostic.help.is_empty() {
        drawing.separator();
    }
    for help in diagnostic.advice() {
        drawing.remark("help", &help);
    }
    let id = diagnostic.rule;
    match diagnostic.remark {
        RuleRemark::None => {}
        RuleRemark::Allowable => {
            let when = match diagnostic.severity {
                Severity::Warning => "if it is meant",
                Severity::Error => "if it is right as it is",
            };
            let directive = diagnostic.directive();
            let remark = format!("{id}; {when}, say why above the statement: `{directive}`");
            drawing.remark("rule", &remark);
        }
        RuleRemark::Name | RuleRemark::AllowableWhen(_) => drawing.remark("rule", id),
    }
    drawing.finish()
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
    fn of(lines: &Lines<'t>, span: &Span) -> Self {
        let text = lines.text();
        let start = floor(text, span.start);
        let end = floor(text, span.end).max(start);
        let line = lines.line(start);
        // A span of several lines is underlined in its first one.
        let end = end.min(line.end);
        let within = start - line.start..end - line.start;
        let (shown, span) = cut(text.get(line).unwrap_or_default(), within);
        Self {
            position: lines.position(start),
            line: shown,
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
mod tests;
