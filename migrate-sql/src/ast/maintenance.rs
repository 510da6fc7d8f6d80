//! Statements that empty, fill or rewrite what is there: `TRUNCATE`, `REFRESH`, `REINDEX`, `CLUSTER`, `VACUUM`.

use super::clauses::{Concurrency, DropBehavior};
use super::object_name::ObjectName;
use super::source::Source;
use super::symbols as w;
use crate::grammar::Node;
use crate::scanner::Keyword as K;

/// `TRUNCATE`
#[derive(Debug, Clone)]
pub struct Truncate {
    /// The tables that it names.
    pub tables: Vec<ObjectName>,
    /// `CASCADE`
    pub behavior: DropBehavior,
}

/// `REFRESH MATERIALIZED VIEW`
#[derive(Debug, Clone)]
pub struct Refresh {
    /// The view.
    pub view: ObjectName,
    /// `CONCURRENTLY`
    pub concurrency: Concurrency,
    /// `WITH NO DATA`
    pub filling: Filling,
}

/// Whether a materialized view holds rows afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filling {
    /// Its query runs.
    Data,
    /// It is emptied.
    NoData,
}

/// `REINDEX`
#[derive(Debug, Clone)]
pub struct Reindex {
    /// The table or index; none of a schema, a database or the system catalogs.
    pub target: Option<ObjectName>,
    /// Whether it names the system catalogs, which cannot be rebuilt concurrently.
    pub of_system: bool,
    /// `CONCURRENTLY`
    pub concurrency: Concurrency,
}

/// `CLUSTER`
#[derive(Debug, Clone)]
pub struct Cluster {
    /// The table; none where all are meant that were clustered before.
    pub table: Option<ObjectName>,
}

/// `VACUUM`
#[derive(Debug, Clone, Copy)]
pub struct Vacuum {
    /// Whether it copies the tables: `FULL`.
    pub is_full: bool,
}

impl Truncate {
    pub(super) fn read(source: Source<'_>, node: Node<'_>) -> Option<Self> {
        let tables = node.child(w::RELATIONS)?.items(w::RELATION).into_iter();
        Some(Self {
            tables: tables
                .filter_map(|table| source.object_name(table))
                .collect(),
            behavior: DropBehavior::of(node),
        })
    }
}

impl Filling {
    pub(super) fn of(node: Node<'_>) -> Self {
        let words = node.child(w::WITH_DATA);
        match words.and_then(|words| words.child(w::NO)) {
            Some(_) => Self::NoData,
            None => Self::Data,
        }
    }
}

impl Refresh {
    pub(super) fn read(source: Source<'_>, node: Node<'_>) -> Option<Self> {
        Some(Self {
            view: source.object_name(node.child(w::QUALIFIED_NAME)?)?,
            concurrency: Concurrency::of(node),
            filling: Filling::of(node),
        })
    }
}

impl Reindex {
    pub(super) fn read(source: Source<'_>, node: Node<'_>) -> Self {
        let target = node.child(w::QUALIFIED_NAME);
        // As a word and in brackets.
        let has = |word| source.tokens.iter().any(|token| token.is(word));
        Self {
            target: target.and_then(|target| source.object_name(target)),
            of_system: has(K::System),
            concurrency: if has(K::Concurrently) {
                Concurrency::Concurrent
            } else {
                Concurrency::Blocking
            },
        }
    }
}

impl Cluster {
    pub(super) fn read(source: Source<'_>, node: Node<'_>) -> Self {
        let table = node.child(w::QUALIFIED_NAME);
        Self {
            table: table.and_then(|table| source.object_name(table)),
        }
    }
}

impl Vacuum {
    pub(super) fn read(source: Source<'_>) -> Self {
        Self {
            is_full: source.tokens.iter().any(|token| token.is(K::Full)),
        }
    }
}
