//! A column as `CREATE TABLE` and `ADD COLUMN` define it.

use std::ops::Range;

use super::column_type::ColumnType;
use super::constraint::columns_not_null;
use super::object_name::ObjectName;
use super::source::Source;
use super::symbols as w;
use crate::grammar::Node;

/// A column.
#[derive(Debug, Clone)]
pub struct Column<'a> {
    /// Its name.
    pub name: String,
    /// Its type.
    pub data_type: ColumnType,
    /// Where the type is written.
    pub type_range: Range<usize>,
    /// What follows the type, in order.
    pub constraints: Vec<ColumnConstraint<'a>>,
}

/// What follows the type of a column: PostgreSQL's grammar calls all of it constraints.
#[derive(Debug, Clone)]
pub enum ColumnConstraint<'a> {
    /// `NOT NULL`
    NotNull,
    /// `UNIQUE`
    Unique,
    /// `PRIMARY KEY`
    PrimaryKey,
    /// `CHECK (…)`
    Check {
        /// Its name, where it has one.
        name: Option<String>,
        /// The columns that it keeps nulls out of.
        not_null: Vec<String>,
    },
    /// `DEFAULT`, with its expression.
    Default(Node<'a>),
    /// `GENERATED … AS IDENTITY`
    Identity,
    /// Computed when a row is written, with its expression.
    Stored(Node<'a>),
    /// Computed when a row is read.
    Virtual,
    /// `REFERENCES`
    References {
        /// Its name, where it has one.
        name: Option<String>,
        /// The table that it refers to.
        parent: ObjectName,
    },
    /// Anything else.
    Other,
}

impl<'a> Column<'a> {
    /// Of a `columnDef`.
    pub(super) fn read(source: Source<'a>, node: Node<'a>) -> Option<Self> {
        let type_name = node.child(w::TYPE_NAME)?;
        let mut constraints = Vec::new();
        if let Some(list) = node.child(w::COLUMN_CONSTRAINTS)
            && !list.is_empty()
        {
            for constraint in list.items(w::COLUMN_CONSTRAINT) {
                if let Some(body) = constraint.child(w::COLUMN_CONSTRAINT_BODY) {
                    let name = constraint.child(w::NAME);
                    let name = name.and_then(|name| source.name(name));
                    constraints.push(ColumnConstraint::read(source, name, body));
                }
            }
        }
        Some(Self {
            name: source.name(node.child(w::COLUMN_NAME)?)?,
            data_type: ColumnType::read(source, type_name),
            type_range: type_name.range(),
            constraints,
        })
    }

    /// Whether it has such a constraint.
    pub fn has(&self, is_it: impl Fn(&ColumnConstraint<'a>) -> bool) -> bool {
        self.constraints.iter().any(is_it)
    }

    /// Whether its own definition keeps nulls out.
    pub fn is_not_null(&self) -> bool {
        self.data_type.is_serial()
            || self.has(|constraint| {
                matches!(
                    constraint,
                    ColumnConstraint::NotNull
                        | ColumnConstraint::PrimaryKey
                        | ColumnConstraint::Identity
                )
            })
    }

    /// Whether existing rows get a value for it.
    pub fn has_value(&self) -> bool {
        self.data_type.is_serial()
            || self.has(|constraint| {
                matches!(
                    constraint,
                    ColumnConstraint::Default(_)
                        | ColumnConstraint::Identity
                        | ColumnConstraint::Virtual
                        | ColumnConstraint::Stored(_)
                )
            })
    }

    /// The table that it refers to.
    pub fn referenced(&self) -> Option<&ObjectName> {
        self.constraints
            .iter()
            .find_map(|constraint| match constraint {
                ColumnConstraint::References { parent, .. } => Some(parent),
                _ => None,
            })
    }
}

impl<'a> ColumnConstraint<'a> {
    /// Of a `ColConstraintElem`.
    fn read(source: Source<'a>, name: Option<String>, body: Node<'a>) -> Self {
        match body.only().map(|first| first.symbol()) {
            Some(w::NOT) => Self::NotNull,
            Some(w::UNIQUE) => Self::Unique,
            Some(w::PRIMARY) => Self::PrimaryKey,
            Some(w::CHECK) => Self::Check {
                name,
                not_null: body
                    .child(w::EXPRESSION)
                    .map_or_else(Vec::new, |condition| columns_not_null(source, condition)),
            },
            Some(w::DEFAULT) => body.children().nth(1).map_or(Self::Other, Self::Default),
            Some(w::GENERATED) if body.child(w::IDENTITY).is_some() => Self::Identity,
            // Since 18, a column that does not say is virtual; before, it was an error.
            Some(w::GENERATED) => match body.child(w::STORED_OR_VIRTUAL) {
                Some(how) if how.text(source.text).eq_ignore_ascii_case("stored") => {
                    body.child(w::EXPRESSION).map_or(Self::Other, Self::Stored)
                }
                _ => Self::Virtual,
            },
            Some(w::REFERENCES) => body
                .child(w::QUALIFIED_NAME)
                .and_then(|parent| source.object_name(parent))
                .map_or(Self::Other, |parent| Self::References { name, parent }),
            _ => Self::Other,
        }
    }
}
