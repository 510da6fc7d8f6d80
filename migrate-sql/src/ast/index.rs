//! `CREATE INDEX`

use super::clauses::{Concurrency, Guard};
use super::object_name::ObjectName;
use super::source::Source;
use super::symbols as w;
use crate::grammar::Node;

/// `CREATE INDEX`
#[derive(Debug, Clone)]
pub struct CreateIndex {
    /// Its name; none where PostgreSQL chooses it.
    pub name: Option<String>,
    /// The table.
    pub table: ObjectName,
    /// `ONLY`
    pub descent: Descent,
    /// `CONCURRENTLY`
    pub concurrency: Concurrency,
    /// `IF NOT EXISTS`
    pub guard: Guard,
    /// Its columns; none where one of them is an expression.
    pub columns: Option<Vec<String>>,
}

/// Whether a statement reaches the partitions of the table that it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Descent {
    /// It does.
    Partitions,
    /// `ONLY`: it does not.
    Only,
}

impl CreateIndex {
    pub(super) fn read(source: Source<'_>, node: Node<'_>) -> Option<Self> {
        let relation = node.child(w::RELATION)?;
        let name = node.child(w::SINGLE_NAME).or_else(|| node.child(w::NAME));
        let only = relation.child(w::RELATION_EXTENDED);
        let list = node.child(w::INDEX_COLUMNS)?.items(w::INDEX_COLUMN);
        let columns = list
            .into_iter()
            .map(|element| source.name(element.child(w::COLUMN_NAME)?));
        Some(Self {
            name: name.and_then(|name| source.name(name)),
            table: source.object_name(relation)?,
            descent: match only.and_then(|only| only.child(w::ONLY)) {
                Some(_) => Descent::Only,
                None => Descent::Partitions,
            },
            concurrency: Concurrency::of(node),
            guard: Guard::of(node),
            columns: columns.collect(),
        })
    }
}
