//! Which columns and tables a name in an expression can mean.

use std::ops::Range;
use std::rc::Rc;

use super::world::{Id, World, open};

/// The columns that a query or a table function has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Columns {
    /// Those that are known, in no order.
    pub(super) names: Vec<String>,
    /// Whether there may be others.
    pub(super) is_open: bool,
    /// How many there are, if that is known.
    pub(super) count: Option<usize>,
}

impl Columns {
    /// Nothing is known of them.
    pub(super) const fn unknown() -> Self {
        Self {
            names: Vec::new(),
            is_open: true,
            count: None,
        }
    }

    /// They get these names, from the first one on.
    pub(super) fn rename(&mut self, names: Vec<String>) {
        if self.count == Some(names.len()) {
            self.names = names;
            self.is_open = false;
        } else {
            // Which ones keep their names is not asked.
            self.names.extend(names);
        }
    }
}

/// Where the columns of an entry come from.
#[derive(Debug, Clone)]
pub(super) enum Origin {
    /// A relation that files made.
    Relation(Id),
    /// A query, a common table expression, a function.
    Query(Columns),
    /// Something that nothing is known of.
    Unknown,
}

/// What `FROM` or a statement's target brings into scope.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// The name by which its columns are qualified; none for a query without one.
    pub(super) name: Option<String>,
    pub(super) origin: Origin,
    /// Names that a list after its alias gives to its columns.
    pub(super) renamed: Vec<String>,
}

/// Whether something has a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Has {
    Yes,
    Perhaps,
    No,
}

impl Entry {
    pub(super) fn relation(name: &str, id: Option<Id>) -> Self {
        Self {
            name: Some(name.to_owned()),
            origin: id.map_or(Origin::Unknown, Origin::Relation),
            renamed: Vec::new(),
        }
    }

    /// Whether it has a column of this name.
    pub(super) fn has(&self, world: &World, column: &str) -> Has {
        if self.renamed.iter().any(|name| name == column) {
            return Has::Yes;
        }
        let (is_known, is_open) = match &self.origin {
            Origin::Relation(id) => match world.relation(*id) {
                Some(relation) => (
                    relation.columns.contains_key(column),
                    relation.is_open(open::COLUMNS) || !relation.has_own_columns(),
                ),
                None => (false, true),
            },
            Origin::Query(columns) => (
                columns.names.iter().any(|name| name == column),
                columns.is_open,
            ),
            Origin::Unknown => (false, true),
        };
        match (is_known, is_open) {
            (true, _) => Has::Yes,
            (false, true) => Has::Perhaps,
            (false, false) => Has::No,
        }
    }

    /// All of its columns.
    pub(super) fn columns(&self, world: &World) -> Columns {
        let mut columns = match &self.origin {
            Origin::Relation(id) => match world.relation(*id) {
                Some(relation) => {
                    let is_open = relation.is_open(open::COLUMNS) || !relation.has_own_columns();
                    let is_sure = relation.is_sure_of_columns();
                    Columns {
                        names: relation.columns.keys().cloned().collect(),
                        is_open,
                        count: (!is_open && is_sure).then_some(relation.columns.len()),
                    }
                }
                None => Columns::unknown(),
            },
            Origin::Query(columns) => columns.clone(),
            Origin::Unknown => Columns::unknown(),
        };
        if !self.renamed.is_empty() {
            columns.rename(self.renamed.clone());
        }
        columns
    }
}

/// A part of a statement, and what can be named in it beside what can be named around it.
#[derive(Debug, Clone)]
pub(super) struct Scope {
    /// The numbers of the nodes of this part.
    pub(super) nodes: Range<usize>,
    pub(super) entries: Rc<Vec<Entry>>,
    /// Names without a qualifier: what a query calls its columns, parameters of a function.
    pub(super) names: Vec<String>,
    /// Whether any name at all may be known here, with or without a qualifier.
    pub(super) is_open: bool,
}

impl Scope {
    pub(super) const fn new(nodes: Range<usize>, entries: Rc<Vec<Entry>>) -> Self {
        Self {
            nodes,
            entries,
            names: Vec::new(),
            is_open: false,
        }
    }
}
