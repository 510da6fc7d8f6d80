//! Statements that change rows.

use super::object_name::ObjectName;
use super::source::Source;
use super::symbols as w;
use crate::grammar::Node;

/// `UPDATE`, `DELETE` or `MERGE`.
#[derive(Debug, Clone)]
pub struct ChangeRows {
    /// The table whose rows change.
    pub table: ObjectName,
    /// Which of them.
    pub rows: Rows,
}

/// Which rows a statement changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    /// All of them.
    All,
    /// Those that a condition selects.
    Matching,
}

/// `INSERT`
#[derive(Debug, Clone)]
pub struct Insert {
    /// The table that gets rows.
    pub table: ObjectName,
}

impl ChangeRows {
    pub(super) fn read(source: Source<'_>, node: Node<'_>) -> Option<Self> {
        let condition = node.child(w::WHERE_OR_CURRENT);
        let is_bounded = condition.is_some_and(|condition| !condition.is_empty());
        Some(Self {
            table: source.object_name(node.child(w::RELATION_ALIASED)?)?,
            rows: if is_bounded {
                Rows::Matching
            } else {
                Rows::All
            },
        })
    }
}

impl Insert {
    pub(super) fn read(source: Source<'_>, node: Node<'_>) -> Option<Self> {
        Some(Self {
            table: source.object_name(node.child(w::INSERT_TARGET)?)?,
        })
    }
}
