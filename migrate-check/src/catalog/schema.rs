//! What the files before have made of the tables, as far as their text shows it.
//!
//! A statement is kept as text, and read when a rule asks about what it made: most tables are never asked
//! about, and to read all of them would take longer than all rules together. Each is read once.
//!
//! What happens in `DO` blocks and functions stays unknown, and so do tables that were there before the
//! first file. A rule speaks where nothing is known, and is quiet where this says that all is well.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::mem;

use migrate_sql::ast::ColumnType;
use migrate_sql::ast::Relation;
use migrate_sql::ast::Source;
use migrate_sql::ast::Statement;
use migrate_sql::ast::symbols as w;
use migrate_sql::ast::{ActKind, Target};
use migrate_sql::ast::{Column, TraitKind};
use migrate_sql::ast::{Constraint, ConstraintKind, column_not_null};
use migrate_sql::grammar::parse;
use migrate_sql::scanner::Keyword as K;
use migrate_sql::splitter::analyse;

/// Tables by name. Sorted maps, because without optimisation they are quicker than hashing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Schema {
    tables: BTreeMap<Relation, RefCell<Made<Table>>>,
    /// By name: the columns. None for those on expressions.
    indexes: BTreeMap<String, RefCell<Made<Option<Vec<String>>>>>,
}

/// Something that statements have made.
#[derive(Debug, Clone, Default)]
struct Made<T> {
    /// What those that have been read made of it.
    thing: T,
    /// The text of those that have not, in order.
    unread: Vec<String>,
}

/// A table.
#[derive(Debug, Clone, Default)]
struct Table {
    is_partitioned: bool,
    columns: BTreeMap<String, Known>,
    /// By name: which column a check says is not null, and whether it holds for all rows.
    checks: BTreeMap<String, Check>,
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
    pub(crate) fn column_type(&self, table: &Relation, column: &str) -> Option<ColumnType> {
        self.ask(table, |table| {
            Some(table.columns.get(column)?.column_type.clone())
        })?
    }

    /// Whether a column is known to take nulls.
    pub(crate) fn is_nullable(&self, table: &Relation, column: &str) -> bool {
        self.nullable(table, column) == Some(true)
    }

    /// Whether a column is known to take no nulls.
    pub(crate) fn is_not_null(&self, table: &Relation, column: &str) -> bool {
        self.nullable(table, column) == Some(false)
    }

    fn nullable(&self, table: &Relation, column: &str) -> Option<bool> {
        self.ask(table, |table| Some(table.columns.get(column)?.is_nullable))?
    }

    /// Whether a table is known to be divided into partitions.
    pub(crate) fn is_partitioned(&self, table: &Relation) -> bool {
        self.ask(table, |table| table.is_partitioned) == Some(true)
    }

    /// The columns of an index.
    pub(crate) fn index_columns(&self, index: &str) -> Option<Vec<String>> {
        let mut made = self.indexes.get(index)?.borrow_mut();
        made.read(|known, said| {
            // One on expressions leaves what was known before.
            let columns = indexed(said);
            if columns.is_some() {
                *known = columns;
            }
        })
        .clone()
    }

    /// Whether a valid check says that a column holds no nulls.
    pub(crate) fn has_not_null_check(&self, table: &Relation, column: &str) -> bool {
        let found = self.ask(table, |table| {
            let mut checks = table.checks.values();
            checks.any(|check| check.is_valid && check.column.as_deref() == Some(column))
        });
        found == Some(true)
    }

    /// Whether a table is known to have a check of its own that holds for all rows.
    pub(crate) fn has_valid_check(&self, table: &Relation) -> bool {
        let found = self.ask(table, |table| {
            table.checks.values().any(|check| check.is_valid)
        });
        found == Some(true)
    }

    fn ask<A>(&self, table: &Relation, question: impl FnOnce(&Table) -> A) -> Option<A> {
        let mut made = self.tables.get(table)?.borrow_mut();
        Some(question(made.read(Table::take_in)))
    }

    /// Takes in what a statement does.
    pub(crate) fn note(&mut self, said: &Statement<'_>) {
        let text = || said.node.text(said.source.text).to_owned();
        match said.node.symbol() {
            w::CREATE_TABLE => {
                let Some(created) = said.created() else {
                    return;
                };
                // One that may have been there before may have other columns.
                if said.is_guarded() && self.tables.contains_key(created) {
                    return;
                }
                let table = Made {
                    unread: vec![text()],
                    ..Made::default()
                };
                self.tables.insert(created.clone(), RefCell::new(table));
            }
            w::ALTER_TABLE => {
                if let Some(alteration) = said.alteration()
                    && alteration.target == Target::Table
                {
                    let table = self.tables.entry(alteration.relation.clone()).or_default();
                    table.get_mut().unread.push(text());
                }
            }
            w::INDEX => {
                if let Some(index) = said.created() {
                    let index = self.indexes.entry(index.name.clone()).or_default();
                    index.get_mut().unread.push(text());
                }
            }
            w::DROP_STATEMENT | w::RENAME_STATEMENT => self.forget(said),
            _ => {}
        }
    }

    /// What has gone, or goes by another name now.
    fn forget(&mut self, said: &Statement<'_>) {
        let mut rest = said.source.reader(said.node);
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

impl<T> Made<T> {
    /// Reads what has not been read: `take_in` is what a statement does.
    fn read(&mut self, take_in: impl Fn(&mut T, &Statement<'_>)) -> &T {
        for text in mem::take(&mut self.unread) {
            let analysis = analyse(&text);
            let parsed = parse(&text, &analysis.tokens, &analysis.faults);
            let source = Source::new(&text, &analysis, &parsed);
            for node in source.trees() {
                take_in(&mut self.thing, &Statement::new(&source, node));
            }
        }
        &self.thing
    }
}

/// The columns that `CREATE INDEX` lists; none if one of them is an expression.
fn indexed(said: &Statement<'_>) -> Option<Vec<String>> {
    let list = said.node.child(w::INDEX_COLUMNS);
    let elements = list.map_or_else(Vec::new, |list| list.items(w::INDEX_COLUMN));
    elements
        .into_iter()
        .map(|element| said.source.name(element.child(w::COLUMN_NAME)?))
        .collect()
}

impl Table {
    /// Takes in a `CREATE TABLE` or an `ALTER TABLE`.
    fn take_in(&mut self, said: &Statement<'_>) {
        if let Some(alteration) = said.alteration() {
            for act in &alteration.acts {
                self.note(said, act);
            }
            return;
        }
        let partitions = said.node.child(w::PARTITIONS);
        self.is_partitioned = partitions.is_some_and(|partitions| !partitions.is_empty());
        for column in &said.columns() {
            self.add(column);
        }
        for constraint in &said.constraints() {
            self.constrain(said, constraint);
        }
    }

    fn note(&mut self, said: &Statement<'_>, act: &migrate_sql::ast::Act<'_>) {
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
                    .and_then(|name| said.source.name(name));
                if let Some(check) = name.and_then(|name| self.checks.get_mut(&name)) {
                    check.is_valid = true;
                }
            }
            ActKind::DropConstraint => {
                let name = act
                    .node
                    .child(w::NAME)
                    .and_then(|name| said.source.name(name));
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

    fn constrain(&mut self, said: &Statement<'_>, constraint: &Constraint<'_>) {
        if let ConstraintKind::PrimaryKey { .. } = constraint.kind {
            for column in constraint.columns(said.source) {
                self.set_nullable(&column, false);
            }
        }
        let ConstraintKind::Check(expression) = constraint.kind else {
            return;
        };
        let name = constraint.node.child(w::NAME);
        if let Some(name) = name.and_then(|name| said.source.name(name)) {
            let check = Check {
                column: column_not_null(said.source, expression),
                is_valid: !constraint.is_deferred,
            };
            self.checks.insert(name, check);
        }
    }
}
