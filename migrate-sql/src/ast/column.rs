//! A column as `CREATE TABLE` and `ADD COLUMN` define it.

use super::column_type::ColumnType;
use super::relation::Relation;
use super::source::Source;
use super::symbols as w;
use crate::grammar::Node;

/// A column.
#[derive(Debug, Clone)]
pub struct Column<'a> {
    /// Its name.
    pub name: String,
    /// Where its type is written, a `Typename`.
    pub type_name: Node<'a>,
    /// Its type.
    pub data_type: ColumnType,
    /// What is said of it after the type, in order.
    pub traits: Vec<Trait<'a>>,
}

/// What is said of a column behind its type.
#[derive(Debug, Clone)]
pub struct Trait<'a> {
    /// What is said.
    pub kind: TraitKind<'a>,
}

/// The kinds of what is said of a column.
#[derive(Debug, Clone)]
pub enum TraitKind<'a> {
    /// `NOT NULL`
    NotNull,
    /// `UNIQUE`
    Unique,
    /// `PRIMARY KEY`
    PrimaryKey,
    /// `CHECK (…)`
    Check,
    /// `DEFAULT`, with its expression.
    Default(Node<'a>),
    /// `GENERATED … AS IDENTITY`
    Identity,
    /// Computed when a row is written.
    Stored,
    /// Computed when a row is read.
    Generated,
    /// `REFERENCES`, with the table.
    References(Option<Relation>),
    /// Anything else.
    Other,
}

impl<'a> Column<'a> {
    /// Of a `columnDef`.
    pub fn read(source: &Source<'a>, node: Node<'a>) -> Option<Self> {
        let type_name = node.child(w::TYPE_NAME)?;
        let traits = node
            .child(w::COLUMN_CONSTRAINTS)
            .map_or_else(Vec::new, |list| {
                let constraints = list.items(w::COLUMN_CONSTRAINT).into_iter();
                constraints
                    .filter_map(|constraint| constraint.child(w::COLUMN_CONSTRAINT_BODY))
                    .map(|body| Trait {
                        kind: TraitKind::of(source, body),
                    })
                    .collect()
            });
        Some(Self {
            name: source.name(node.child(w::COLUMN_NAME)?)?,
            type_name,
            data_type: ColumnType::read(source, type_name),
            traits,
        })
    }

    /// Whether it has such a trait.
    pub fn has(&self, is_it: impl Fn(&TraitKind<'a>) -> bool) -> bool {
        self.traits.iter().any(|found| is_it(&found.kind))
    }

    /// Whether rows that exist get a value for it.
    pub fn has_value(&self) -> bool {
        self.data_type.is_serial()
            || self.has(|kind| {
                matches!(
                    kind,
                    TraitKind::Default(_)
                        | TraitKind::Identity
                        | TraitKind::Generated
                        | TraitKind::Stored
                )
            })
    }
}

impl<'a> TraitKind<'a> {
    fn of(source: &Source<'a>, body: Node<'a>) -> Self {
        let parts: Vec<Node<'a>> = body.children().collect();
        match parts.first().map(Node::symbol) {
            Some(w::NOT) => Self::NotNull,
            Some(w::UNIQUE) => Self::Unique,
            Some(w::PRIMARY) => Self::PrimaryKey,
            Some(w::CHECK) => Self::Check,
            Some(w::DEFAULT) => parts
                .get(1)
                .map_or(Self::Other, |value| Self::Default(*value)),
            Some(w::GENERATED) if body.child(w::IDENTITY).is_some() => Self::Identity,
            // Since 18, a column that does not say is virtual; before, it was an error.
            Some(w::GENERATED) => match body.child(w::STORED_OR_VIRTUAL) {
                Some(how) if how.text(source.text).eq_ignore_ascii_case("stored") => Self::Stored,
                _ => Self::Generated,
            },
            Some(w::REFERENCES) => Self::References(
                body.child(w::QUALIFIED_NAME)
                    .and_then(|parent| source.relation(parent)),
            ),
            _ => Self::Other,
        }
    }
}
