//! The text of a statement.

use super::call::Calls;
use super::object_name::ObjectName;
use super::symbols as w;
use crate::grammar::Node;
use crate::scanner::{Reader, Token};

/// The text of a statement, scanned.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The whole file's text.
    pub text: &'a str,
    /// The statement's tokens.
    pub tokens: &'a [Token],
}

impl<'a> Source<'a> {
    /// The tokens that a node of the syntax tree stands for.
    #[expect(
        clippy::indexing_slicing,
        reason = "a binary search looks between its bounds; nothing else is quick without optimisation"
    )]
    fn tokens_of(&self, node: Node<'_>) -> &'a [Token] {
        let range = node.range();
        let tokens = self.tokens;
        let find = |mut low: usize, start: usize| {
            let mut high = tokens.len();
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
        let first = find(0, range.start);
        // Most nodes that are asked for are names: one token, or a few.
        let mut end = first;
        let mut left = 4;
        while end < tokens.len() && tokens[end].start < range.end {
            end += 1;
            left -= 1;
            if left == 0 {
                end = find(end, range.end);
                break;
            }
        }
        &tokens[first..end]
    }

    /// A reader at the first token of a node.
    pub(super) fn reader(&self, node: Node<'_>) -> Reader<'a> {
        Reader::new(self.text, self.tokens_of(node))
    }

    /// A reader at the first token of the statement.
    pub(super) const fn start(&self) -> Reader<'a> {
        Reader::new(self.text, self.tokens)
    }

    /// The tokens of a node.
    pub(super) fn words(&self, node: Node<'_>) -> &'a [Token] {
        self.tokens_of(node)
    }

    /// The name that a node is, as PostgreSQL stores it.
    pub(super) fn name(&self, node: Node<'_>) -> Option<String> {
        self.reader(node).name()
    }

    /// The name, perhaps with a schema, that a node is or has.
    pub(super) fn object_name(&self, node: Node<'_>) -> Option<ObjectName> {
        let name = node.find(w::QUALIFIED_NAME).unwrap_or(node);
        ObjectName::read(&mut self.reader(name))
    }

    /// Every name below a node, as PostgreSQL stores it.
    pub(super) fn names(&self, node: Node<'_>) -> Vec<String> {
        let mut rest = self.reader(node);
        let mut names = Vec::new();
        while !rest.is_done() {
            match rest.clone().name() {
                Some(name) => {
                    names.push(name);
                    rest.name();
                }
                None => {
                    rest.read();
                }
            }
        }
        names
    }

    /// The calls of functions below a node, as far as the text shows them.
    pub fn calls(&self, node: Node<'_>) -> Calls<'a> {
        Calls::new(self.reader(node))
    }
}
