//! What depends on a relation, and what goes with it.

use std::collections::BTreeSet;

use super::Resolver;
use super::alter::word_of;
use super::cursor::QualifiedName;
use super::report::Rule;
use super::world::{ConstraintKind, Id, Presence, open};

impl Resolver {
    pub(super) fn drop_index(&mut self, id: Id, name: &QualifiedName, cascade: bool) {
        let Some(index) = self.world.relation(id) else {
            return;
        };
        let (Some(table), shown) = (index.table, index.name.clone()) else {
            return;
        };
        let is_sure = index.presence == Presence::Sure;
        let key = index.key.clone().filter(|_| index.is_unique);
        if index.has_constraint {
            let needs = self
                .world
                .relation(table)
                .and_then(|table| table.constraints.get(&shown))
                .is_some_and(|constraint| constraint.presence == Presence::Sure);
            if needs && is_sure {
                let table = self.name_of(table);
                self.refuse_with(
                    Rule::Contradiction,
                    &name.range,
                    format!("cannot drop index {shown} because constraint {shown} on table {table} requires it"),
                    vec![format!("use `ALTER TABLE {table} DROP CONSTRAINT {shown}`")],
                );
            }
            return;
        }
        let Some(key) = key else { return };
        let resting = self.keys_resting_on(table, &key);
        let is_only = self.count_keys(table, &key) <= 1;
        for (other, constraint, presence) in resting {
            if cascade {
                self.soften_constraint(other, &constraint);
            } else if presence == Presence::Sure
                && is_sure
                && is_only
                && !self
                    .world
                    .relation(table)
                    .is_none_or(|table| table.is_open(open::CONSTRAINTS))
            {
                let other = self.name_of(other);
                self.refuse_with(
                    Rule::Contradiction,
                    &name.range,
                    format!("cannot drop index {shown} because other objects depend on it"),
                    vec![format!(
                        "drop constraint {constraint} on table {other} first"
                    )],
                );
                return;
            }
        }
    }

    pub(super) fn soften_constraint(&mut self, id: Id, constraint: &str) {
        if let Some(relation) = self.world.relations.get_mut(id)
            && let Some(constraint) = relation.constraints.get_mut(constraint)
        {
            constraint.presence = Presence::Maybe;
        }
    }

    /// What stands in the way of dropping a relation.
    pub(super) fn dependents(&self, id: Id, together: &BTreeSet<Id>) -> Vec<Dependent> {
        let mut found = Vec::new();
        let Some(relation) = self.world.relation(id) else {
            return found;
        };
        for other in relation.referenced_by.iter().filter(|other| **other != id) {
            let Some(referring) = self.world.relation(*other) else {
                continue;
            };
            for (name, key) in referring.constraints.iter() {
                if key.kind == ConstraintKind::Foreign && key.target == Some(id) {
                    found.push(Dependent {
                        what: What::Constraint(*other, name.clone()),
                        is_sure: key.presence == Presence::Sure
                            && referring.presence == Presence::Sure
                            && self.is_there(*other)
                            && !together.contains(other),
                        shown: format!("constraint {name} on table {}", referring.name),
                    });
                }
            }
        }
        for view in &relation.views {
            if let Some(over) = self.world.relation(*view) {
                found.push(Dependent {
                    what: What::Relation(*view),
                    is_sure: over.presence == Presence::Sure
                        && self.is_there(*view)
                        && !together.contains(view),
                    shown: format!("{} {}", word_of(over.kind), over.name),
                });
            }
        }
        found
    }

    /// Whether a relation is still under its name.
    pub(super) fn is_there(&self, id: Id) -> bool {
        self.world.relation(id).is_some_and(|relation| {
            let schema = self.world.schemas.get(&relation.schema);
            schema.and_then(|schema| schema.relations.get(&relation.name)) == Some(&id)
        })
    }

    /// Something has gone with what it depends on.
    pub(super) fn take(&mut self, dependent: Dependent) {
        match dependent.what {
            What::Constraint(table, name) => {
                if let Some(table) = self.world.relations.get_mut(table) {
                    table.constraints.remove(&name);
                }
            }
            What::Relation(view) => {
                let mut left = vec![view];
                let mut seen = BTreeSet::new();
                while let Some(view) = left.pop() {
                    if seen.insert(view) {
                        if let Some(relation) = self.world.relation(view) {
                            left.extend(relation.views.iter().copied());
                        }
                        if self.is_there(view) {
                            self.world.remove(view);
                        }
                    }
                }
            }
        }
    }

    pub(super) fn soften_views(&mut self, views: &[Id]) {
        let mut left = views.to_vec();
        let mut seen = BTreeSet::new();
        while let Some(view) = left.pop() {
            if seen.insert(view)
                && let Some(view) = self.world.relations.get_mut(view)
            {
                view.presence = Presence::Maybe;
                left.extend(view.views.iter().copied());
            }
        }
    }

    /// Generated columns may have gone with a column.
    pub(super) fn soften_columns(&mut self, id: Id) {
        if let Some(relation) = self.world.relations.get_mut(id) {
            for column in relation.columns.values_mut() {
                column.presence = Presence::Maybe;
            }
        }
    }
}

/// Something that depends on a relation.
#[derive(Debug)]
pub(super) struct Dependent {
    pub(super) what: What,
    pub(super) is_sure: bool,
    pub(super) shown: String,
}

#[derive(Debug)]
pub(super) enum What {
    Constraint(Id, String),
    Relation(Id),
}
