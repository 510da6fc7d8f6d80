//! The kinds of object that `DROP`, `RENAME` and `SET SCHEMA` name.

use crate::scanner::{Keyword as K, Reader};

/// A kind of object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectKind {
    /// `TABLE`
    Table,
    /// `FOREIGN TABLE`
    ForeignTable,
    /// `VIEW`
    View,
    /// `MATERIALIZED VIEW`
    MaterializedView,
    /// `SEQUENCE`
    Sequence,
    /// `INDEX`
    Index,
    /// `TYPE`
    Type,
    /// `DOMAIN`
    Domain,
    /// `SCHEMA`
    Schema,
    /// `EXTENSION`
    Extension,
    /// `FUNCTION`, `PROCEDURE`, `ROUTINE`, `AGGREGATE`
    Routine,
    /// Any other.
    Other,
}

impl ObjectKind {
    /// Reads the words for it.
    pub(super) fn read(rest: &mut Reader<'_>) -> Self {
        if rest.accept(K::Table) {
            Self::Table
        } else if rest.accept(K::Index) {
            Self::Index
        } else if rest.accept(K::View) {
            Self::View
        } else if rest.accept(K::Type) {
            Self::Type
        } else if rest.accept(K::Sequence) {
            Self::Sequence
        } else if rest.accept(K::Domain) {
            Self::Domain
        } else if rest.accept(K::Schema) {
            Self::Schema
        } else if rest.accept(K::Extension) {
            Self::Extension
        } else if rest.accept_any(&[K::Function, K::Procedure, K::Routine, K::Aggregate]) {
            Self::Routine
        } else if rest.accept_all(&[K::Materialized, K::View]) {
            Self::MaterializedView
        } else if rest.accept_all(&[K::Foreign, K::Table]) {
            Self::ForeignTable
        } else {
            Self::Other
        }
    }

    /// Whether it shares its names with tables (`pg_class`).
    pub const fn is_relation(self) -> bool {
        matches!(
            self,
            Self::Table
                | Self::ForeignTable
                | Self::View
                | Self::MaterializedView
                | Self::Sequence
                | Self::Index
        )
    }

    /// Whether it shares its names with types (`pg_type`).
    pub const fn is_type(self) -> bool {
        matches!(self, Self::Type | Self::Domain)
    }
}
