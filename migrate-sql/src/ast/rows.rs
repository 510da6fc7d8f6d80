//! Statements that change rows.

use super::object_name::ObjectName;
use super::source::Source;
use super::symbols as w;
use crate::grammar::Node;
use crate::scanner::{Keyword as K, Token, TokenKind};

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
        let is_bounded = condition
            .is_some_and(|condition| !condition.is_empty() && !is_always_true(source, condition));
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

/// Whether a `WHERE` says no more than `true` or `1 = 1`.
fn is_always_true(source: Source<'_>, condition: Node<'_>) -> bool {
    let tokens = source.words(condition).iter();
    let tokens: Vec<&Token> = tokens
        .filter(|token| !token.is_char(b'(') && !token.is_char(b')'))
        .collect();
    match tokens.as_slice() {
        [_, only] => only.is(K::True),
        [_, left, equals, right] => {
            let text = |token: &Token| source.text.get(token.range());
            equals.is_char(b'=') && left.kind == TokenKind::Integer && text(left) == text(right)
        }
        _ => false,
    }
}
