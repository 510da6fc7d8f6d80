//! `DROP`

use super::clauses::{Concurrency, DropBehavior, Guard};
use super::object_kind::ObjectKind;
use super::object_name::ObjectName;
use super::source::Source;
use crate::grammar::Node;
use crate::scanner::Keyword as K;

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
            while rest.accept_char(b',') {
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
