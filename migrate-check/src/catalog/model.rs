//! The catalog and the questions to it.

use migrate_sql::ast::{ColumnType, ObjectName};

use super::namespace::{FileNumber, Namespace};
use super::shape::KnownColumn;
use super::table::Table;

/// What exists at a point of the history.
#[derive(Debug, Clone, Default)]
pub(crate) struct Catalog {
    /// What shares its names with tables.
    pub(super) relations: Namespace<Relation>,
    /// Types and domains.
    pub(super) types: Namespace<()>,
    /// The number of the file that is read.
    pub(super) file: FileNumber,
    /// The temporary tables of the file, which end with it.
    pub(super) temporary: Vec<ObjectName>,
    /// What the file has dropped `IF EXISTS`.
    pub(super) dropped: Vec<ObjectName>,
    /// The values that the file has added to enum types: the type, the value.
    pub(super) enum_values: Vec<(ObjectName, String)>,
}

/// A table or what shares its names with tables.
#[derive(Debug, Clone)]
pub(super) enum Relation {
    Table(Table),
    Index {
        /// None where one of them is an expression.
        columns: Option<Vec<String>>,
    },
    /// A view or a sequence.
    Other,
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
        if lasting == Lasting::No {
            self.relations.remember();
            self.types.remember();
        }
    }

    /// The file ends: temporary tables are gone, and so is all that does not last.
    pub(crate) fn end_file(&mut self) {
        for table in std::mem::take(&mut self.temporary) {
            self.relations.remove(&table);
        }
        self.relations.restore();
        self.types.restore();
    }

    /// Whether the current file made this relation or type, so that no other session can use it yet.
    pub(crate) fn is_new(&self, name: &ObjectName) -> bool {
        self.relations.is_made_in(name, self.file) || self.types.is_made_in(name, self.file)
    }

    /// Whether the current file dropped this `IF EXISTS`.
    pub(crate) fn is_dropped(&self, name: &ObjectName) -> bool {
        self.dropped.iter().any(|dropped| dropped.may_be(name))
    }

    /// The values that the current file has added to enum types: the type, the value.
    pub(crate) fn new_enum_values(&self) -> &[(ObjectName, String)] {
        &self.enum_values
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
        table.is_some_and(|table| table.is_partitioned)
    }

    /// The columns of an index of a table.
    pub(crate) fn index_columns(&self, table: &ObjectName, index: &str) -> Option<&[String]> {
        let name = ObjectName {
            schema: table.schema.clone(),
            name: index.to_owned(),
        };
        match &self.relations.find(&name)?.thing {
            Relation::Index { columns } => columns.as_deref(),
            _ => None,
        }
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
