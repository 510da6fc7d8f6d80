//! What a rule looks at.

use std::ops::Range;

use crate::grammar::Parsed;
use crate::migration::{StatementKind, Transaction};
use crate::settings::Settings;
use crate::sql::reader::Reader;
use crate::sql::{Analysis, Part, Token};

/// One file, taken apart.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subject<'a> {
    /// Its name as diagnostics show it.
    pub(crate) file: &'a str,
    /// Its text.
    pub(crate) text: &'a str,
    /// What the text holds.
    pub(crate) analysis: &'a Analysis,
    /// Its statements as PostgreSQL's grammar has them; none where nothing is to be parsed.
    pub(crate) parsed: &'a Parsed,
    /// Whether it runs in a transaction.
    pub(crate) transaction: Transaction,
    /// What the directory's owner chose.
    pub(crate) settings: &'a Settings,
}

/// One statement of a file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sentence<'a> {
    /// The text of the file.
    text: &'a str,
    /// What it is.
    pub(crate) part: &'a Part,
    /// What it is made of; never empty.
    pub(crate) tokens: &'a [Token],
}

impl<'a> Subject<'a> {
    /// Its statements.
    pub(crate) fn statements(&self) -> impl Iterator<Item = Sentence<'a>> {
        let text = self.text;
        self.analysis
            .parts()
            .map(move |(part, tokens)| Sentence { text, part, tokens })
    }
}

impl<'a> Sentence<'a> {
    /// At its first token.
    pub(crate) fn reader(&self) -> Reader<'a> {
        Reader::new(self.text, self.tokens)
    }

    /// How it behaves outside a transaction.
    pub(crate) fn kind(&self) -> &'a StatementKind {
        &self.part.class.kind
    }

    /// Its first line: enough to show which statement is meant.
    pub(crate) fn headline(&self) -> Range<usize> {
        let start = self.tokens.first().map_or(0, |token| token.start);
        let end = self.tokens.last().map_or(start, |token| token.end);
        let text = self.text.get(start..end).unwrap_or_default();
        let line = text.lines().next().unwrap_or_default().trim_end();
        start..start + line.len()
    }
}
