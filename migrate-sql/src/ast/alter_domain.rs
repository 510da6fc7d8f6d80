//! `ALTER DOMAIN`

use super::object_name::ObjectName;
use super::source::Source;
use crate::scanner::{Keyword as K, Token};

/// A statement that changes what a domain accepts.
#[derive(Debug, Clone)]
pub struct AlterDomain {
    /// The domain.
    pub name: ObjectName,
    /// What about it changes.
    pub change: DomainChange,
}

/// What changes about a domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DomainChange {
    /// `SET NOT NULL`, or a constraint for all values: those that are stored are checked.
    Checked,
    /// `ADD … NOT VALID`: only new values are checked.
    NotValid,
    /// `VALIDATE CONSTRAINT`: those that are stored are checked.
    Validated,
    /// A default, an owner, a constraint that is dropped.
    Other,
}

impl AlterDomain {
    pub(super) fn read(source: Source<'_>) -> Option<Self> {
        let mut rest = source.start();
        rest.accept_all(&[K::Alter, K::Domain]);
        let name = ObjectName::read(&mut rest)?;
        let is_left = |words: &[Token]| matches!(words, [.., not, valid] if not.is(K::Not) && valid.is(K::Valid));
        let change = if rest.accept_all(&[K::Set, K::Not, K::Null]) {
            DomainChange::Checked
        } else if rest.accept(K::Add) {
            if is_left(source.tokens) {
                DomainChange::NotValid
            } else {
                DomainChange::Checked
            }
        } else if rest.accept(K::Validate) {
            DomainChange::Validated
        } else {
            DomainChange::Other
        };
        Some(Self { name, change })
    }
}
