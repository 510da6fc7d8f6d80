//! `DROP` of types, schemas, triggers and policies.

use migrate_sql::scanner::Keyword as K;

use super::Resolver;
use super::cursor::{Cursor, QualifiedName};
use super::report::Rule;
use super::world::{Found, Id, Part, Past, Presence};

impl Resolver {
    pub(super) fn drop_types(&mut self, mut rest: Cursor<'_>, cascade: bool) {
        let guard = rest.accept_all(&[K::If, K::Exists]);
        for mut item in rest.split() {
            let Some(name) = item.name() else { continue };
            match self.world.find_type(&name) {
                Found::Absent => {
                    if !guard && !super::builtin::is_type(&name.name) {
                        self.refuse_type(&name);
                    }
                }
                Found::Unknown => {
                    self.touch_type(&name.name);
                    if cascade {
                        self.world.soften();
                    }
                }
                Found::Sure(id) | Found::Maybe(id) => self.drop_type(id, &name, cascade, rest.text),
            }
        }
    }

    pub(super) fn drop_type(&mut self, id: Id, name: &QualifiedName, cascade: bool, text: &str) {
        let Some(found) = self.world.types.get(id) else {
            return;
        };
        let (schema, own, is_sure) = (
            found.schema.clone(),
            found.name.clone(),
            found.presence == Presence::Sure,
        );
        let mut user = None;
        for table in found.users.clone() {
            let is_there = self.is_there(table);
            let Some(relation) = self.world.relations.get_mut(table) else {
                continue;
            };
            let table_is_sure = relation.presence == Presence::Sure;
            for (column, known) in relation.columns.iter_mut() {
                if known.data_type == Some(id) {
                    if known.presence == Presence::Sure && table_is_sure && is_there {
                        user = Some(format!("column {column} of table {}", relation.name));
                    }
                    if cascade {
                        known.presence = Presence::Maybe;
                    }
                }
            }
        }
        if cascade {
            self.world.soften();
        } else if let Some(user) = user.filter(|_| is_sure) {
            let message = format!("cannot drop type {own} because other objects depend on it");
            let help = vec![format!("{user} depends on it: give it another type first")];
            self.refuse_with(Rule::Contradiction, &name.range, message, help);
        }
        let place = self.place(name.range.start, text);
        if let Some(schema) = self.world.schemas.get_mut(&schema) {
            schema.types.remove(&own);
        }
        self.world.past.insert(
            own,
            Past {
                renamed_to: None,
                place,
            },
        );
    }

    /// `DROP TRIGGER` and `DROP POLICY`: nothing depends on either.
    pub(super) fn drop_part(&mut self, mut rest: Cursor<'_>, part: Part) {
        let guard = rest.accept_all(&[K::If, K::Exists]);
        let Some(word) = rest.word() else { return };
        rest.accept(K::On);
        let Some(table) = rest.name() else { return };
        let id = match self.world.find(&table) {
            Found::Sure(id) | Found::Maybe(id) => Some(id),
            Found::Unknown => None,
            Found::Absent if guard => None,
            Found::Absent => self.require(&table),
        };
        let Some(id) = id else { return };
        if !guard {
            self.require_part(id, part, &word);
        }
        if let Some(relation) = self.world.relations.get_mut(id) {
            relation.parts_mut(part).remove(&word.name);
        }
        if part == Part::Trigger {
            self.open_children(id);
        }
    }

    pub(super) fn drop_schema(&mut self, mut rest: Cursor<'_>, cascade: bool) {
        let guard = rest.accept_all(&[K::If, K::Exists]);
        for mut item in rest.split() {
            let Some(schema) = item.word() else { continue };
            if !self.may_have_schema(&schema.name) {
                if !guard {
                    self.refuse_schema(&schema.name, &schema.range);
                }
                continue;
            }
            let held: Vec<Id> = self
                .world
                .schemas
                .get(&schema.name)
                .map(|known| known.relations.values().copied().collect())
                .unwrap_or_default();
            let is_sure = self
                .world
                .schemas
                .get(&schema.name)
                .is_some_and(|known| known.presence == Presence::Sure);
            let holder = held.iter().find_map(|id| {
                let relation = self.world.relation(*id)?;
                (relation.presence == Presence::Sure).then(|| relation.name.clone())
            });
            if !cascade
                && is_sure
                && let Some(holder) = holder
            {
                let message = format!(
                    "cannot drop schema {} because other objects depend on it",
                    schema.name
                );
                let advice = vec![format!("drop \"{holder}\" first, or add CASCADE")];
                self.refuse_with(Rule::Contradiction, &schema.range, message, advice);
            }
            for id in held {
                self.world.remove(id);
            }
            self.world.keep();
            self.world.schemas.remove(&schema.name);
            if cascade {
                // What depends on its functions, types and tables goes as well.
                self.world.soften();
            }
        }
    }
}
