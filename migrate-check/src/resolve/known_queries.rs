//! The queries of a statement that have been read so far, and what is known of them.

use std::collections::BTreeMap;
use std::ops::Range;

use migrate_sql::grammar::Node;
use migrate_sql::scanner::{Keyword as K, Token};

use super::cursor::Cursor;
use super::scope::{Columns, Entry, Origin};
use super::statement::within;
use super::world::{Found, World};

/// A common table expression.
pub(super) struct Common {
    /// The nodes of its definition.
    pub(super) nodes: Range<usize>,
    pub(super) name: String,
    /// Its columns; none until its definition has been read.
    pub(super) columns: Option<Columns>,
    /// Whether the statement that it belongs to has ended.
    pub(super) is_over: bool,
}

/// The queries of a statement that have been read.
pub(super) struct KnownQueries<'w, 'q> {
    pub(super) world: &'w World,
    text: &'q str,
    tokens: &'q [Token],
    /// The columns of each, by its node.
    pub(super) outputs: BTreeMap<usize, Columns>,
    pub(super) common: Vec<Common>,
}

impl<'w, 'q> KnownQueries<'w, 'q> {
    pub(super) const fn new(world: &'w World, text: &'q str, tokens: &'q [Token]) -> Self {
        Self {
            world,
            text,
            tokens,
            outputs: BTreeMap::new(),
            common: Vec::new(),
        }
    }

    pub(super) fn within(&self, node: Node<'_>) -> Cursor<'q> {
        within(self.text, self.tokens, node)
    }

    /// The columns of the query that a node stands for.
    pub(super) fn output(&self, node: Node<'_>) -> Columns {
        let mut node = node;
        for _ in 0..8 {
            if let Some(columns) = self.outputs.get(&node.number()) {
                return columns.clone();
            }
            match node.only() {
                Some(inner) => node = inner,
                None => break,
            }
        }
        Columns::unknown()
    }

    /// A table that a node names.
    pub(super) fn relation(&self, node: Node<'_>, alias: Option<String>) -> Entry {
        let mut rest = self.within(node);
        rest.accept(K::Only);
        rest.accept_char(b'(');
        let Some(name) = rest.name() else {
            return Entry::relation("", None);
        };
        let shown = alias.unwrap_or_else(|| name.name.clone());
        if name.schema.is_none() {
            let named = |common: &&Common| common.name == name.name && !common.is_over;
            // The one that was read last is the innermost.
            if let Some(common) = self.common.iter().rev().find(named) {
                let origin = match &common.columns {
                    Some(columns) => Origin::Query(columns.clone()),
                    // It refers to itself, or has the name of the table that it reads.
                    None => Origin::Unknown,
                };
                return Entry {
                    origin,
                    ..Entry::relation(&shown, None)
                };
            }
        }
        match self.world.find(&name) {
            Found::Sure(id) | Found::Maybe(id) => Entry::relation(&shown, Some(id)),
            Found::Unknown | Found::Absent => Entry::relation(&shown, None),
        }
    }
}
