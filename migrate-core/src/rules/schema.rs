//! What the files before have made of the tables, as far as their text shows it.
//!
//! What happens in `DO` blocks and functions stays unknown, and so do tables that were there before the
//! first file. A rule speaks where nothing is known, and is quiet where this says that all is well.

use std::collections::HashMap;

use super::alteration::{ActKind, Target};
use super::column::{Column, TraitKind};
use super::column_type::ColumnType;
use super::constraint::{Constraint, ConstraintKind, column_not_null};
use super::relation::Relation;
use super::scene::Said;
use super::words as w;
use crate::sql::Keyword as K;

/// Tables by name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Schema {
    tables: HashMap<Relation, Table>,
    /// By name: the columns. Those on expressions are left out.
    indexes: HashMap<String, Vec<String>>,
}

/// A table.
#[derive(Debug, Clone, Default)]
struct Table {
    is_partitioned: bool,
    columns: HashMap<String, Known>,
    /// By name: which column a check says is not null, and whether it holds for all rows.
    checks: HashMap<String, Check>,
}

/// A column.
#[derive(Debug, Clone)]
struct Known {
    column_type: ColumnType,
    is_nullable: bool,
}

/// A constraint that has a name.
#[derive(Debug, Clone)]
struct Check {
    column: Option<String>,
    is_valid: bool,
}

impl Schema {
    /// The type of a column.
    pub(crate) fn column_type(&self, table: &Relation, column: &str) -> Option<&ColumnType> {
        let known = self.tables.get(table)?.columns.get(column)?;
        Some(&known.column_type)
    }

    /// Whether a column is known to take nulls.
    pub(crate) fn is_nullable(&self, table: &Relation, column: &str) -> bool {
        let table = self.tables.get(table);
        let known = table.and_then(|table| table.columns.get(column));
        known.is_some_and(|known| known.is_nullable)
    }

    /// Whether a column is known to take no nulls.
    pub(crate) fn is_not_null(&self, table: &Relation, column: &str) -> bool {
        let table = self.tables.get(table);
        let known = table.and_then(|table| table.columns.get(column));
        known.is_some_and(|known| !known.is_nullable)
    }

    /// Whether a table is known to be divided into partitions.
    pub(crate) fn is_partitioned(&self, table: &Relation) -> bool {
        self.tables
            .get(table)
            .is_some_and(|table| table.is_partitioned)
    }

    /// The columns of an index.
    pub(crate) fn index_columns(&self, index: &str) -> Option<&[String]> {
        self.indexes.get(index).map(Vec::as_slice)
    }

    /// Whether a valid check says that a column holds no nulls.
    pub(crate) fn has_not_null_check(&self, table: &Relation, column: &str) -> bool {
        self.tables.get(table).is_some_and(|table| {
            let mut checks = table.checks.values();
            checks.any(|check| check.is_valid && check.column.as_deref() == Some(column))
        })
    }

    /// Whether a table is known to have a check of its own that holds for all rows.
    pub(crate) fn has_valid_check(&self, table: &Relation) -> bool {
        let table = self.tables.get(table);
        table.is_some_and(|table| table.checks.values().any(|check| check.is_valid))
    }

    /// Takes in what a statement does.
    pub(crate) fn note(&mut self, said: &Said<'_>) {
        match said.node.symbol() {
            w::CREATE_TABLE => {
                let Some(created) = said.created.clone() else {
                    return;
                };
                let partitions = said.node.child(w::PARTITIONS);
                let mut table = Table {
                    is_partitioned: partitions.is_some_and(|partitions| !partitions.is_empty()),
                    ..Table::default()
                };
                for column in &said.columns {
                    table.add(column);
                }
                for constraint in &said.constraints {
                    table.constrain(said, constraint);
                }
                // One that may have been there before may have other columns.
                if said.is_guarded() && self.tables.contains_key(&created) {
                    return;
                }
                self.tables.insert(created, table);
            }
            w::ALTER_TABLE => {
                if let Some(alteration) = &said.alteration
                    && alteration.target == Target::Table
                {
                    let table = self.tables.entry(alteration.relation.clone()).or_default();
                    for act in &alteration.acts {
                        table.note(said, act);
                    }
                }
            }
            w::INDEX => {
                let list = said.node.child(w::INDEX_COLUMNS);
                let elements = list.map_or_else(Vec::new, |list| list.items(w::INDEX_COLUMN));
                let columns: Option<Vec<String>> = elements
                    .into_iter()
                    .map(|element| said.subject.name(element.child(w::COLUMN_NAME)?))
                    .collect();
                if let (Some(index), Some(columns)) = (said.created.clone(), columns) {
                    self.indexes.insert(index.name, columns);
                }
            }
            w::DROP_STATEMENT | w::RENAME_STATEMENT => self.forget(said),
            _ => {}
        }
    }

    /// What has gone, or goes by another name now.
    fn forget(&mut self, said: &Said<'_>) {
        let mut rest = said.subject.reader(said.node);
        if !rest.accept_all(&[K::Drop, K::Table]) && !rest.accept_all(&[K::Alter, K::Table]) {
            return;
        }
        rest.accept_all(&[K::If, K::Exists]);
        loop {
            rest.accept(K::Only);
            if let Some(gone) = rest.qualified_name().and_then(Relation::of) {
                self.tables.remove(&gone);
            }
            if !rest.accept_char(b',') {
                return;
            }
        }
    }
}

impl Table {
    fn note(&mut self, said: &Said<'_>, act: &super::alteration::Act<'_>) {
        match &act.kind {
            ActKind::AddColumn(column) => self.add(column),
            ActKind::DropColumn(column) => {
                self.columns.remove(column);
            }
            ActKind::SetNotNull(column) => self.set_nullable(column, false),
            ActKind::DropNotNull(column) => self.set_nullable(column, true),
            ActKind::SetType { column, new, .. } => {
                if let Some(known) = self.columns.get_mut(column) {
                    known.column_type = new.clone();
                }
            }
            ActKind::AddConstraint(constraint) => self.constrain(said, constraint),
            ActKind::ValidateConstraint => {
                let name = act
                    .node
                    .child(w::NAME)
                    .and_then(|name| said.subject.name(name));
                if let Some(check) = name.and_then(|name| self.checks.get_mut(&name)) {
                    check.is_valid = true;
                }
            }
            ActKind::DropConstraint => {
                let name = act
                    .node
                    .child(w::NAME)
                    .and_then(|name| said.subject.name(name));
                if let Some(name) = name {
                    self.checks.remove(&name);
                }
            }
            _ => {}
        }
    }

    fn add(&mut self, column: &Column<'_>) {
        let is_nullable = !column.data_type.is_serial()
            && !column.has(|kind| {
                matches!(
                    kind,
                    TraitKind::NotNull | TraitKind::PrimaryKey | TraitKind::Identity
                )
            });
        let known = Known {
            column_type: column.data_type.clone(),
            is_nullable,
        };
        self.columns.insert(column.name.clone(), known);
    }

    fn set_nullable(&mut self, column: &str, is_nullable: bool) {
        if let Some(known) = self.columns.get_mut(column) {
            known.is_nullable = is_nullable;
        }
    }

    fn constrain(&mut self, said: &Said<'_>, constraint: &Constraint<'_>) {
        if let ConstraintKind::PrimaryKey { .. } = constraint.kind {
            for column in constraint.columns(said.subject) {
                self.set_nullable(&column, false);
            }
        }
        let ConstraintKind::Check(expression) = constraint.kind else {
            return;
        };
        let name = constraint.node.child(w::NAME);
        if let Some(name) = name.and_then(|name| said.subject.name(name)) {
            let check = Check {
                column: column_not_null(said.subject, expression),
                is_valid: !constraint.is_deferred,
            };
            self.checks.insert(name, check);
        }
    }
}
