//! The syntax tree, in the grammar's own words.
//!
//! Nodes lie in one row, children before their parents and from left to right, as the parser makes
//! them. A node knows how many nodes its subtree has, so its last child lies directly before it, the
//! one before that in front of the last child's subtree, and so on: no links, sixteen bytes a node.

use std::ops::Range;

use super::symbol::Symbol;
use super::{facts, tables};

/// What is stored of a node.
#[derive(Debug, Clone, Copy)]
pub(super) struct Data {
    /// A terminal, or the number of terminals plus the rule by which the node was made.
    pub(super) what: u16,
    /// First byte of the text.
    pub(super) start: u32,
    /// One past the last byte.
    pub(super) end: u32,
    /// How many nodes the subtree has, itself included.
    pub(super) size: u32,
}

/// The nodes of a text's statements.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    pub(super) nodes: Vec<Data>,
}

/// A place in the tree: a symbol of the grammar and the text it stands for.
#[derive(Debug, Clone, Copy)]
pub struct Node<'t> {
    tree: &'t Tree,
    index: usize,
    data: Data,
}

impl Tree {
    pub(super) fn node(&self, index: usize) -> Option<Node<'_>> {
        let data = *self.nodes.get(index)?;
        Some(Node {
            tree: self,
            index,
            data,
        })
    }
}

impl<'t> Node<'t> {
    /// The symbol, e.g. `IndexStmt`.
    pub fn symbol(&self) -> Symbol {
        match self.data.what.checked_sub(facts::TERMINALS) {
            Some(rule) => Symbol(tables::left(rule)),
            None => Symbol(self.data.what),
        }
    }

    /// Whether it is this symbol.
    pub fn is(&self, symbol: Symbol) -> bool {
        self.symbol() == symbol
    }

    /// Its bytes of the text, from its first token to its last. Empty where the grammar lets the symbol
    /// stand for nothing: then it lies where the next token begins.
    pub fn range(&self) -> Range<usize> {
        self.data.start as usize..self.data.end as usize
    }

    /// Whether it stands for no token at all, as `opt_concurrently` does where the word is absent.
    pub fn is_empty(&self) -> bool {
        self.data.start == self.data.end
    }

    /// Its part of the text that was parsed.
    pub fn text<'s>(&self, text: &'s str) -> &'s str {
        text.get(self.range()).unwrap_or_default()
    }

    /// What it is made of, from left to right: one node for each symbol of its rule's right side, empty
    /// ones included. A terminal has no children.
    pub fn children(&self) -> std::vec::IntoIter<Node<'t>> {
        let rule = self.data.what.checked_sub(facts::TERMINALS);
        let count = rule.map_or(0, |rule| tables::rule(usize::from(rule)).length);
        let mut children = Vec::with_capacity(count);
        let mut before = self.index;
        while children.len() < count
            && let Some(child) = before
                .checked_sub(1)
                .and_then(|index| self.tree.node(index))
        {
            children.push(child);
            before = child.first();
        }
        children.reverse();
        children.into_iter()
    }

    /// Its first child of this symbol.
    pub fn child(&self, symbol: Symbol) -> Option<Node<'t>> {
        let rule = self.data.what.checked_sub(facts::TERMINALS)?;
        let mut found = None;
        let mut before = self.index;
        for _ in 0..tables::rule(usize::from(rule)).length {
            let child = self.tree.node(before.checked_sub(1)?)?;
            if child.is(symbol) {
                found = Some(child);
            }
            before = child.first();
        }
        found
    }

    /// Everything below it, and itself last: children before parents, from left to right.
    pub fn descendants(&self) -> impl Iterator<Item = Node<'t>> + use<'t> {
        let tree = self.tree;
        (self.first()..=self.index).filter_map(move |index| tree.node(index))
    }

    /// Every node of this symbol in its subtree, children before parents, from left to right.
    pub fn find_all(&self, symbol: Symbol) -> impl Iterator<Item = Node<'t>> + use<'t> {
        self.descendants().filter(move |node| node.is(symbol))
    }

    /// How many tokens of its subtree are this terminal.
    pub(super) fn count(&self, terminal: Symbol) -> usize {
        let nodes = self.tree.nodes.get(self.first()..self.index);
        let mut count = 0;
        for data in nodes.unwrap_or_default() {
            if data.what == terminal.0 {
                count += 1;
            }
        }
        count
    }

    /// The first node of this symbol in its subtree, in the order of [`find_all`](Self::find_all).
    pub fn find(&self, symbol: Symbol) -> Option<Node<'t>> {
        self.find_all(symbol).next()
    }

    /// The items of a list, which the grammar writes as `list: item | list ',' item`: every child, on
    /// any level of the list, that is `item`.
    pub fn items(&self, item: Symbol) -> Vec<Node<'t>> {
        let mut items = Vec::new();
        let mut list = Some(*self);
        while let Some(level) = list {
            list = None;
            for child in level.children().rev() {
                if child.is(item) {
                    items.push(child);
                } else if child.is(level.symbol()) {
                    list = Some(child);
                }
            }
        }
        items.reverse();
        items
    }

    /// Where its subtree begins in the row.
    fn first(&self) -> usize {
        (self.index + 1).saturating_sub(self.data.size as usize)
    }
}
