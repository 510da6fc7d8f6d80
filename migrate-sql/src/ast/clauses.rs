//! The small clauses that many statements share, as data.

use super::symbols as w;
use crate::grammar::Node;

/// `IF EXISTS` or `IF NOT EXISTS`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// The statement fails if the object is missing, or exists already.
    None,
    /// The statement does nothing in that case.
    Present,
}

/// `CONCURRENTLY`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Concurrency {
    /// Others wait for the statement.
    Blocking,
    /// Reads and writes go on.
    Concurrent,
}

/// `CASCADE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DropBehavior {
    /// The statement fails if something depends on the object. The default.
    Restrict,
    /// What depends on the object goes as well.
    Cascade,
}

/// `OR REPLACE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replacement {
    /// The statement fails if the object exists.
    Refused,
    /// The object is replaced.
    Allowed,
}

/// How long a table lasts and what a crash leaves of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Persistence {
    /// An ordinary table.
    Permanent,
    /// It belongs to the session.
    Temporary,
    /// It is emptied by a crash.
    Unlogged,
}

/// What happens to a temporary table when the transaction ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnCommit {
    /// The table stays in the session.
    Keep,
    /// The table is dropped.
    Drop,
}

impl Guard {
    /// Of a node with these words directly below it.
    pub(super) fn of(node: Node<'_>) -> Self {
        match node.child(w::IF) {
            Some(_) => Self::Present,
            None => Self::None,
        }
    }
}

impl Concurrency {
    pub(super) fn of(node: Node<'_>) -> Self {
        let word = node.child(w::CONCURRENTLY);
        word.map_or(Self::Blocking, Self::of_word)
    }

    /// Of the place of the word, which is empty where it is absent.
    pub(super) fn of_word(word: Node<'_>) -> Self {
        if word.is_empty() {
            Self::Blocking
        } else {
            Self::Concurrent
        }
    }
}

impl DropBehavior {
    pub(super) fn of(node: Node<'_>) -> Self {
        let word = node.child(w::DROP_BEHAVIOR);
        match word.and_then(|word| word.child(w::CASCADE)) {
            Some(_) => Self::Cascade,
            None => Self::Restrict,
        }
    }
}

impl Replacement {
    pub(super) fn of(node: Node<'_>) -> Self {
        let words = node.child(w::OPT_OR_REPLACE);
        if words.is_some_and(|words| !words.is_empty()) || node.child(w::OR).is_some() {
            Self::Allowed
        } else {
            Self::Refused
        }
    }
}

impl Persistence {
    pub(super) fn of(node: Node<'_>) -> Self {
        match node.child(w::TEMPORARY) {
            Some(words) if words.child(w::UNLOGGED).is_some() => Self::Unlogged,
            Some(words) if !words.is_empty() => Self::Temporary,
            _ => Self::Permanent,
        }
    }
}

impl OnCommit {
    pub(super) fn of(node: Node<'_>) -> Self {
        let words = node.child(w::ON_COMMIT);
        match words.and_then(|words| words.child(w::DROP)) {
            Some(_) => Self::Drop,
            None => Self::Keep,
        }
    }
}
