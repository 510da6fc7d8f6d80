//! A constraint of a table, written for itself.

use super::relation::Relation;
use super::source::Source;
use super::symbols as w;
use crate::grammar::Node;
use crate::scanner::Keyword as K;

/// A constraint.
#[derive(Debug, Clone)]
pub struct Constraint<'a> {
    /// With its name, if it has one.
    pub node: Node<'a>,
    /// What it demands.
    pub kind: ConstraintKind<'a>,
    /// Whether rows that exist are let be: `NOT VALID` or `NOT ENFORCED`.
    pub is_deferred: bool,
}

/// What a constraint demands.
#[derive(Debug, Clone)]
pub enum ConstraintKind<'a> {
    /// `CHECK`, with its expression.
    Check(Node<'a>),
    /// `NOT NULL`
    NotNull,
    /// `UNIQUE`
    Unique {
        /// The index that it takes over with `USING INDEX`.
        index: Option<String>,
    },
    /// `PRIMARY KEY`
    PrimaryKey {
        /// The index that it takes over with `USING INDEX`.
        index: Option<String>,
    },
    /// `EXCLUDE`
    Exclude,
    /// `FOREIGN KEY`
    ForeignKey {
        /// The table that it refers to.
        parent: Option<Relation>,
    },
}

impl<'a> Constraint<'a> {
    /// Of a `TableConstraint`.
    pub fn read(source: &Source<'a>, node: Node<'a>) -> Option<Self> {
        let body = node.child(w::CONSTRAINT_BODY)?;
        let index = || {
            let existing = body.child(w::EXISTING_INDEX)?;
            source.name(existing.child(w::NAME)?)
        };
        let kind = match body.children().next()?.symbol() {
            w::CHECK => ConstraintKind::Check(body.child(w::EXPRESSION)?),
            w::NOT => ConstraintKind::NotNull,
            w::UNIQUE => ConstraintKind::Unique { index: index() },
            w::PRIMARY => ConstraintKind::PrimaryKey { index: index() },
            w::EXCLUDE => ConstraintKind::Exclude,
            w::FOREIGN => ConstraintKind::ForeignKey {
                parent: body
                    .child(w::QUALIFIED_NAME)
                    .and_then(|parent| source.relation(parent)),
            },
            _ => return None,
        };
        let attributes = body.child(w::CONSTRAINT_ATTRIBUTES);
        let is_deferred = attributes.is_some_and(|attributes| {
            let tokens = source.tokens(attributes);
            tokens
                .iter()
                .zip(tokens.iter().skip(1))
                .any(|(not, what)| not.is(K::Not) && (what.is(K::Valid) || what.is(K::Enforced)))
        });
        Some(Self {
            node,
            kind,
            is_deferred,
        })
    }

    /// The columns it lists.
    pub fn columns(&self, source: &Source<'a>) -> Vec<String> {
        let list = self
            .node
            .child(w::CONSTRAINT_BODY)
            .and_then(|body| body.child(w::COLUMN_NAMES));
        let columns = list.map_or_else(Vec::new, |list| list.items(w::COLUMN_ELEMENT));
        let names = columns.into_iter();
        names.filter_map(|column| source.name(column)).collect()
    }
}

/// The column that an expression says is not null, if that is all it says.
pub fn column_not_null(source: &Source<'_>, expression: Node<'_>) -> Option<String> {
    let mut rest = source.reader(expression);
    while rest.accept_char(b'(') {}
    let column = rest.name()?;
    while rest.accept_char(b')') {}
    if !rest.accept_all(&[K::Is, K::Not, K::Null]) {
        return None;
    }
    while rest.accept_char(b')') {}
    rest.is_done().then_some(column)
}
