//! The catalog and the questions to it.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use migrate_sql::ast::{ColumnType, Guard, ObjectName};

use super::by_name::ByName;
use super::domain::Domain;
use super::namespace::{FileNumber, Namespace};
use super::noted::Noted;
use super::references::References;
use super::shape::KnownColumn;
use super::table::Table;

/// What exists at a point of the history.
#[derive(Debug, Clone, Default)]
pub(crate) struct Catalog {
    /// What shares its names with tables.
    pub(super) relations: Namespace<Relation>,
    /// Types and domains.
    pub(super) types: Namespace<Type>,
    /// The number of the file that is read.
    pub(super) file: FileNumber,
    /// The temporary tables of the file, which end with it.
    pub(super) temporary: Vec<ObjectName>,
    /// What the file has dropped `IF EXISTS`.
    pub(super) dropped: Noted<()>,
    /// The values that the file has added to enum types, and the types.
    pub(super) enum_values: ByName<Vec<EnumValue>>,
    /// The columns that the file has added to tables that were there before.
    pub(super) columns: Noted<BTreeSet<String>>,
    /// The tables that the file has emptied, and how.
    pub(super) emptied: Noted<Emptied>,
    /// The indexes of each table, and the tables that it is the default partition of; the domains over each type, and
    /// the composite types with it.
    pub(super) parts: References,
    /// The tables whose statements mention a name. Built when it is first asked for: most directories never rename or
    /// drop what others refer to.
    pub(super) mentions: OnceCell<References>,
}

/// A type or a domain.
#[derive(Debug, Clone)]
pub(super) enum Type {
    /// An enum, a range, or a composite type, which has attributes.
    Plain {
        is_enum: bool,
        attributes: Vec<ColumnType>,
    },
    Domain(Domain),
}

/// A value that has been added to an enum type.
#[derive(Debug, Clone)]
pub(crate) struct EnumValue {
    /// The type.
    pub(crate) name: ObjectName,
    /// `IF NOT EXISTS`: then it may have been there before.
    pub(crate) guard: Guard,
}

/// How a table has been emptied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Emptied {
    /// `TRUNCATE`: there is nothing to read any more.
    Truncated,
    /// `DELETE` of all rows: they are still there for older transactions.
    Deleted,
}

/// A table or what shares its names with tables.
#[derive(Debug, Clone)]
pub(super) enum Relation {
    Table(Table),
    Index(Index),
    /// A materialized view, and whether it holds rows: until then, no session can read it.
    MaterializedView {
        is_filled: bool,
    },
    View,
    Sequence,
}

impl Relation {
    /// Whether it is an index of a table, or has the table as its default partition.
    pub(super) fn is_part_of(&self, table: &ObjectName) -> bool {
        let of = match self {
            Self::Table(parent) => parent.default_partition.as_ref(),
            Self::Index(index) => Some(&index.table),
            _ => None,
        };
        of.is_some_and(|of| of.may_be(table))
    }
}

/// An index.
#[derive(Debug, Clone)]
pub(super) struct Index {
    pub(super) table: ObjectName,
    /// None where one of them is an expression.
    pub(super) columns: Option<Vec<String>>,
    /// The names in its expressions and its `WHERE`.
    pub(super) computes_with: Vec<String>,
}

/// Whether what a file does is there for the files after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lasting {
    /// It is.
    Yes,
    /// It is not: a down file does not run before the next up file.
    No,
}

impl Catalog {
    /// A file begins.
    pub(crate) fn begin_file(&mut self, lasting: Lasting) {
        self.file += 1;
        self.dropped.clear();
        self.enum_values.clear();
        self.columns.clear();
        self.emptied.clear();
        if lasting == Lasting::No {
            self.relations.remember();
            self.types.remember();
            self.parts.remember();
            if let Some(mentions) = self.mentions.get_mut() {
                mentions.remember();
            }
        }
    }

    /// The file ends: temporary tables are gone, and so is all that does not last.
    pub(crate) fn end_file(&mut self) {
        for table in std::mem::take(&mut self.temporary) {
            self.relations.remove(&table);
        }
        self.relations.restore();
        self.types.restore();
        self.parts.restore();
        if let Some(mentions) = self.mentions.get_mut() {
            mentions.restore();
        }
    }

    /// Whether the current file made this relation or type, so that no other session can use it yet.
    pub(crate) fn is_new(&self, name: &ObjectName) -> bool {
        self.relations.is_made_in(name, self.file) || self.types.is_made_in(name, self.file)
    }

    /// Whether the current file dropped this `IF EXISTS`.
    pub(crate) fn is_dropped(&self, name: &ObjectName) -> bool {
        self.dropped.about(name).next().is_some()
    }

    /// Whether the current file has added values to enum types.
    pub(crate) fn has_new_enum_values(&self) -> bool {
        !self.enum_values.is_empty()
    }

    /// The enum types that the current file has added a value to.
    pub(crate) fn new_enum_values(&self, value: &str) -> &[EnumValue] {
        self.enum_values.get(value).map_or(&[], Vec::as_slice)
    }

    /// The type of a column.
    pub(crate) fn column_type(&self, table: &ObjectName, column: &str) -> Option<&ColumnType> {
        Some(&self.column(table, column)?.data_type)
    }

    /// Whether a column takes nulls; none if that is not known.
    pub(crate) fn is_nullable(&self, table: &ObjectName, column: &str) -> Option<bool> {
        Some(self.column(table, column)?.is_nullable)
    }

    /// Whether a table is known to be divided into partitions.
    pub(crate) fn is_partitioned(&self, table: &ObjectName) -> bool {
        let table = self.table(table);
        table.is_some_and(|table| table.partition_key.is_some())
    }

    /// What a table is known to be divided into partitions by: a column each, or none for an expression.
    pub(crate) fn partition_key(&self, table: &ObjectName) -> Option<&[Option<String>]> {
        self.table(table)?.partition_key.as_deref()
    }

    /// The columns of an index of a table.
    pub(crate) fn index_columns(&self, table: &ObjectName, index: &str) -> Option<&[String]> {
        let name = ObjectName {
            schema: table.schema.clone(),
            name: index.to_owned(),
        };
        match &self.relations.find(&name)?.thing {
            Relation::Index(index) => index.columns.as_deref(),
            _ => None,
        }
    }

    /// An index of this column.
    pub(crate) fn index_of_column(&self, table: &ObjectName, column: &str) -> Option<&str> {
        self.find_index(table, |index| {
            let columns = index.columns.iter().flatten();
            columns
                .chain(&index.computes_with)
                .any(|name| name == column)
        })
    }

    /// An index whose expressions or `WHERE` mention this column.
    pub(crate) fn index_of_expression(&self, table: &ObjectName, column: &str) -> Option<&str> {
        self.find_index(table, |index| {
            index.computes_with.iter().any(|name| name == column)
        })
    }

    fn find_index(&self, table: &ObjectName, is_it: impl Fn(&Index) -> bool) -> Option<&str> {
        let mut parts = self.parts.to(&table.name);
        parts.find(|part| {
            let mut objects = self.relations.named(part);
            objects.any(|object| match &object.thing {
                Relation::Index(index) => index.table.may_be(table) && is_it(index),
                _ => false,
            })
        })
    }

    /// Whether an index is known to belong to a table that is divided into partitions; then, that table.
    pub(crate) fn partitioned_table_of(&self, index: &ObjectName) -> Option<&ObjectName> {
        match &self.relations.find(index)?.thing {
            Relation::Index(index) if self.is_partitioned(&index.table) => Some(&index.table),
            _ => None,
        }
    }

    /// The table of an index.
    pub(crate) fn table_of_index(&self, index: &ObjectName) -> Option<&ObjectName> {
        match &self.relations.find(index)?.thing {
            Relation::Index(index) => Some(&index.table),
            _ => None,
        }
    }

    /// The default partition of a table, if one is known.
    pub(crate) fn default_partition(&self, table: &ObjectName) -> Option<&ObjectName> {
        self.table(table)?.default_partition.as_ref()
    }

    /// Whether a materialized view is known to hold no rows, so that no session can read it.
    pub(crate) fn is_unfilled(&self, view: &ObjectName) -> bool {
        let found = self.relations.find(view);
        found.is_some_and(|found| {
            matches!(found.thing, Relation::MaterializedView { is_filled: false })
        })
    }

    /// The file that made a relation that is known to exist, if it is not the current one.
    pub(crate) fn is_made_before(&self, name: &ObjectName) -> bool {
        let found = self.relations.find(name);
        found.is_some_and(|found| found.made_in != Some(self.file))
    }

    /// Whether the current file has added a column to a table.
    pub(crate) fn is_new_column(&self, table: &ObjectName, column: &str) -> bool {
        let mut added = self.columns.about(table);
        added.any(|columns| columns.contains(column))
    }

    /// How the current file has emptied a table.
    pub(crate) fn emptied(&self, table: &ObjectName) -> Option<Emptied> {
        self.emptied.about(table).next().copied()
    }

    pub(super) fn find_type(&self, data_type: &ColumnType) -> Option<&Type> {
        let name = ObjectName {
            schema: None,
            name: data_type.name.clone().into_owned(),
        };
        Some(&self.types.find_any(&name)?.thing)
    }

    /// The tables that foreign keys of a table refer to.
    pub(crate) fn parents(&self, table: &ObjectName) -> Vec<&ObjectName> {
        let table = self.table(table);
        table.map_or_else(Vec::new, |table| table.shape().parents().collect())
    }

    /// The table that a foreign key refers to.
    pub(crate) fn parent_of(&self, table: &ObjectName, constraint: &str) -> Option<&ObjectName> {
        self.table(table)?.shape().parent_of(constraint)
    }

    /// The table that a foreign key of a column refers to.
    pub(crate) fn parent_of_column(&self, table: &ObjectName, column: &str) -> Option<&ObjectName> {
        self.table(table)?.shape().parent_of_column(column)
    }

    /// Whether a generated column is known to be computed when it is read.
    pub(crate) fn is_virtual(&self, table: &ObjectName, column: &str) -> bool {
        self.column(table, column)
            .is_some_and(|column| column.is_virtual)
    }

    /// Whether a valid check is known that says that a column holds no nulls.
    pub(crate) fn has_not_null_check(&self, table: &ObjectName, column: &str) -> bool {
        let table = self.table(table);
        table.is_some_and(|table| table.shape().has_not_null_check(column))
    }

    /// Whether a table is known to have a check of its own that holds for all rows.
    pub(crate) fn has_valid_check(&self, table: &ObjectName) -> bool {
        let table = self.table(table);
        table.is_some_and(|table| table.shape().has_valid_check())
    }

    /// The tables whose statements mention a name.
    pub(super) fn mentions(&self) -> &References {
        self.mentions.get_or_init(|| {
            let mut mentions = References::default();
            for (name, object) in self.relations.all_and_before() {
                if let Relation::Table(table) = &object.thing {
                    table.mention(name, &mut mentions);
                }
            }
            if self.relations.remembers() {
                mentions.remember();
            }
            mentions
        })
    }

    fn column(&self, table: &ObjectName, column: &str) -> Option<&KnownColumn> {
        self.table(table)?.shape().column(column)
    }

    fn table(&self, name: &ObjectName) -> Option<&Table> {
        match &self.relations.find(name)?.thing {
            Relation::Table(table) => Some(table),
            _ => None,
        }
    }
}
