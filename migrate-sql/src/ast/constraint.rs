//! A constraint of a table, written beside the columns.

use super::object_name::ObjectName;
use super::source::Source;
use super::symbols as w;
use crate::grammar::Node;
use crate::scanner::{Keyword as K, Reader, Token};

/// A constraint.
#[derive(Debug, Clone)]
pub struct Constraint<'a> {
    /// Its name; none where PostgreSQL chooses it.
    pub name: Option<String>,
    /// What it demands.
    pub kind: ConstraintKind<'a>,
    /// Whether existing rows are checked.
    pub validity: Validity,
}

/// Whether the rows that exist are checked when a constraint is added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validity {
    /// They are.
    Valid,
    /// They are not: `NOT VALID` or `NOT ENFORCED`.
    NotValid,
}

/// What a constraint demands.
#[derive(Debug, Clone)]
pub enum ConstraintKind<'a> {
    /// `CHECK`
    Check {
        /// Its condition.
        condition: Node<'a>,
        /// The columns that it says are not null, by themselves or with `AND`.
        not_null: Vec<String>,
    },
    /// `NOT NULL`, with the column.
    NotNull(String),
    /// `UNIQUE`
    Unique {
        /// The columns that it lists.
        columns: Vec<String>,
        /// The index that it takes over with `USING INDEX`.
        index: Option<String>,
    },
    /// `PRIMARY KEY`
    PrimaryKey {
        /// The columns that it lists.
        columns: Vec<String>,
        /// The index that it takes over with `USING INDEX`.
        index: Option<String>,
    },
    /// `EXCLUDE`
    Exclude,
    /// `FOREIGN KEY`
    ForeignKey {
        /// The columns of the table itself.
        columns: Vec<String>,
        /// The table that it refers to.
        parent: ObjectName,
    },
}

impl<'a> Constraint<'a> {
    /// Of a `TableConstraint`.
    pub(super) fn read(source: Source<'a>, node: Node<'a>) -> Option<Self> {
        let body = node.child(w::CONSTRAINT_BODY)?;
        let index = || {
            let existing = body.child(w::EXISTING_INDEX)?;
            source.name(existing.child(w::NAME)?)
        };
        let kind = match body.only()?.symbol() {
            w::CHECK => {
                let condition = body.child(w::EXPRESSION)?;
                ConstraintKind::Check {
                    condition,
                    not_null: columns_not_null(source, condition),
                }
            }
            w::NOT => ConstraintKind::NotNull(source.name(body.child(w::COLUMN_NAME)?)?),
            w::UNIQUE => ConstraintKind::Unique {
                columns: columns(source, body),
                index: index(),
            },
            w::PRIMARY => ConstraintKind::PrimaryKey {
                columns: columns(source, body),
                index: index(),
            },
            w::EXCLUDE => ConstraintKind::Exclude,
            w::FOREIGN => ConstraintKind::ForeignKey {
                columns: columns(source, body),
                parent: source.object_name(body.child(w::QUALIFIED_NAME)?)?,
            },
            _ => return None,
        };
        let name = node.child(w::NAME);
        Some(Self {
            name: name.and_then(|name| source.name(name)),
            kind,
            validity: validity(source, body),
        })
    }

    /// The table that it refers to.
    pub fn referenced(&self) -> Option<&ObjectName> {
        match &self.kind {
            ConstraintKind::ForeignKey { parent, .. } => Some(parent),
            _ => None,
        }
    }
}

fn validity(source: Source<'_>, body: Node<'_>) -> Validity {
    let Some(attributes) = body.child(w::CONSTRAINT_ATTRIBUTES) else {
        return Validity::Valid;
    };
    if attributes.is_empty() {
        return Validity::Valid;
    }
    let words = source.words(attributes);
    let mut pairs = words.iter().zip(words.iter().skip(1));
    let is_left =
        pairs.any(|(not, what)| not.is(K::Not) && (what.is(K::Valid) || what.is(K::Enforced)));
    if is_left {
        Validity::NotValid
    } else {
        Validity::Valid
    }
}

/// The columns that a constraint lists.
fn columns(source: Source<'_>, body: Node<'_>) -> Vec<String> {
    let list = body.child(w::COLUMN_NAMES);
    let columns = list.map_or_else(Vec::new, |list| list.items(w::COLUMN_ELEMENT));
    let names = columns.into_iter();
    names.filter_map(|column| source.name(column)).collect()
}

/// The columns that an expression says are not null: those of `a IS NOT NULL AND (b IS NOT NULL) AND …`, whatever else
/// it demands.
pub(super) fn columns_not_null(source: Source<'_>, expression: Node<'_>) -> Vec<String> {
    let mut columns = Vec::new();
    let mut rest = source.words(expression);
    // Brackets around all of it say nothing.
    while let Some(inner) = strip_brackets(rest) {
        rest = inner;
    }
    let mut depth = 0_usize;
    let mut start = 0;
    // `BETWEEN` and `CASE` have an `AND` of their own.
    for (at, token) in rest.iter().enumerate() {
        if token.is_char(b'(') {
            depth += 1;
        } else if token.is_char(b')') {
            depth = depth.saturating_sub(1);
        } else if depth == 0 && (token.is(K::Or) || token.is(K::Between) || token.is(K::Case)) {
            return Vec::new();
        } else if depth == 0 && token.is(K::And) {
            columns.extend(column_not_null(
                source,
                rest.get(start..at).unwrap_or_default(),
            ));
            start = at + 1;
        }
    }
    columns.extend(column_not_null(
        source,
        rest.get(start..).unwrap_or_default(),
    ));
    columns
}

/// The column of `column IS NOT NULL`, with brackets or without.
fn column_not_null(source: Source<'_>, tokens: &[Token]) -> Option<String> {
    let mut rest = Reader::new(source.text, tokens);
    while rest.accept_char(b'(') {}
    let column = rest.name()?;
    while rest.accept_char(b')') {}
    if !rest.accept_all(&[K::Is, K::Not, K::Null]) {
        return None;
    }
    while rest.accept_char(b')') {}
    rest.is_done().then_some(column)
}

/// What a pair of brackets around all of it holds.
fn strip_brackets(tokens: &[Token]) -> Option<&[Token]> {
    let [first, inner @ .., last] = tokens else {
        return None;
    };
    if !first.is_char(b'(') || !last.is_char(b')') {
        return None;
    }
    let mut depth = 0_usize;
    for token in inner {
        if token.is_char(b'(') {
            depth += 1;
        } else if token.is_char(b')') {
            depth = depth.checked_sub(1)?;
        }
    }
    Some(inner)
}
