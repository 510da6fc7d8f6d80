//! The class of a statement.

use migrate_sql::scanner::{Keyword as K, Reader};

use super::StatementKind;

/// What a statement is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Class {
    /// What the runtime has to know of it.
    pub(crate) kind: StatementKind,
    /// What refuses a transaction block, in PostgreSQL's words, e.g. `CREATE INDEX CONCURRENTLY`.
    /// Empty for a statement that does not.
    pub(crate) command: &'static str,
    /// How the same thing can be written so that it may be run again, if it can.
    pub(crate) repeatable_as: Option<&'static str>,
}

impl Class {
    pub(super) const TRANSACTIONAL: Self = Self {
        kind: StatementKind::Transactional,
        command: "",
        repeatable_as: None,
    };

    pub(super) const fn of(kind: StatementKind, command: &'static str) -> Self {
        Self {
            kind,
            command,
            repeatable_as: None,
        }
    }

    pub(super) const fn repeatable(command: &'static str) -> Self {
        Self::of(StatementKind::Repeatable, command)
    }

    pub(super) const fn unrepeatable(command: &'static str) -> Self {
        Self::of(StatementKind::Unrepeatable, command)
    }

    /// `DROP …`, which can be run again if it says `IF EXISTS`; the reader is at that.
    pub(super) fn drop(
        command: &'static str,
        repeatable_as: &'static str,
        reader: &mut Reader<'_>,
    ) -> Self {
        if reader.accept_all(&[K::If, K::Exists]) {
            Self::repeatable(command)
        } else {
            Self {
                repeatable_as: Some(repeatable_as),
                ..Self::unrepeatable(command)
            }
        }
    }
}
