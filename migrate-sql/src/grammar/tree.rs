//! The syntax tree, in the grammar's own words.
//!
//! Nodes lie in one row, children before their parents and from left to right, as the parser makes
//! them. A node knows how many nodes its subtree has, so its last child lies directly before it, the
//! one before that in front of the last child's subtree, and so on: no links, sixteen bytes a node.

#![expect(
    clippy::indexing_slicing,
    reason = "a node is the number of an entry of the row, and so are its children, which lie before it"
)]

use std::ops::Range;

use super::symbol::Symbol;

/// What is stored of a node, by the constants below. Plain numbers, because a row of zeros is had in one
/// call, while anything else is written entry by entry, which without optimisation takes as long as
/// parsing.
pub(super) type Data = [u32; 4];

/// The symbol; above its 16 bits, how many children the node has.
pub(super) const HEAD: usize = 0;
/// First byte of the text.
pub(super) const START: usize = 1;
/// One past the last byte.
pub(super) const END: usize = 2;
/// How many nodes the subtree has, itself included.
pub(super) const SIZE: usize = 3;

/// The nodes of a text's statements.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    pub(super) nodes: Box<[Data]>,
}

/// A place in the tree: a symbol of the grammar and the text it stands for.
#[derive(Debug, Clone, Copy)]
pub struct Node<'t> {
    nodes: &'t [Data],
    index: usize,
}

/// A set of symbols, for [`Node::find_each`].
#[derive(Debug, Clone)]
pub struct Symbols([bool; Symbol::COUNT]);

impl Symbols {
    /// The set of these. Meant for constants.
    #[must_use]
    pub const fn of(symbols: &[Symbol]) -> Self {
        let mut set = [false; Symbol::COUNT];
        let mut at = 0;
        while at < symbols.len() {
            set[symbols[at].0 as usize] = true;
            at += 1;
        }
        Self(set)
    }

    /// Whether a symbol is one of them.
    #[must_use]
    pub const fn holds(&self, symbol: Symbol) -> bool {
        self.0[symbol.0 as usize]
    }
}

impl Tree {
    pub(super) fn node(&self, index: usize) -> Option<Node<'_>> {
        let nodes = &self.nodes;
        (index < nodes.len()).then_some(Node { nodes, index })
    }
}

impl<'t> Node<'t> {
    /// The symbol, e.g. `IndexStmt`.
    #[expect(clippy::cast_possible_truncation, reason = "cuts off what lies above")]
    pub fn symbol(&self) -> Symbol {
        Symbol(self.nodes[self.index][HEAD] as u16)
    }

    /// Whether it is this symbol.
    pub fn is(&self, symbol: Symbol) -> bool {
        self.symbol().0 == symbol.0
    }

    /// Its bytes of the text, from its first token to its last. Empty where the grammar lets the symbol
    /// stand for nothing: then it lies where the next token begins.
    pub fn range(&self) -> Range<usize> {
        let data = &self.nodes[self.index];
        data[START] as usize..data[END] as usize
    }

    /// Whether it stands for no token at all, as `opt_concurrently` does where the word is absent.
    pub fn is_empty(&self) -> bool {
        let data = &self.nodes[self.index];
        data[START] == data[END]
    }

    /// Its part of the text that was parsed.
    pub fn text<'s>(&self, text: &'s str) -> &'s str {
        text.get(self.range()).unwrap_or_default()
    }

    /// How many children it has.
    fn length(&self) -> usize {
        (self.nodes[self.index][HEAD] >> 16) as usize
    }

    /// What it is made of, from left to right: one node for each symbol of its rule's right side, empty
    /// ones included. A terminal has no children.
    pub fn children(&self) -> Children<'t> {
        Children {
            of: *self,
            front: 0,
            back: self.length(),
        }
    }

    /// Its only child, or its first one.
    pub fn only(&self) -> Option<Node<'t>> {
        self.nth(0)
    }

    /// The child of this number, from 0. Walks from the last one: right sides are short.
    pub(super) fn nth(&self, number: usize) -> Option<Node<'t>> {
        let length = self.length();
        if number >= length {
            return None;
        }
        let mut index = self.index - 1;
        let mut left = length - 1 - number;
        while left > 0 {
            index -= self.nodes[index][SIZE] as usize;
            left -= 1;
        }
        Some(Node { index, ..*self })
    }

    /// Its first child of this symbol.
    pub fn child(&self, symbol: Symbol) -> Option<Node<'t>> {
        let wanted = u32::from(symbol.0);
        let nodes = self.nodes;
        // No node is its own child.
        let mut found = self.index;
        let mut index = self.index;
        let mut left = self.length();
        let mut size = 1;
        while left > 0 {
            index -= size;
            let data = &nodes[index];
            if data[HEAD] & 0xffff == wanted {
                found = index;
            }
            size = data[SIZE] as usize;
            left -= 1;
        }
        if found == self.index {
            return None;
        }
        Some(Node {
            nodes,
            index: found,
        })
    }

    /// Everything below it, and itself last: children before parents, from left to right.
    pub fn descendants(&self) -> impl Iterator<Item = Node<'t>> + use<'t> {
        let nodes = self.nodes;
        (self.first()..=self.index).map(move |index| Node { nodes, index })
    }

    /// Every node of this symbol in its subtree, children before parents, from left to right.
    pub fn find_all(&self, symbol: Symbol) -> std::vec::IntoIter<Node<'t>> {
        let wanted = u32::from(symbol.0);
        let nodes = self.nodes;
        let mut found = Vec::new();
        let mut index = self.first();
        while index <= self.index {
            if nodes[index][HEAD] & 0xffff == wanted {
                found.push(Node { nodes, index });
            }
            index += 1;
        }
        found.into_iter()
    }

    /// Every node of its subtree that is one of these symbols, in the order of [`find_all`](Self::find_all).
    pub fn find_each(&self, wanted: &Symbols) -> Vec<Node<'t>> {
        let nodes = self.nodes;
        let wanted = &wanted.0;
        let mut found = Vec::new();
        let mut index = self.first();
        let mut left = &nodes[index..=self.index];
        while let [data, rest @ ..] = left {
            if wanted[(data[HEAD] & 0xffff) as usize] {
                found.push(Node { nodes, index });
            }
            index += 1;
            left = rest;
        }
        found
    }

    /// How many nodes of its subtree are this symbol.
    pub(super) fn count(&self, symbol: Symbol) -> usize {
        let wanted = u32::from(symbol.0);
        let mut index = self.first();
        let mut count = 0;
        while index <= self.index {
            if self.nodes[index][HEAD] & 0xffff == wanted {
                count += 1;
            }
            index += 1;
        }
        count
    }

    /// The first node of this symbol in its subtree, in the order of [`find_all`](Self::find_all).
    pub fn find(&self, symbol: Symbol) -> Option<Node<'t>> {
        let wanted = u32::from(symbol.0);
        let nodes = self.nodes;
        let mut index = self.first();
        while index <= self.index {
            if nodes[index][HEAD] & 0xffff == wanted {
                return Some(Node { nodes, index });
            }
            index += 1;
        }
        None
    }

    /// The items of a list, which the grammar writes as `list: item | list ',' item`: every child, on
    /// any level of the list, that is `item`.
    pub fn items(&self, item: Symbol) -> Vec<Node<'t>> {
        let wanted = u32::from(item.0);
        let nodes = self.nodes;
        let mut items = Vec::new();
        let mut level = self.index;
        loop {
            let list = nodes[level][HEAD] & 0xffff;
            let mut left = nodes[level][HEAD] >> 16;
            // No node is its own child.
            let mut deeper = level;
            let mut index = level;
            let mut size = 1;
            while left > 0 {
                index -= size;
                let data = &nodes[index];
                let symbol = data[HEAD] & 0xffff;
                if symbol == wanted {
                    items.push(Node { nodes, index });
                } else if symbol == list {
                    deeper = index;
                }
                size = data[SIZE] as usize;
                left -= 1;
            }
            if deeper == level {
                break;
            }
            level = deeper;
        }
        items.reverse();
        items
    }

    /// The numbers of the nodes of its subtree; its own is the last. A node below another has a number among those of
    /// the other, which is how a node is known to be inside of a clause without a link to its parent.
    pub fn subtree(&self) -> Range<usize> {
        self.first()..self.index + 1
    }

    /// Its number, by which it is told from others of the same tree.
    pub fn number(&self) -> usize {
        self.index
    }

    /// Where its subtree begins in the row.
    fn first(&self) -> usize {
        self.index + 1 - self.nodes[self.index][SIZE] as usize
    }
}

/// The children of a node, from left to right.
#[derive(Debug, Clone)]
pub struct Children<'t> {
    of: Node<'t>,
    front: usize,
    back: usize,
}

impl<'t> Iterator for Children<'t> {
    type Item = Node<'t>;

    fn next(&mut self) -> Option<Node<'t>> {
        if self.front == self.back {
            return None;
        }
        self.front += 1;
        self.of.nth(self.front - 1)
    }
}

impl DoubleEndedIterator for Children<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        if self.front == self.back {
            return None;
        }
        self.back -= 1;
        self.of.nth(self.back)
    }
}
