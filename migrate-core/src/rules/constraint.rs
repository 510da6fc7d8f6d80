//! A constraint of a table, written for itself.

use super::relation::Relation;
use super::subject::Subject;
use super::words as w;
use crate::grammar::Node;
use crate::sql::Keyword as K;

/// A constraint.
#[derive(Debug, Clone)]
pub(crate) struct Constraint<'a> {
    /// With its name, if it has one.
    pub(crate) node: Node<'a>,
    pub(crate) kind: ConstraintKind<'a>,
    /// Whether rows that exist are let be: `NOT VALID` or `NOT ENFORCED`.
    pub(crate) is_deferred: bool,
}

/// What a constraint demands.
#[derive(Debug, Clone)]
pub(crate) enum ConstraintKind<'a> {
    Check(Node<'a>),
    NotNull,
    Unique { index: Option<String> },
    PrimaryKey { index: Option<String> },
    Exclude,
    ForeignKey { parent: Option<Relation> },
}

impl<'a> Constraint<'a> {
    /// Of a `TableConstraint`.
    pub(crate) fn read(subject: &Subject<'a>, node: Node<'a>) -> Option<Self> {
        let body = node.child(w::CONSTRAINT_BODY)?;
        let index = || {
            let existing = body.child(w::EXISTING_INDEX)?;
            subject.name(existing.child(w::NAME)?)
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
                    .and_then(|parent| subject.relation(parent)),
            },
            _ => return None,
        };
        let attributes = body.child(w::CONSTRAINT_ATTRIBUTES);
        let is_deferred = attributes.is_some_and(|attributes| {
            let tokens = subject.tokens(attributes);
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
    pub(crate) fn columns(&self, subject: &Subject<'a>) -> Vec<String> {
        let list = self
            .node
            .child(w::CONSTRAINT_BODY)
            .and_then(|body| body.child(w::COLUMN_NAMES));
        let columns = list.map_or_else(Vec::new, |list| list.items(w::COLUMN_ELEMENT));
        let names = columns.into_iter();
        names.filter_map(|column| subject.name(column)).collect()
    }
}

/// The column that an expression says is not null, if that is all it says.
pub(crate) fn column_not_null(subject: &Subject<'_>, expression: Node<'_>) -> Option<String> {
    let mut rest = subject.reader(expression);
    while rest.accept_char(b'(') {}
    let column = rest.name()?;
    while rest.accept_char(b')') {}
    if !rest.accept_all(&[K::Is, K::Not, K::Null]) {
        return None;
    }
    while rest.accept_char(b')') {}
    rest.is_done().then_some(column)
}
