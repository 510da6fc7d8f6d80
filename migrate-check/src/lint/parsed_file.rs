//! A file as rules see it.

use std::ops::Range;

use migrate_sql::ast;
use migrate_sql::grammar::Parsed;
use migrate_sql::scanner::{Reader, Token};
use migrate_sql::splitter::Analysis;

use crate::files::Direction;
use crate::migration::{Behaviour, Class, StatementKind, Transaction};
use crate::settings::Settings;

/// One file, scanned, split, parsed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ParsedFile<'a> {
    /// Its name as diagnostics show it.
    pub(crate) name: &'a str,
    /// Its text.
    pub(crate) text: &'a str,
    /// Its tokens and the statements to send.
    pub(crate) analysis: &'a Analysis,
    /// PostgreSQL's verdict on each statement; none where nothing is to be parsed.
    pub(crate) parsed: &'a Parsed,
    /// Its valid statements.
    pub(crate) statements: &'a [ast::Statement<'a>],
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

/// A statement as the splitter cuts it, which it does in files that opt out of parsing, too.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SplitStatement<'a> {
    /// The text of the file.
    text: &'a str,
    /// What it is.
    pub(crate) class: &'a Class,
    /// What it is made of; never empty.
    pub(crate) tokens: &'a [Token],
}

impl<'a> ParsedFile<'a> {
    /// Its statements as the splitter cuts them.
    pub(crate) fn split_statements(&self) -> impl Iterator<Item = SplitStatement<'a>> {
        let (text, analysis) = (self.text, self.analysis);
        let statements = analysis.statements.iter().zip(&self.behaviour.classes);
        statements.map(move |(statement, class)| SplitStatement {
            text,
            class,
            tokens: analysis.tokens_of(statement),
        })
    }

    /// The first line of a range: enough to show what is meant.
    pub(crate) fn headline(&self, range: Range<usize>) -> Range<usize> {
        headline(self.text, range)
    }
}

impl<'a> SplitStatement<'a> {
    /// A reader at its first token.
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
        headline(self.text, start..end)
    }
}

fn headline(text: &str, range: Range<usize>) -> Range<usize> {
    let start = range.start;
    let line = text.get(range).unwrap_or_default().lines().next();
    start..start + line.unwrap_or_default().trim_end().len()
}
