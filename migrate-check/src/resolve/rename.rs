//! `ALTER … RENAME` and `ALTER … SET SCHEMA` of relations.

use migrate_sql::scanner::Keyword as K;

use super::Resolver;
use super::cursor::{Cursor, QualifiedName};
use super::report::Rule;
use super::world::{Id, Kind, Past, Presence, column_key, open};

impl Resolver {
    /// What follows `ALTER TABLE t RENAME`.
    pub(super) fn rename(&mut self, id: Id, name: &QualifiedName, mut rest: Cursor<'_>) {
        let Some(relation) = self.world.relation(id) else {
            return;
        };
        let table = relation.name.clone();
        let schema = relation.schema.clone();
        if rest.accept(K::To) {
            let Some(new) = rest.word() else { return };
            let taken = self
                .world
                .schemas
                .get(&schema)
                .and_then(|schema| schema.relations.get(&new.name))
                .copied();
            if let Some(taken) = taken.filter(|taken| *taken != id) {
                if self
                    .world
                    .relation(taken)
                    .is_some_and(|taken| taken.presence == Presence::Sure)
                {
                    let in_schema = QualifiedName::plain(&new);
                    self.refuse_relation(&in_schema, taken);
                    return;
                }
                self.world.remove(taken);
            }
            let place = self.place(name.range.start, rest.text);
            self.world.move_to(id, &schema, &new.name);
            self.rename_constraint_of(id, &table, &new.name);
            self.note_created(&new.name, &place);
            self.world.past.remove(&new.name);
            self.world.past.insert(
                table,
                Past {
                    renamed_to: Some(new.name),
                    place,
                },
            );
            return;
        }
        if rest.accept(K::Constraint) {
            let Some(old) = rest.word() else { return };
            rest.accept(K::To);
            let Some(new) = rest.word() else { return };
            self.require_constraint(id, &old);
            self.rename_constraint(id, &old.name, &new.name);
            self.open_children(id);
            return;
        }
        rest.accept(K::Column);
        let Some(old) = rest.word() else { return };
        rest.accept(K::To);
        let Some(new) = rest.word() else { return };
        let is_other = self
            .world
            .relation(id)
            .is_some_and(|relation| matches!(relation.kind, Kind::Index | Kind::Sequence));
        if is_other {
            return;
        }
        if self.lacks_column(id, &old.name) {
            let message = format!("column \"{}\" does not exist", old.name);
            self.refuse_column(id, &old, message);
            return;
        }
        let taken = self
            .world
            .relation(id)
            .and_then(|relation| relation.columns.get(&new.name))
            .map(|column| column.presence);
        if taken == Some(Presence::Sure) && old.name != new.name {
            let message = format!(
                "column \"{}\" of relation \"{table}\" already exists",
                new.name
            );
            self.refuse(Rule::Contradiction, &new.range, message);
            return;
        }
        let place = self.place(name.range.start, rest.text);
        self.rename_column(id, &old.name, &new.name);
        self.open_children(id);
        self.world.renew_column(&table, &new.name);
        self.world.past.insert(
            column_key(&table, &old.name),
            Past {
                renamed_to: Some(new.name),
                place,
            },
        );
    }

    pub(super) fn rename_column(&mut self, id: Id, old: &str, new: &str) {
        let swap = |column: &mut String| {
            if column == old {
                new.clone_into(column);
            }
        };
        let Some(relation) = self.world.relations.get_mut(id) else {
            return;
        };
        if let Some(column) = relation.columns.remove(old) {
            relation.columns.insert(new.to_owned(), column);
        }
        for constraint in relation.constraints.values_mut() {
            constraint.columns.iter_mut().for_each(swap);
            if constraint.target == Some(id) {
                constraint.target_columns.iter_mut().for_each(swap);
            }
        }
        let (owned, others) = (relation.owned.clone(), relation.referenced_by.clone());
        for owned in owned {
            if let Some(owned) = self.world.relations.get_mut(owned) {
                owned.key.iter_mut().flatten().for_each(swap);
            }
        }
        for other in others.into_iter().filter(|other| *other != id) {
            let Some(other) = self.world.relations.get_mut(other) else {
                continue;
            };
            for constraint in other.constraints.values_mut() {
                if constraint.target == Some(id) {
                    constraint.target_columns.iter_mut().for_each(swap);
                }
            }
        }
    }

    /// A constraint has got another name, and so has its index.
    pub(super) fn rename_constraint(&mut self, id: Id, old: &str, new: &str) {
        let Some(relation) = self.world.relations.get_mut(id) else {
            return;
        };
        let schema = relation.schema.clone();
        let Some(constraint) = relation.constraints.remove(old) else {
            self.world.anywhere.insert(new.to_owned());
            self.open(id, open::CONSTRAINTS);
            return;
        };
        let index = constraint.index;
        relation.constraints.insert(new.to_owned(), constraint);
        if let Some(index) = index {
            self.world.move_to(index, &schema, new);
        }
        if let Some(schema) = self.world.schemas.get_mut(&schema) {
            schema.constraints.insert(new.to_owned());
        }
    }

    /// An index has got another name, and so has its constraint.
    pub(super) fn rename_constraint_of(&mut self, index: Id, old: &str, new: &str) {
        let Some(relation) = self.world.relation(index) else {
            return;
        };
        let (Kind::Index, true, Some(table)) =
            (relation.kind, relation.has_constraint, relation.table)
        else {
            return;
        };
        let schema = relation.schema.clone();
        if let Some(table) = self.world.relations.get_mut(table)
            && let Some(constraint) = table.constraints.remove(old)
        {
            table.constraints.insert(new.to_owned(), constraint);
        }
        if let Some(schema) = self.world.schemas.get_mut(&schema) {
            schema.constraints.insert(new.to_owned());
        }
    }

    pub(super) fn set_schema(&mut self, id: Id, mut rest: Cursor<'_>) {
        let Some(schema) = rest.word() else { return };
        if !self.may_have_schema(&schema.name) {
            self.refuse_schema(&schema.name, &schema.range);
            return;
        }
        let owned = self
            .world
            .relation(id)
            .map_or_else(Vec::new, |relation| relation.owned.clone());
        for moved in std::iter::once(id).chain(owned) {
            let Some(relation) = self.world.relation(moved) else {
                continue;
            };
            let name = relation.name.clone();
            let constraints: Vec<String> = relation.constraints.keys().cloned().collect();
            let taken = self
                .world
                .schemas
                .get(&schema.name)
                .and_then(|schema| schema.relations.get(&name))
                .copied();
            if let Some(taken) = taken.filter(|taken| *taken != moved) {
                let is_sure = self
                    .world
                    .relation(taken)
                    .is_some_and(|taken| taken.presence == Presence::Sure);
                if is_sure {
                    self.refuse(
                        Rule::Contradiction,
                        &schema.range,
                        format!(
                            "relation \"{name}\" already exists in schema \"{}\"",
                            schema.name
                        ),
                    );
                    return;
                }
                self.world.remove(taken);
            }
            self.world.move_to(moved, &schema.name, &name);
            if let Some(schema) = self.world.schemas.get_mut(&schema.name) {
                schema.constraints.extend(constraints);
            }
        }
        self.open_with_names(id, 0);
    }
}
