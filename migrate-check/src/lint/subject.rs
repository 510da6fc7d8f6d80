//! A file as rules see it.

use std::ops::Range;

use migrate_sql::ast::Source;
use migrate_sql::scanner::{Reader, Token};

use crate::files::Direction;
use crate::migration::{Behaviour, Class, StatementKind, Transaction};
use crate::settings::Settings;

/// One file, taken apart.
#[derive(Debug, Clone)]
pub(crate) struct Subject<'a> {
    /// Its name as diagnostics show it.
    pub(crate) file: &'a str,
    /// Its text, scanned and parsed.
    pub(crate) source: Source<'a>,
    /// How its statements behave outside a transaction.
    pub(crate) behaviour: &'a Behaviour,
    /// Whether it runs in a transaction.
    pub(crate) transaction: Transaction,
    /// What the directory's owner chose.
    pub(crate) settings: &'a Settings,
    /// What the file's name says; none where that is wrong.
    pub(crate) version: Option<i64>,
    /// Whether it applies a migration or reverts one.
    pub(crate) direction: Direction,
}

/// One statement of a file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sentence<'a> {
    /// The text of the file.
    text: &'a str,
    /// What it is.
    pub(crate) class: &'a Class,
    /// What it is made of; never empty.
    pub(crate) tokens: &'a [Token],
}

impl<'a> Subject<'a> {
    /// Its statements.
    pub(crate) fn statements(&self) -> impl Iterator<Item = Sentence<'a>> {
        let (text, analysis) = (self.source.text, self.source.analysis);
        let statements = analysis.statements.iter().zip(&self.behaviour.classes);
        statements.map(move |(statement, class)| Sentence {
            text,
            class,
            tokens: analysis.tokens_of(statement),
        })
    }
}

impl<'a> Sentence<'a> {
    /// At its first token.
    pub(crate) fn reader(&self) -> Reader<'a> {
        Reader::new(self.text, self.tokens)
    }

    /// How it behaves outside a transaction.
    pub(crate) fn kind(&self) -> &'a StatementKind {
        &self.class.kind
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
