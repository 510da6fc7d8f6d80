//! `CREATE TABLE` and `CREATE TABLE AS`.

use super::alter_table::is_default;
use super::clauses::{Guard, OnCommit, Persistence};
use super::column::Column;
use super::constraint::Constraint;
use super::maintenance::Filling;
use super::object_name::ObjectName;
use super::source::Source;
use super::symbols as w;
use crate::grammar::Node;
use crate::scanner::Keyword;

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
    /// The table that this one becomes a partition of.
    pub partition_of: Option<ObjectName>,
    /// Whether it becomes the default partition.
    pub is_default: bool,
    /// What it is divided into partitions by, if it is: a column each, or none for an expression.
    pub partition_key: Option<Vec<Option<String>>>,
    source: Source<'a>,
    /// The list in parentheses.
    list: Option<Node<'a>>,
}

/// What `CREATE TABLE` lists in parentheses.
#[derive(Debug, Clone, Default)]
pub struct TableElements<'a> {
    /// The columns that have a type.
    pub columns: Vec<Column<'a>>,
    /// The constraints beside the columns.
    pub constraints: Vec<Constraint<'a>>,
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
    /// `WITH NO DATA`
    pub filling: Filling,
}

impl<'a> CreateTable<'a> {
    pub(super) fn read(source: Source<'a>, node: Node<'a>) -> Option<Self> {
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
            is_default: partition_of.is_some() && is_default(node),
            partition_of,
            partition_key: partitions.and_then(|partitions| partition_key(source, partitions)),
            source,
            list: node.child(w::TABLE_ELEMENTS_OPT),
        })
    }

    /// Its columns and constraints. They are read here and not with the statement, because few tables are ever asked.
    pub fn elements(&self) -> TableElements<'a> {
        TableElements::read(self.source, self.list)
    }

    /// Whether this word occurs anywhere in the statement, without quotes: quickly found, and most often it does not.
    pub fn mentions(&self, word: Keyword) -> bool {
        let mut tokens = self.source.tokens;
        while let [token, rest @ ..] = tokens {
            if token.is(word) {
                return true;
            }
            tokens = rest;
        }
        false
    }

    /// The tables that its foreign keys refer to: first those of columns, one a column.
    pub fn referenced(&self) -> Vec<ObjectName> {
        if !self.mentions(Keyword::References) {
            return Vec::new();
        }
        let elements = self.elements();
        let columns = elements.columns.iter().filter_map(Column::referenced);
        let constraints = elements.constraints.iter();
        let constraints = constraints.filter_map(Constraint::referenced);
        columns.chain(constraints).cloned().collect()
    }
}

/// Of an `OptPartitionSpec`.
fn partition_key(source: Source<'_>, node: Node<'_>) -> Option<Vec<Option<String>>> {
    let list = node.child(w::PARTITION_BY)?.child(w::PARTITION_KEY)?;
    let parts = list.items(w::PARTITION_KEY_PART);
    let parts = parts.into_iter();
    let column = |part: Node<'_>| source.name(part.child(w::COLUMN_NAME)?);
    Some(parts.map(column).collect())
}

impl<'a> TableElements<'a> {
    fn read(source: Source<'a>, list: Option<Node<'a>>) -> Self {
        let mut elements = Self::default();
        let Some(list) = list.and_then(|list| list.child(w::TABLE_ELEMENTS)) else {
            return elements;
        };
        for element in list.items(w::TABLE_ELEMENT) {
            let Some(element) = element.only() else {
                continue;
            };
            match element.symbol() {
                w::COLUMN => elements.columns.extend(Column::read(source, element)),
                w::TABLE_CONSTRAINT => {
                    elements
                        .constraints
                        .extend(Constraint::read(source, element));
                }
                _ => {}
            }
        }
        elements
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
            filling: Filling::of(node),
        })
    }

    /// Of a `SELECT … INTO`.
    pub(super) fn read_into(source: Source<'_>, node: Node<'_>) -> Option<Self> {
        if !source.tokens.iter().any(|token| token.is(Keyword::Into)) {
            return None;
        }
        let into = node.find(w::INTO_CLAUSE)?;
        let target = into.child(w::INTO_TARGET)?;
        let is = |word: Keyword| source.words(target).iter().any(|token| token.is(word));
        Some(Self {
            name: source.object_name(target)?,
            persistence: if is(Keyword::Temp) || is(Keyword::Temporary) {
                Persistence::Temporary
            } else {
                Persistence::Permanent
            },
            guard: Guard::None,
            on_commit: OnCommit::Keep,
            filling: Filling::Data,
        })
    }
}
