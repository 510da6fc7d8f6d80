//! `DROP`

use super::clauses::{Concurrency, DropBehavior, Guard};
use super::object_kind::ObjectKind;
use super::object_name::ObjectName;
use super::source::Source;
use super::symbols as w;
use crate::grammar::Node;
use crate::scanner::{Keyword as K, Reader};

/// `DROP` of one or more objects.
#[derive(Debug, Clone)]
pub struct Drop {
    /// Their kind.
    pub kind: ObjectKind,
    /// Their names; none of those of the kind [`Other`](ObjectKind::Other).
    pub names: Vec<ObjectName>,
    /// `IF EXISTS`
    pub guard: Guard,
    /// Of `DROP INDEX`.
    pub concurrency: Concurrency,
    /// `CASCADE`
    pub behavior: DropBehavior,
}

/// `DROP OWNED`
#[derive(Debug, Clone)]
pub struct DropOwned {
    /// The roles whose objects are dropped.
    pub owners: Vec<String>,
}

impl DropOwned {
    pub(super) fn read(source: Source<'_>, node: Node<'_>) -> Option<Self> {
        let roles = node.child(w::ROLES)?;
        Some(Self {
            owners: source.names(roles),
        })
    }
}

/// What a function takes, in brackets.
fn skip_arguments(rest: &mut Reader<'_>) {
    if !rest.accept_char(b'(') {
        return;
    }
    let mut depth = 1_usize;
    while depth > 0 {
        match rest.read() {
            Some(token) if token.is_char(b'(') => depth += 1,
            Some(token) if token.is_char(b')') => depth -= 1,
            Some(_) => {}
            None => return,
        }
    }
}

impl Drop {
    pub(super) fn read(source: Source<'_>, node: Node<'_>) -> Option<Self> {
        let mut rest = source.start();
        rest.accept(K::Drop);
        let kind = ObjectKind::read(&mut rest);
        let concurrency = if rest.accept(K::Concurrently) {
            Concurrency::Concurrent
        } else {
            Concurrency::Blocking
        };
        let mut names = Vec::new();
        if kind != ObjectKind::Other {
            rest.accept_all(&[K::If, K::Exists]);
            names.push(ObjectName::read(&mut rest)?);
            loop {
                if kind == ObjectKind::Routine {
                    skip_arguments(&mut rest);
                }
                if !rest.accept_char(b',') {
                    break;
                }
                names.push(ObjectName::read(&mut rest)?);
            }
        }
        Some(Self {
            kind,
            names,
            guard: Guard::of(node),
            concurrency,
            behavior: DropBehavior::of(node),
        })
    }
}
