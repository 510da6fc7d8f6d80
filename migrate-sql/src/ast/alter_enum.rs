//! `ALTER TYPE … ADD VALUE` and its relatives.

use super::clauses::Guard;
use super::object_name::ObjectName;
use super::source::Source;
use crate::scanner::Keyword as K;

/// A statement that changes the values of an enum type.
#[derive(Debug, Clone)]
pub struct AlterEnum {
    /// The type.
    pub name: ObjectName,
    /// What becomes of its values.
    pub change: EnumChange,
}

/// What becomes of an enum type's values.
#[derive(Debug, Clone)]
pub enum EnumChange {
    /// `ADD VALUE`
    Add {
        /// The new value.
        value: String,
        /// `IF NOT EXISTS`
        guard: Guard,
    },
    /// `RENAME VALUE`
    Rename {
        /// The old value.
        old: String,
    },
}

impl AlterEnum {
    pub(super) fn read(source: Source<'_>) -> Option<Self> {
        let mut rest = source.start();
        rest.accept_all(&[K::Alter, K::Type]);
        let name = ObjectName::read(&mut rest)?;
        let change = if rest.accept_all(&[K::Add, K::Value]) {
            let guard = if rest.accept_all(&[K::If, K::Not, K::Exists]) {
                Guard::Present
            } else {
                Guard::None
            };
            EnumChange::Add {
                value: rest.string()?,
                guard,
            }
        } else if rest.accept_all(&[K::Rename, K::Value]) {
            EnumChange::Rename {
                old: rest.string()?,
            }
        } else {
            return None;
        };
        Some(Self { name, change })
    }
}
