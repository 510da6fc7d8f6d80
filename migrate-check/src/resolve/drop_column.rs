//! `DROP COLUMN` and `DROP CONSTRAINT`

use super::Resolver;
use super::cursor::Word;
use super::report::Rule;
use super::world::{ConstraintKind, Id, Past, Presence, column_key, open};

impl Resolver {
    pub(super) fn drop_column(
        &mut self,
        id: Id,
        column: &Word,
        guard: bool,
        cascade: bool,
        text: &str,
    ) {
        if self.lacks_column(id, &column.name) {
            if !guard {
                self.require_column(id, column);
            }
            return;
        }
        let Some(relation) = self.world.relation(id) else {
            return;
        };
        let table = relation.name.clone();
        let is_sure = relation.presence == Presence::Sure
            && relation
                .columns
                .get(&column.name)
                .is_some_and(|known| known.presence == Presence::Sure);
        let others = relation.referenced_by.clone();
        let (views, owned) = (relation.views.clone(), relation.owned.clone());
        for other in others {
            let Some(referring) = self.world.relations.get_mut(other) else {
                continue;
            };
            let referring_is_sure = referring.presence == Presence::Sure;
            let of_key: Vec<(String, Presence)> = referring
                .constraints
                .iter()
                .filter(|(_, key)| {
                    key.target == Some(id)
                        && key.target_columns.contains(&column.name)
                        && !(other == id && key.columns.contains(&column.name))
                })
                .map(|(name, key)| (name.clone(), key.presence))
                .collect();
            let referring_name = referring.name.clone();
            // A key without columns rests on the primary key, which may hold this column.
            for key in referring.constraints.values_mut() {
                if key.target == Some(id) && key.target_columns.is_empty() {
                    key.presence = Presence::Maybe;
                }
            }
            for (name, presence) in of_key {
                if !cascade
                    && is_sure
                    && referring_is_sure
                    && presence == Presence::Sure
                    && self.is_there(other)
                {
                    let message = format!(
                        "cannot drop column {} of table {table} because other objects depend on it",
                        column.name
                    );
                    let help = vec![format!(
                        "drop constraint {name} on table {referring_name} first"
                    )];
                    self.refuse_with(Rule::Contradiction, &column.range, message, help);
                }
                if let Some(referring) = self.world.relations.get_mut(other) {
                    referring.constraints.remove(&name);
                }
            }
        }
        if cascade {
            // Which views, policies and triggers use the column is not known.
            self.soften_views(&views);
            if let Some(relation) = self.world.relations.get_mut(id) {
                relation.soften_parts();
            }
            self.soften_columns(id);
        }
        for index in owned {
            let Some(index_is) = self.world.relation(index) else {
                continue;
            };
            match &index_is.key {
                Some(key) if key.contains(&column.name) => self.world.remove(index),
                Some(_) => {}
                None => {
                    if let Some(index) = self.world.relations.get_mut(index) {
                        index.presence = Presence::Maybe;
                    }
                }
            }
        }
        let place = self.place(column.range.start, text);
        if let Some(relation) = self.world.relations.get_mut(id) {
            relation.lose_column(&column.name);
        }
        self.world.past.insert(
            column_key(&table, &column.name),
            Past {
                renamed_to: None,
                place,
            },
        );
    }

    pub(super) fn drop_constraint(&mut self, id: Id, name: &Word, guard: bool, cascade: bool) {
        let Some(relation) = self.world.relation(id) else {
            return;
        };
        let Some(constraint) = relation.constraints.get(&name.name).cloned() else {
            if !guard {
                self.require_constraint(id, name);
            }
            if cascade && relation_is_open(self, id) {
                self.world.soften();
            }
            return;
        };
        if matches!(
            constraint.kind,
            ConstraintKind::Primary | ConstraintKind::Unique
        ) {
            let table = relation.name.clone();
            let is_closed = !relation.is_open(open::CONSTRAINTS)
                && relation.presence == Presence::Sure
                && constraint.presence == Presence::Sure;
            let resting = self.keys_resting_on(id, &constraint.columns);
            let is_only = self.count_keys(id, &constraint.columns) <= 1;
            for (other, key, presence) in resting {
                if cascade {
                    if is_only && let Some(other) = self.world.relations.get_mut(other) {
                        other.constraints.remove(&key);
                    } else {
                        self.soften_constraint(other, &key);
                    }
                } else if presence == Presence::Sure && is_only && is_closed && self.is_there(other)
                {
                    let other = self.name_of(other);
                    let message = format!(
                        "cannot drop constraint {} on table {table} because other objects depend on it",
                        name.name
                    );
                    let help = vec![format!("drop constraint {key} on table {other} first")];
                    self.refuse_with(Rule::Contradiction, &name.range, message, help);
                    break;
                }
            }
            if cascade {
                // A view may group by the key.
                let views = self
                    .world
                    .relation(id)
                    .map_or_else(Vec::new, |relation| relation.views.clone());
                self.soften_views(&views);
            }
        }
        if let Some(index) = constraint.index {
            self.world.remove(index);
        }
        if let Some(relation) = self.world.relations.get_mut(id) {
            relation.constraints.remove(&name.name);
        }
        self.open_children(id);
    }
}

fn relation_is_open(resolver: &Resolver, id: Id) -> bool {
    let relation = resolver.world.relation(id);
    relation.is_none_or(|relation| relation.is_open(open::CONSTRAINTS))
}
