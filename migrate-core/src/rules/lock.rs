//! Locks that a statement takes on a table others use, and that last until its transaction ends.

use super::alteration::{ActKind, Target};
use super::column::{Column, TraitKind};
use super::constraint::{Constraint, ConstraintKind};
use super::past::Past;
use super::relation::Relation;
use super::scene::Said;
use super::words as w;

/// A lock that shuts out those who write, or everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) relation: Relation,
    /// In PostgreSQL's words.
    pub(crate) mode: &'static str,
}

pub(super) const SHARE: &str = "SHARE";
pub(super) const SHARE_ROW_EXCLUSIVE: &str = "SHARE ROW EXCLUSIVE";
pub(super) const ACCESS_EXCLUSIVE: &str = "ACCESS EXCLUSIVE";

/// The lock a statement takes, if it takes one of a table that the file has not created itself.
pub(super) fn take(said: &Said<'_>, past: &Past) -> Option<Held> {
    let on = |relation: Option<Relation>, mode| {
        let relation = relation.filter(|relation| !past.has_created(relation))?;
        Some(Held { relation, mode })
    };
    match said.node.symbol() {
        w::ALTER_TABLE => {
            let alteration = said.alteration.as_ref()?;
            if alteration.target != Target::Table {
                return None;
            }
            let mut acts = alteration.acts.iter();
            acts.find_map(|act| match &act.kind {
                ActKind::Attach(child) => on(child.clone(), ACCESS_EXCLUSIVE),
                kind => on(Some(alteration.relation.clone()), mode(kind)?)
                    .or_else(|| on(parent(kind), SHARE_ROW_EXCLUSIVE)),
            })
        }
        w::INDEX if !said.is_concurrent() => on(said.relation(), SHARE),
        w::CREATE_TRIGGER => on(said.relation(), SHARE_ROW_EXCLUSIVE),
        w::CREATE_POLICY | w::TRUNCATE => on(said.relation(), ACCESS_EXCLUSIVE),
        w::RENAME_STATEMENT if said.node.child(w::TABLE).is_some() => {
            on(said.relation(), ACCESS_EXCLUSIVE)
        }
        w::CREATE_TABLE => said
            .columns
            .iter()
            .filter_map(parent_of_column)
            .chain(said.constraints.iter().filter_map(parent_of_constraint))
            .find_map(|parent| on(Some(parent), SHARE_ROW_EXCLUSIVE)),
        _ => None,
    }
}

/// The lock of a command of `ALTER TABLE`, if it is one that shuts anybody out.
fn mode(kind: &ActKind<'_>) -> Option<&'static str> {
    match kind {
        ActKind::Light
        | ActKind::ValidateConstraint
        | ActKind::Attach(_)
        | ActKind::Detach { concurrently: true } => None,
        ActKind::Trigger
        | ActKind::AddConstraint(Constraint {
            kind: ConstraintKind::ForeignKey { .. },
            ..
        }) => Some(SHARE_ROW_EXCLUSIVE),
        _ => Some(ACCESS_EXCLUSIVE),
    }
}

/// The table that a new foreign key refers to.
fn parent(kind: &ActKind<'_>) -> Option<Relation> {
    match kind {
        ActKind::AddColumn(column) => parent_of_column(column),
        ActKind::AddConstraint(constraint) => parent_of_constraint(constraint),
        _ => None,
    }
}

fn parent_of_column(column: &Column<'_>) -> Option<Relation> {
    column.traits.iter().find_map(|found| match &found.kind {
        TraitKind::References(parent) => parent.clone(),
        _ => None,
    })
}

fn parent_of_constraint(constraint: &Constraint<'_>) -> Option<Relation> {
    match &constraint.kind {
        ConstraintKind::ForeignKey { parent } => parent.clone(),
        _ => None,
    }
}
