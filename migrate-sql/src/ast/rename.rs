//! `ALTER … RENAME` and `ALTER … SET SCHEMA`.

use super::object_kind::ObjectKind;
use super::object_name::ObjectName;
use super::source::Source;
use crate::scanner::{Keyword as K, Reader};

/// `ALTER … RENAME`
#[derive(Debug, Clone)]
pub struct Rename {
    /// The kind of the object that is named.
    pub kind: ObjectKind,
    /// The object.
    pub name: ObjectName,
    /// What about it gets another name.
    pub part: RenamedPart,
    /// The new name.
    pub new: String,
}

/// What gets another name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RenamedPart {
    /// The object itself.
    Whole,
    /// A column of a table or a view.
    Column(String),
    /// A constraint of a table or a domain.
    Constraint(String),
    /// An attribute of a composite type.
    Attribute(String),
}

/// `ALTER … SET SCHEMA`
#[derive(Debug, Clone)]
pub struct SetSchema {
    /// The kind of the object.
    pub kind: ObjectKind,
    /// The object.
    pub name: ObjectName,
    /// The schema that it moves to.
    pub schema: String,
}

/// Reads the words up to and including the name of the object. None of a kind that is not told apart.
fn read_object(rest: &mut Reader<'_>) -> Option<(ObjectKind, ObjectName)> {
    rest.accept(K::Alter);
    let kind = ObjectKind::read(rest);
    if kind == ObjectKind::Other {
        return None;
    }
    rest.accept_all(&[K::If, K::Exists]);
    let has_bracket = rest.accept(K::Only) && rest.accept_char(b'(');
    let name = ObjectName::read(rest)?;
    if has_bracket {
        rest.accept_char(b')');
    }
    rest.accept_char(b'*');
    Some((kind, name))
}

impl Rename {
    pub(super) fn read(source: Source<'_>) -> Option<Self> {
        let mut rest = source.start();
        let (kind, name) = read_object(&mut rest)?;
        if !rest.accept(K::Rename) {
            return None;
        }
        let part = if rest.accept(K::To) {
            RenamedPart::Whole
        } else {
            let part = if rest.accept(K::Constraint) {
                RenamedPart::Constraint(rest.name()?)
            } else if kind.is_type() && rest.accept(K::Attribute) {
                RenamedPart::Attribute(rest.name()?)
            } else {
                rest.accept(K::Column);
                RenamedPart::Column(rest.name()?)
            };
            rest.accept(K::To);
            part
        };
        Some(Self {
            kind,
            name,
            part,
            new: rest.name()?,
        })
    }
}

impl SetSchema {
    pub(super) fn read(source: Source<'_>) -> Option<Self> {
        let mut rest = source.start();
        let (kind, name) = read_object(&mut rest)?;
        rest.accept_all(&[K::Set, K::Schema]);
        Some(Self {
            kind,
            name,
            schema: rest.name()?,
        })
    }
}
