//! `CREATE` of what needs no more than a name here: views, sequences, types, functions, triggers.

use super::clauses::{Guard, Replacement};
use super::maintenance::Filling;
use super::object_name::ObjectName;
use super::source::Source;
use super::symbols as w;
use crate::grammar::Node;
use crate::scanner::Keyword as K;

/// `CREATE` of an object.
#[derive(Debug, Clone)]
pub struct Create {
    /// The object, where its kind shares its names with tables or types.
    pub name: Option<ObjectName>,
    /// The table that it belongs to, of a trigger or a policy.
    pub table: Option<ObjectName>,
    /// `IF NOT EXISTS`
    pub guard: Guard,
    /// `OR REPLACE`
    pub replacement: Replacement,
    /// Of a materialized view: whether it holds rows from the start.
    pub filling: Filling,
    /// Of a domain: whether its definition checks values.
    pub is_constrained: bool,
}

impl Create {
    /// Of a node that names no relation and no type.
    pub(super) fn read(source: Source<'_>, node: Node<'_>) -> Self {
        let table = match node.symbol() {
            w::CREATE_TRIGGER | w::CREATE_POLICY => node.child(w::QUALIFIED_NAME),
            _ => None,
        };
        Self {
            name: None,
            table: table.and_then(|table| source.object_name(table)),
            guard: Guard::of(node),
            replacement: Replacement::of(node),
            filling: Filling::of(node),
            is_constrained: node.is(w::CREATE_DOMAIN) && checks_values(source),
        }
    }

    /// Of a node that names a relation or a type after its first words.
    pub(super) fn read_named(source: Source<'_>, node: Node<'_>) -> Self {
        let named = node.find(w::QUALIFIED_NAME).filter(|_| {
            matches!(
                node.symbol(),
                w::CREATE_VIEW | w::CREATE_SEQUENCE | w::CREATE_MATERIALIZED_VIEW
            )
        });
        let name = if let Some(name) = named {
            source.object_name(name)
        } else {
            let mut rest = source.start();
            rest.accept(K::Create);
            rest.accept_any(&[K::Type, K::Domain]);
            ObjectName::read(&mut rest)
        };
        Self {
            name,
            ..Self::read(source, node)
        }
    }

    /// Whether a `DefineStmt` creates a type; it also creates aggregates, operators and collations.
    pub(super) fn is_type(source: Source<'_>) -> bool {
        source.start().accept_all(&[K::Create, K::Type])
    }
}

/// Whether a `CREATE DOMAIN` has a check or keeps nulls out.
fn checks_values(source: Source<'_>) -> bool {
    let mut pairs = source.tokens.iter().zip(source.tokens.iter().skip(1));
    pairs.any(|(word, next)| word.is(K::Check) || (word.is(K::Not) && next.is(K::Null)))
}
