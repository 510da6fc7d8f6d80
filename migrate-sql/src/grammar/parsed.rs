//! What became of a text: its statements, each with a syntax tree or what is wrong with it.

use std::ops::Range;

use super::refusal::Refusal;
use super::tree::{Node, Tree};

/// What became of a text.
#[derive(Debug, Clone, Default)]
pub struct Parsed {
    /// Its statements in order; empty ones (`;;`) are none.
    pub sentences: Vec<Sentence>,
    pub(super) tree: Tree,
}

/// One statement and PostgreSQL's verdict on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// Its bytes, from its first token to its last, without the semicolon.
    pub range: Range<usize>,
    /// Its tokens, as indices.
    pub tokens: Range<usize>,
    /// Its place in the tree, or what is wrong with it.
    pub(super) verdict: Result<usize, Refusal>,
}

impl Sentence {
    /// What PostgreSQL would refuse first in it; none if it is valid.
    pub fn refusal(&self) -> Option<&Refusal> {
        self.verdict.as_ref().err()
    }
}

impl Parsed {
    /// The syntax tree of a statement: its `stmt` (or `TransactionStmtLegacy`), whose only child is the
    /// kind of statement. None if it is not valid.
    pub fn tree(&self, sentence: &Sentence) -> Option<Node<'_>> {
        let root = *sentence.verdict.as_ref().ok()?;
        self.tree.node(root)?.nth(0)
    }

    /// Every valid statement with its syntax tree, as [`tree`](Self::tree) gives it.
    pub fn trees(&self) -> impl Iterator<Item = (&Sentence, Node<'_>)> {
        let sentences = self.sentences.iter();
        sentences.filter_map(|sentence| Some((sentence, self.tree(sentence)?)))
    }

    /// Every refusal, in order.
    pub fn refusals(&self) -> impl Iterator<Item = &Refusal> {
        self.sentences.iter().filter_map(Sentence::refusal)
    }
}
