//! What a rule looks at.

use std::cell::Cell;
use std::ops::Range;

use super::relation::Relation;
use super::words as w;
use crate::file_name::Direction;
use crate::grammar::{Node, Parsed};
use crate::migration::{StatementKind, Transaction};
use crate::settings::Settings;
use crate::sql::reader::Reader;
use crate::sql::{Analysis, Part, Token};

/// One file, taken apart.
#[derive(Debug, Clone)]
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
    /// What the file's name says; none where that is wrong.
    pub(crate) version: Option<i64>,
    /// Whether it applies a migration or reverts one.
    pub(crate) direction: Direction,
    /// The tokens of the statement that is looked at, as indices.
    pub(crate) focus: Cell<(usize, usize)>,
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
    /// A text that is looked at for itself.
    pub(crate) fn alone(
        text: &'a str,
        analysis: &'a Analysis,
        parsed: &'a Parsed,
        settings: &'a Settings,
    ) -> Self {
        Self {
            file: "",
            text,
            analysis,
            parsed,
            transaction: Transaction::Single,
            settings,
            version: None,
            direction: Direction::Up,
            focus: Cell::default(),
        }
    }

    /// Its statements.
    pub(crate) fn statements(&self) -> impl Iterator<Item = Sentence<'a>> {
        let text = self.text;
        self.analysis
            .parts()
            .map(move |(part, tokens)| Sentence { text, part, tokens })
    }

    /// The syntax trees of its statements, each the kind of statement. What the grammar refuses has none.
    pub(crate) fn trees(&self) -> impl Iterator<Item = Node<'a>> + use<'a, '_> {
        let parsed = self.parsed;
        let sentences = parsed.sentences.iter();
        sentences.filter_map(|sentence| {
            self.focus.set((sentence.tokens.start, sentence.tokens.end));
            parsed.tree(sentence)?.only()
        })
    }

    /// The tokens a node of the syntax tree stands for.
    #[expect(
        clippy::indexing_slicing,
        reason = "a binary search looks between its bounds; nothing else is quick without optimisation"
    )]
    pub(crate) fn tokens(&self, node: Node<'_>) -> &'a [Token] {
        let range = node.range();
        let tokens = &self.analysis.tokens[..];
        let find = |mut low: usize, mut high: usize, start: usize| {
            while low < high {
                let middle = (low + high) >> 1;
                if tokens[middle].start < start {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            low
        };
        // Looking for them among the statement's own is a lot quicker than among all.
        let (mut low, mut high) = self.focus.get();
        let is_within = low < high
            && high <= tokens.len()
            && tokens[low].start <= range.start
            && range.end <= tokens[high - 1].end;
        if !is_within {
            (low, high) = (0, tokens.len());
        }
        let first = find(low, high, range.start);
        let end = find(first, high, range.end);
        tokens.get(first..end).unwrap_or_default()
    }

    /// At the first token of a node.
    pub(crate) fn reader(&self, node: Node<'_>) -> Reader<'a> {
        Reader::new(self.text, self.tokens(node))
    }

    /// The name that a node is, as PostgreSQL stores it.
    pub(crate) fn name(&self, node: Node<'_>) -> Option<String> {
        self.reader(node).name()
    }

    /// The name, perhaps with a schema, that a node is or has.
    pub(crate) fn relation(&self, node: Node<'_>) -> Option<Relation> {
        let mut rest = self.reader(node.find(w::QUALIFIED_NAME).unwrap_or(node));
        Relation::of(rest.qualified_name()?)
    }

    /// The first line of a node: enough to show what is meant.
    pub(crate) fn headline(&self, node: Node<'_>) -> Range<usize> {
        let start = node.range().start;
        let line = node.text(self.text).lines().next().unwrap_or_default();
        start..start + line.trim_end().len()
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
