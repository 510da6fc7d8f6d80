//! A title, a line of source with a caret, remarks: drawn as rustc draws them.
//!
//! annotate-snippets draws the same and much more. It is only our test's measure of what is right: its
//! three crates took 1.3 s of CPU of a user's clean build.

use unicode_width::UnicodeWidthChar;

use crate::diagnostics::{Severity, Span};

/// How a part of the drawing looks, if there are colours.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ink {
    None,
    /// The words that matter.
    Strong,
    /// The severity, the caret and its label.
    Severity,
    /// The frame and the line number.
    Frame,
}

impl Ink {
    /// Consoles of Windows show other colours better.
    fn escape(self, severity: Severity) -> &'static str {
        match (self, severity) {
            (Self::None, _) => "",
            (Self::Strong, _) if cfg!(windows) => "\x1b[1m\x1b[97m",
            (Self::Strong, _) => "\x1b[1m",
            (Self::Severity, Severity::Error) => "\x1b[1m\x1b[91m",
            (Self::Severity, Severity::Warning) if cfg!(windows) => "\x1b[1m\x1b[93m",
            (Self::Severity, Severity::Warning) => "\x1b[1m\x1b[33m",
            (Self::Frame, _) if cfg!(windows) => "\x1b[1m\x1b[96m",
            (Self::Frame, _) => "\x1b[1m\x1b[94m",
        }
    }
}

/// A wider indentation is cut: dots and [`INDENTATION_KEPT`] columns of it are shown.
const INDENTATION: usize = 20;
const INDENTATION_KEPT: usize = 4;
/// Shown in place of the rest. It gets twice its width.
const DOTS: &str = "...";

pub(super) struct Drawing {
    drawn: String,
    /// The severity, if there are to be colours.
    colours: Option<Severity>,
    ink: Ink,
    /// How many digits the line number has; none without a line.
    gutter: usize,
}

impl Drawing {
    pub(super) fn new(colours: Option<Severity>, gutter: usize) -> Self {
        Self {
            drawn: String::new(),
            colours,
            ink: Ink::None,
            gutter,
        }
    }

    pub(super) fn title(&mut self, text: &str) {
        let name = match self.colours {
            None => "",
            Some(Severity::Error) => "error",
            Some(Severity::Warning) => "warning",
        };
        let mut indentation = 0;
        if !name.is_empty() {
            self.put(Ink::Severity, name);
            self.put(Ink::Strong, ": ");
            indentation = name.len() + 2;
        }
        self.lines(Ink::Strong, &visible(text), indentation);
    }

    /// The line of this number; what of it is underlined, and what is said beside that.
    pub(super) fn source(&mut self, number: &str, line: &str, span: &Span, label: &str) {
        let start = columns(line.get(..span.start).unwrap_or_default());
        let width = columns(line.get(span.clone()).unwrap_or_default()).max(1);
        let (shown, cut) = cut_indentation(&visible(line), indentation(line).min(start));
        self.separator();
        self.next_line();
        self.put(Ink::Frame, number);
        self.blanks(1);
        self.put(Ink::Frame, "|");
        if !shown.is_empty() {
            self.blanks(1);
            let code = shown.strip_prefix(DOTS).filter(|_| cut > 0);
            if code.is_some() {
                self.put(Ink::Frame, DOTS);
            }
            self.put(Ink::None, code.unwrap_or(&shown));
        }
        self.separator();
        self.blanks(1 + start.saturating_sub(cut));
        self.put(Ink::Severity, &"^".repeat(width));
        if !label.is_empty() {
            self.blanks(1);
            self.put(Ink::Severity, label);
        }
    }

    /// The line above the first remark, and around a source line.
    pub(super) fn separator(&mut self) {
        self.next_line();
        self.blanks(self.gutter + 1);
        self.put(Ink::Frame, "|");
    }

    pub(super) fn remark(&mut self, name: &str, text: &str) {
        self.next_line();
        self.blanks(self.gutter + 1);
        self.put(Ink::Frame, "= ");
        self.put(Ink::Strong, name);
        self.put(Ink::None, ": ");
        self.lines(Ink::None, text, self.gutter + name.len() + 5);
    }

    pub(super) fn finish(mut self) -> String {
        self.switch_ink(Ink::None);
        self.drawn
    }

    fn lines(&mut self, ink: Ink, text: &str, indentation: usize) {
        for (number, line) in text.split('\n').enumerate() {
            if number > 0 {
                self.next_line();
                self.blanks(indentation);
            }
            self.put(ink, line);
        }
    }

    fn next_line(&mut self) {
        self.switch_ink(Ink::None);
        self.drawn.push('\n');
    }

    fn blanks(&mut self, count: usize) {
        self.put(Ink::None, &" ".repeat(count));
    }

    fn put(&mut self, ink: Ink, text: &str) {
        if !text.is_empty() {
            self.switch_ink(ink);
            self.drawn.push_str(text);
        }
    }

    /// Ends the current ink's escape sequence and starts the new one's, if they differ.
    fn switch_ink(&mut self, ink: Ink) {
        if let Some(severity) = self.colours
            && ink != self.ink
        {
            if self.ink != Ink::None {
                self.drawn.push_str("\x1b[0m");
            }
            self.drawn.push_str(ink.escape(severity));
        }
        self.ink = ink;
    }
}

/// Puts dots in the place of most of a deep indentation; and by how many columns the rest has moved.
fn cut_indentation(shown: &str, indentation: usize) -> (String, usize) {
    let spare = indentation.saturating_sub(2 * DOTS.len());
    if spare <= INDENTATION {
        return (shown.to_owned(), 0);
    }
    let (cut, rest) = skip(shown, spare - (INDENTATION - INDENTATION_KEPT));
    let (room, rest) = skip(rest, DOTS.len());
    let blanks = " ".repeat(room.saturating_sub(DOTS.len()));
    (format!("{DOTS}{blanks}{rest}"), cut)
}

/// Leaves out characters until at least so many columns are; how many it were, and what is left.
fn skip(text: &str, wanted: usize) -> (usize, &str) {
    let mut skipped = 0;
    let mut rest = text.chars();
    while skipped < wanted
        && let Some(character) = rest.next()
    {
        skipped += width(character);
    }
    (skipped, rest.as_str())
}

/// How deep a line is indented: 0 if there is nothing else in it.
fn indentation(line: &str) -> usize {
    let code = line.trim_start();
    if code.is_empty() {
        return 0;
    }
    let blank = line.strip_suffix(code).unwrap_or_default();
    blank.chars().map(|c| if c == '\t' { 4 } else { 1 }).sum()
}

fn columns(text: &str) -> usize {
    text.chars().map(width).sum()
}

/// How many columns a terminal takes for what [`visible`] makes of a character.
fn width(character: char) -> usize {
    match character {
        '\t' => 4,
        character if is_bidirectional(character) => 1,
        _ => character.width().unwrap_or(1),
    }
}

/// The text with control characters as pictures, and without what would have a terminal reorder it.
fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\t' => shown.push_str("    "),
            // It would join two emoji into one of another width.
            '\u{200d}' => {}
            '\u{7f}' => shown.push('\u{2421}'),
            '\n' | ' '.. if !is_bidirectional(character) => shown.push(character),
            control => shown.push(
                char::from_u32(0x2400 + u32::from(control))
                    .filter(|_| control < ' ')
                    .unwrap_or(char::REPLACEMENT_CHARACTER),
            ),
        }
    }
    shown
}

fn is_bidirectional(character: char) -> bool {
    matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
