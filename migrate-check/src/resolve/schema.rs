//! A schema and the names in it.

use super::by_name::ByName;
use super::names::Names;
use super::relation::{Id, Presence};

#[derive(Debug, Clone)]
pub(super) struct Schema {
    pub(super) presence: Presence,
    /// Whether it may hold what no file made by name.
    pub(super) is_open: bool,
    pub(super) relations: ByName<Id>,
    pub(super) types: ByName<Id>,
    /// What begins like this may be there: names that PostgreSQL has chosen.
    pub(super) prefixes: Names,
    /// The names of all constraints that have ever been in it.
    pub(super) constraints: Names,
}

/// What is looked up in a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kinds {
    Relations,
    Types,
}

impl Schema {
    pub(super) fn new(presence: Presence, is_open: bool) -> Self {
        Self {
            presence,
            is_open,
            relations: ByName::default(),
            types: ByName::default(),
            prefixes: Names::default(),
            constraints: Names::default(),
        }
    }

    pub(super) const fn held(&self, what: Kinds) -> &ByName<Id> {
        match what {
            Kinds::Relations => &self.relations,
            Kinds::Types => &self.types,
        }
    }

    /// Whether something of this name may be there although it is not known.
    pub(super) fn may_hold(&self, name: &str) -> bool {
        if self.is_open {
            return true;
        }
        if self.prefixes.is_empty() {
            return false;
        }
        (1..=name.len()).any(|end| {
            name.get(..end)
                .is_some_and(|start| self.prefixes.contains(start))
        })
    }
}
