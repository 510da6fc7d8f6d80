//! A text, scanned and parsed.

use std::cell::Cell;
use std::ops::Range;

use super::relation::Relation;
use super::symbols as w;
use crate::grammar::{Node, Parsed};
use crate::scanner::{Reader, Token};
use crate::splitter::Analysis;

/// A text with what is known of it.
#[derive(Debug, Clone)]
pub struct Source<'a> {
    /// The text.
    pub text: &'a str,
    /// Its tokens and statements.
    pub analysis: &'a Analysis,
    /// Its statements as PostgreSQL's grammar has them; none where nothing is to be parsed.
    pub parsed: &'a Parsed,
    /// The tokens of the statement that is looked at, as indices.
    focus: Cell<(usize, usize)>,
}

impl<'a> Source<'a> {
    /// Of a text and what the scanner and the parser made of it.
    pub const fn new(text: &'a str, analysis: &'a Analysis, parsed: &'a Parsed) -> Self {
        Self {
            text,
            analysis,
            parsed,
            focus: Cell::new((0, 0)),
        }
    }

    /// The syntax trees of its statements, each the kind of statement. What the grammar refuses has none.
    pub fn trees(&self) -> impl Iterator<Item = Node<'a>> + use<'a, '_> {
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
    pub fn tokens(&self, node: Node<'_>) -> &'a [Token] {
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
    pub fn reader(&self, node: Node<'_>) -> Reader<'a> {
        Reader::new(self.text, self.tokens(node))
    }

    /// The name that a node is, as PostgreSQL stores it.
    pub fn name(&self, node: Node<'_>) -> Option<String> {
        self.reader(node).name()
    }

    /// The name, perhaps with a schema, that a node is or has.
    pub fn relation(&self, node: Node<'_>) -> Option<Relation> {
        let mut rest = self.reader(node.find(w::QUALIFIED_NAME).unwrap_or(node));
        Relation::of(rest.qualified_name()?)
    }

    /// The first line of a node: enough to show what is meant.
    pub fn headline(&self, node: Node<'_>) -> Range<usize> {
        let start = node.range().start;
        let line = node.text(self.text).lines().next().unwrap_or_default();
        start..start + line.trim_end().len()
    }
}
