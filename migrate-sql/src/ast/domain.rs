//! `CREATE DOMAIN` and `ALTER DOMAIN`

use super::column_type::ColumnType;
use super::constraint::Validity;
use super::object_name::ObjectName;
use super::source::Source;
use super::symbols as w;
use crate::grammar::Node;
use crate::scanner::{Keyword as K, Reader, Token};

/// `CREATE DOMAIN`
#[derive(Debug, Clone)]
pub struct CreateDomain {
    /// The domain.
    pub name: ObjectName,
    /// The type below it.
    pub base: ColumnType,
    /// What it demands, in order.
    pub constraints: Vec<DomainConstraint>,
}

/// A constraint of a domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainConstraint {
    /// Its name; none where PostgreSQL chooses it, if it gives it one.
    pub name: Option<String>,
    /// What it demands.
    pub demand: Demand,
}

/// What a constraint of a domain demands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Demand {
    /// `CHECK`
    Check,
    /// `NOT NULL`
    NotNull,
}

/// A statement that changes what a domain accepts.
#[derive(Debug, Clone)]
pub struct AlterDomain {
    /// The domain.
    pub name: ObjectName,
    /// What about it changes.
    pub change: DomainChange,
}

/// What changes about a domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DomainChange {
    /// `SET NOT NULL`, `ADD`
    Add {
        /// What is demanded from now on.
        constraint: DomainConstraint,
        /// Whether the values that are stored are checked.
        validity: Validity,
    },
    /// `VALIDATE CONSTRAINT`: those that are stored are checked.
    Validate,
    /// `DROP NOT NULL`
    DropNotNull,
    /// `DROP CONSTRAINT`
    DropConstraint(String),
    /// A default, an owner.
    Other,
}

impl CreateDomain {
    pub(super) fn read(source: Source<'_>, node: Node<'_>) -> Option<Self> {
        let mut rest = source.start();
        rest.accept_all(&[K::Create, K::Domain]);
        let constraints = node
            .child(w::COLUMN_CONSTRAINTS)
            .filter(|list| !list.is_empty())
            .map_or_else(Vec::new, |list| list.items(w::COLUMN_CONSTRAINT));
        let constraints = constraints.into_iter();
        Some(Self {
            name: ObjectName::read(&mut rest)?,
            base: ColumnType::read(source, node.child(w::TYPE_NAME)?),
            constraints: constraints
                .filter_map(|constraint| DomainConstraint::read(&mut source.reader(constraint)))
                .collect(),
        })
    }
}

impl DomainConstraint {
    /// Of a constraint, with its name or without; none of what demands nothing.
    fn read(rest: &mut Reader<'_>) -> Option<Self> {
        let name = if rest.accept(K::Constraint) {
            Some(rest.name()?)
        } else {
            None
        };
        let demand = if rest.accept(K::Check) {
            Demand::Check
        } else if rest.accept_all(&[K::Not, K::Null]) {
            Demand::NotNull
        } else {
            return None;
        };
        Some(Self { name, demand })
    }
}

impl AlterDomain {
    pub(super) fn read(source: Source<'_>) -> Option<Self> {
        let mut rest = source.start();
        rest.accept_all(&[K::Alter, K::Domain]);
        Some(Self {
            name: ObjectName::read(&mut rest)?,
            change: DomainChange::read(source, &mut rest).unwrap_or(DomainChange::Other),
        })
    }
}

impl DomainChange {
    fn read(source: Source<'_>, rest: &mut Reader<'_>) -> Option<Self> {
        let is_left = |words: &[Token]| matches!(words, [.., not, valid] if not.is(K::Not) && valid.is(K::Valid));
        if rest.accept(K::Set) {
            return Some(Self::Add {
                constraint: DomainConstraint::read(rest)?,
                validity: Validity::Valid,
            });
        }
        if rest.accept(K::Add) {
            return Some(Self::Add {
                constraint: DomainConstraint::read(rest)?,
                validity: if is_left(source.tokens) {
                    Validity::NotValid
                } else {
                    Validity::Valid
                },
            });
        }
        if rest.accept(K::Validate) {
            return Some(Self::Validate);
        }
        if rest.accept_all(&[K::Drop, K::Not, K::Null]) {
            return Some(Self::DropNotNull);
        }
        if rest.accept_all(&[K::Drop, K::Constraint]) {
            rest.accept_all(&[K::If, K::Exists]);
            return Some(Self::DropConstraint(rest.name()?));
        }
        None
    }
}
