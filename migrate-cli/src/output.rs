//! What goes where: data to stdout, everything else to stderr; text for people, JSON for programs.

use std::io::Write as _;

use anstyle::{AnsiColor, Style};
use clap::ValueEnum;
use serde_json::{Map, Value, json};

use crate::failure::Failure;

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Format {
    /// Text, for people
    #[default]
    Text,
    /// One JSON document on stdout
    Json,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Colour {
    /// On terminals, unless `NO_COLOR` is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

pub(crate) const ERROR: Style = AnsiColor::BrightRed.on_default().bold();
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default().bold();
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
pub(crate) const DIM: Style = Style::new().dimmed();

/// The two streams, and how to write to them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    format: Format,
}

impl Output {
    pub(crate) fn new(format: Format, colour: Colour) -> Self {
        let choice = match colour {
            Colour::Auto => anstream::ColorChoice::Auto,
            Colour::Always => anstream::ColorChoice::Always,
            Colour::Never => anstream::ColorChoice::Never,
        };
        choice.write_global();
        Self { format }
    }

    /// Whether a JSON document is wanted.
    pub(crate) fn is_json(self) -> bool {
        self.format == Format::Json
    }

    /// Text for people: nothing where JSON is wanted.
    pub(crate) fn text(self, text: &str) {
        if !self.is_json() {
            write(text);
        }
    }

    /// The one document of a command that went well: nothing where text is wanted.
    pub(crate) fn document(self, command: &str, members: Value) {
        if self.is_json() {
            write_document(command, true, members);
        }
    }

    /// The document of a command whose result is a verdict.
    pub(crate) fn verdict(self, command: &str, ok: bool, members: Value) {
        if self.is_json() {
            write_document(command, ok, members);
        }
    }

    /// A line beside the result, on stderr.
    #[expect(
        clippy::unused_self,
        reason = "what is written goes through here, whatever the format"
    )]
    pub(crate) fn note(self, text: &str) {
        // Without stderr there is no place left to report the error to.
        let _ = writeln!(anstream::stderr(), "{text}");
    }

    /// Why the command failed: on stderr, and in the document where JSON is wanted.
    pub(crate) fn failure(self, command: &str, failure: &Failure) {
        if self.is_json() {
            write_document(command, false, Value::Object(failure.json()));
        }
        self.note(&format!("{ERROR}error:{ERROR:#} {}", failure.text()));
    }
}

/// `1 migration`, `2 migrations`.
pub(crate) fn counted(number: usize, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        _ => format!("{number} {noun}s"),
    }
}

/// Whatever the format: the output of commands that have only one.
pub(crate) fn write(text: &str) {
    // The reader of a pipe may have seen enough.
    let _ = writeln!(anstream::stdout(), "{text}");
}

fn write_document(command: &str, ok: bool, members: Value) {
    let mut document = Map::new();
    document.insert("command".to_owned(), json!(command));
    document.insert("ok".to_owned(), json!(ok));
    if let Value::Object(members) = members {
        document.extend(members);
    }
    write(&format!("{:#}", Value::Object(document)));
}
