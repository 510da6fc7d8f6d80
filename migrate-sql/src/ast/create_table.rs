//! `CREATE TABLE` and `CREATE TABLE AS`.

use super::clauses::{Guard, OnCommit, Persistence};
use super::column::Column;
use super::constraint::Constraint;
use super::object_name::ObjectName;
use super::source::Source;
use super::symbols as w;
use crate::grammar::Node;

/// `CREATE TABLE`
#[derive(Debug, Clone)]
pub struct CreateTable<'a> {
    /// The table.
    pub name: ObjectName,
    /// `TEMPORARY` or `UNLOGGED`
    pub persistence: Persistence,
    /// `IF NOT EXISTS`
    pub guard: Guard,
    /// `ON COMMIT`
    pub on_commit: OnCommit,
    /// The columns that the statement lists with a type.
    pub columns: Vec<Column<'a>>,
    /// The constraints beside the columns.
    pub constraints: Vec<Constraint<'a>>,
    /// The table that this one becomes a partition of.
    pub partition_of: Option<ObjectName>,
    /// Whether it is itself divided into partitions.
    pub is_partitioned: bool,
}

/// `CREATE TABLE … AS`
#[derive(Debug, Clone)]
pub struct CreateTableAs {
    /// The table.
    pub name: ObjectName,
    /// `TEMPORARY` or `UNLOGGED`
    pub persistence: Persistence,
    /// `IF NOT EXISTS`
    pub guard: Guard,
    /// `ON COMMIT`
    pub on_commit: OnCommit,
}

impl<'a> CreateTable<'a> {
    pub(super) fn read(source: Source<'a>, node: Node<'a>) -> Option<Self> {
        let mut columns = Vec::new();
        let mut constraints = Vec::new();
        let list = node.child(w::TABLE_ELEMENTS_OPT);
        if let Some(list) = list.and_then(|list| list.child(w::TABLE_ELEMENTS)) {
            for element in list.items(w::TABLE_ELEMENT) {
                let Some(element) = element.only() else {
                    continue;
                };
                match element.symbol() {
                    w::COLUMN => columns.extend(Column::read(source, element)),
                    w::TABLE_CONSTRAINT => constraints.extend(Constraint::read(source, element)),
                    _ => {}
                }
            }
        }
        let partition_of = if node.child(w::PARTITION).is_some() {
            let mut names = node.children().filter(|part| part.is(w::QUALIFIED_NAME));
            names.nth(1).and_then(|parent| source.object_name(parent))
        } else {
            None
        };
        let partitions = node.child(w::PARTITIONS);
        Some(Self {
            name: source.object_name(node.child(w::QUALIFIED_NAME)?)?,
            persistence: Persistence::of(node),
            guard: Guard::of(node),
            on_commit: OnCommit::of(node),
            columns,
            constraints,
            partition_of,
            is_partitioned: partitions.is_some_and(|partitions| !partitions.is_empty()),
        })
    }

    /// The tables that its foreign keys refer to: first those of columns, one a column.
    pub fn referenced(&self) -> impl Iterator<Item = &ObjectName> {
        let columns = self.columns.iter().filter_map(Column::referenced);
        let constraints = self.constraints.iter();
        columns.chain(constraints.filter_map(Constraint::referenced))
    }
}

impl CreateTableAs {
    pub(super) fn read(source: Source<'_>, node: Node<'_>) -> Option<Self> {
        let target = node.child(w::CREATE_AS_TARGET)?;
        Some(Self {
            name: source.object_name(target)?,
            persistence: Persistence::of(node),
            guard: Guard::of(node),
            on_commit: OnCommit::of(target),
        })
    }
}
