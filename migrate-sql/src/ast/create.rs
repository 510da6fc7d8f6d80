//! `CREATE` of what needs little more than a name here: views, sequences, types, functions, triggers.

use super::clauses::{Guard, Replacement};
use super::column_type::ColumnType;
use super::maintenance::Filling;
use super::object_name::ObjectName;
use super::source::Source;
use super::symbols as w;
use crate::grammar::Node;
use crate::scanner::Keyword as K;

/// `CREATE` of an object.
#[derive(Debug, Clone)]
pub struct Create {
    /// The object, where its kind shares its names with tables, types or functions.
    pub name: Option<ObjectName>,
    /// The table that it belongs to, of a trigger or a policy.
    pub table: Option<ObjectName>,
    /// `IF NOT EXISTS`
    pub guard: Guard,
    /// `OR REPLACE`
    pub replacement: Replacement,
    /// Of a materialized view: whether it holds rows from the start.
    pub filling: Filling,
    /// Whether it is an enum.
    pub is_enum: bool,
    /// Of a composite type: the types of its attributes.
    pub attributes: Vec<ColumnType>,
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
            is_enum: false,
            attributes: Vec::new(),
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
        let mut is_enum = false;
        let name = if let Some(name) = named {
            source.object_name(name)
        } else {
            let mut rest = source.start();
            rest.accept(K::Create);
            rest.accept_all(&[K::Or, K::Replace]);
            rest.accept_any(&[K::Type, K::Function, K::Procedure]);
            let name = ObjectName::read(&mut rest);
            is_enum = rest.accept_all(&[K::As, K::Enum]);
            name
        };
        Self {
            name,
            is_enum,
            attributes: attributes(source, node),
            ..Self::read(source, node)
        }
    }

    /// Whether a `DefineStmt` creates a type; it also creates aggregates, operators and collations.
    pub(super) fn is_type(source: Source<'_>) -> bool {
        source.start().accept_all(&[K::Create, K::Type])
    }
}

/// The types of the attributes of `CREATE TYPE … AS (…)`.
fn attributes(source: Source<'_>, node: Node<'_>) -> Vec<ColumnType> {
    let types = node.find_all(w::ATTRIBUTE);
    let types = types.filter_map(|attribute| attribute.child(w::TYPE_NAME));
    types.map(|node| ColumnType::read(source, node)).collect()
}
