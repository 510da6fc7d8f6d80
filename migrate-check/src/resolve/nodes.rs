//! The nodes of a statement that are read, found in one walk through its tree.

use migrate_sql::grammar::{Node, Symbols};

use super::symbol as s;

/// All of them.
const WANTED: Symbols = Symbols::of(&[
    s::ALTER_COLUMN_DEFAULT,
    s::COLUMN_CONSTRAINT_BODY,
    s::COLUMN_REFERENCE,
    s::COMMON_TABLE,
    s::DELETE,
    s::FUNCTION_CALL,
    s::GENERIC_TYPE,
    s::INSERT,
    s::JOIN,
    s::JOIN_CONDITION,
    s::MERGE,
    s::RELATION,
    s::SELECT_NO_PARENS,
    s::SELECT_WITH_PARENS,
    s::SIMPLE_SELECT,
    s::TABLE_REFERENCE,
    s::UPDATE,
]);

/// Nodes of a statement, each kind in the order of [`Node::find_each`].
#[derive(Debug, Default)]
pub(super) struct Nodes<'t> {
    /// Tables that are read or changed.
    pub(super) relations: Vec<Node<'t>>,
    /// Types that the grammar does not spell out.
    pub(super) types: Vec<Node<'t>>,
    /// What may be the default of a column.
    pub(super) defaults: Vec<Node<'t>>,
    /// Common table expressions, which are among those of queries, too.
    pub(super) common: Vec<Node<'t>>,
    /// What queries and expressions are made of.
    pub(super) queries: Vec<Node<'t>>,
}

impl<'t> Nodes<'t> {
    /// Those below a node.
    pub(super) fn of(root: Node<'t>) -> Self {
        let mut nodes = Self::default();
        for node in root.find_each(&WANTED) {
            if node.is(s::GENERIC_TYPE) {
                nodes.types.push(node);
            } else if node.is(s::COLUMN_CONSTRAINT_BODY) || node.is(s::ALTER_COLUMN_DEFAULT) {
                nodes.defaults.push(node);
            } else if node.is(s::RELATION) {
                nodes.relations.push(node);
            } else {
                if node.is(s::COMMON_TABLE) {
                    nodes.common.push(node);
                }
                nodes.queries.push(node);
            }
        }
        nodes
    }
}
