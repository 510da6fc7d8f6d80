//! `CREATE INDEX`

use super::clauses::{Concurrency, Guard};
use super::expression::Expression;
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
    /// `UNIQUE`
    pub is_unique: bool,
    /// Its columns; none where one of them is an expression.
    pub columns: Option<Vec<String>>,
    /// The names in its expressions and its `WHERE`, where it has any: columns, functions, types.
    pub computes_with: Vec<String>,
    /// What those call and cast.
    pub computed: Expression,
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
    pub(super) fn read<'a>(source: Source<'a>, node: Node<'a>) -> Option<Self> {
        let relation = node.child(w::RELATION)?;
        let name = node.child(w::SINGLE_NAME).or_else(|| node.child(w::NAME));
        let only = relation.child(w::RELATION_EXTENDED);
        let list = node.child(w::INDEX_COLUMNS)?.items(w::INDEX_COLUMN);
        let columns = list
            .iter()
            .map(|element| source.name(element.child(w::COLUMN_NAME)?));
        let columns: Option<Vec<String>> = columns.collect();
        let mut computed: Vec<Node<'a>> = Vec::new();
        if columns.is_none() {
            let is_expression = |element: &Node<'a>| element.child(w::COLUMN_NAME).is_none();
            computed.extend(list.into_iter().filter(is_expression));
        }
        let condition = node.child(w::WHERE);
        computed.extend(condition.filter(|condition| !condition.is_empty()));
        Some(Self {
            name: name.and_then(|name| source.name(name)),
            table: source.object_name(relation)?,
            descent: match only.and_then(|only| only.child(w::ONLY)) {
                Some(_) => Descent::Only,
                None => Descent::Partitions,
            },
            concurrency: Concurrency::of(node),
            guard: Guard::of(node),
            is_unique: node
                .child(w::UNIQUE_WORDS)
                .is_some_and(|words| !words.is_empty()),
            columns,
            computes_with: computed
                .iter()
                .flat_map(|node| source.names(*node))
                .collect(),
            computed: computed
                .into_iter()
                .map(|node| source.expression(node))
                .fold(Expression::default(), Expression::with),
        })
    }
}
