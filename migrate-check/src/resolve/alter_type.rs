//! `ALTER TYPE`, `ALTER SCHEMA`, `ALTER TRIGGER`

use migrate_sql::scanner::Keyword as K;

use super::Resolver;
use super::cursor::Cursor;
use super::report::Rule;
use super::table::{self, TypeUse};
use super::world::{Found, Id, Past, Presence, Schema};

impl Resolver {
    pub(super) fn alter_type(&mut self, mut rest: Cursor<'_>) {
        let Some(name) = rest.name() else { return };
        let id = match self.world.find_type(&name) {
            Found::Absent => {
                if !super::builtin::is_type(&name.name) {
                    self.refuse_type(&name);
                }
                return;
            }
            Found::Unknown => {
                self.touch_type(&name.name);
                if (rest.accept_all(&[K::Rename, K::To]) || rest.accept_all(&[K::Set, K::Schema]))
                    && let Some(new) = rest.word()
                {
                    self.world.anywhere.extend([new.name, name.name]);
                }
                return;
            }
            Found::Sure(id) => id,
            Found::Maybe(id) => {
                // The statement runs, so it is there.
                if !self.world.may_be_other(&name.name)
                    && let Some(found) = self.world.types.get_mut(id)
                {
                    found.presence = Presence::Sure;
                }
                id
            }
        };
        if rest.accept_all(&[K::Add, K::Value]) {
            let guard = rest.accept_all(&[K::If, K::Not, K::Exists]);
            let Some(label) = rest.string() else { return };
            let neighbour = if rest.accept(K::Before) || rest.accept(K::After) {
                rest.string()
            } else {
                None
            };
            if let Some(neighbour) = neighbour {
                self.require_label(id, &neighbour);
            }
            let Some(found) = self.world.types.get_mut(id) else {
                return;
            };
            let is_sure = found.presence == Presence::Sure;
            if let Some(labels) = &mut found.labels
                && !labels.insert(label.name.clone())
                && !guard
                && is_sure
            {
                let message = format!("enum label \"{}\" already exists", label.name);
                self.refuse(Rule::Contradiction, &label.range, message);
            }
        } else if rest.accept_all(&[K::Rename, K::Value]) {
            let Some(old) = rest.string() else { return };
            rest.accept(K::To);
            let Some(new) = rest.string() else { return };
            self.require_label(id, &old);
            if let Some(labels) = self
                .world
                .types
                .get_mut(id)
                .and_then(|found| found.labels.as_mut())
            {
                labels.remove(&old.name);
                labels.insert(new.name);
            }
        } else if rest.accept_all(&[K::Rename, K::To]) {
            if let Some(new) = rest.word() {
                let place = self.place(name.range.start, rest.text);
                self.move_type(id, None, Some(&new.name));
                self.world.past.remove(&new.name);
                self.world.past.insert(
                    name.name,
                    Past {
                        renamed_to: Some(new.name),
                        place,
                    },
                );
            }
        } else if rest.accept_all(&[K::Set, K::Schema]) {
            if let Some(schema) = rest.word() {
                if self.may_have_schema(&schema.name) {
                    self.move_type(id, Some(&schema.name), None);
                } else {
                    self.refuse_schema(&schema.name, &schema.range);
                }
            }
        } else if rest.accept_all(&[K::Add, K::Attribute]) {
            if let Some(_name) = rest.word()
                && let Some(TypeUse::Named(data_type)) = table::read_type(&mut rest)
            {
                let used = self.require_type(&data_type);
                if let Some(used) = used.and_then(|used| self.world.types.get_mut(used)) {
                    used.presence = Presence::Maybe;
                }
            }
        } else if rest.has(K::Cascade) {
            self.world.soften();
        }
    }

    pub(super) fn require_label(&mut self, id: Id, label: &super::cursor::Word) {
        let Some(found) = self.world.types.get(id) else {
            return;
        };
        if let Some(labels) = &found.labels
            && found.presence == Presence::Sure
            && !labels.contains(&label.name)
        {
            let near = crate::diagnostics::nearest(&label.name, labels.iter().map(String::as_str));
            let help = near.map(|near| format!("did you mean '{near}'?"));
            let message = format!("\"{}\" is not an existing enum label", label.name);
            self.refuse_with(
                Rule::Unknown,
                &label.range,
                message,
                help.into_iter().collect(),
            );
        }
    }

    pub(super) fn move_type(&mut self, id: Id, schema: Option<&str>, name: Option<&str>) {
        let Some(found) = self.world.types.get_mut(id) else {
            return;
        };
        let (old_schema, old_name) = (found.schema.clone(), found.name.clone());
        if let Some(schema) = schema {
            schema.clone_into(&mut found.schema);
        }
        if let Some(name) = name {
            name.clone_into(&mut found.name);
        }
        let (schema, name) = (found.schema.clone(), found.name.clone());
        if let Some(old) = self.world.schemas.get_mut(&old_schema) {
            old.types.remove(&old_name);
        }
        let new = self
            .world
            .schemas
            .get_or_insert(&schema, || Schema::new(Presence::Maybe, true));
        new.types.insert(name, id);
    }

    pub(super) fn rename_schema(&mut self, mut rest: Cursor<'_>) {
        let Some(old) = rest.word() else { return };
        if !self.may_have_schema(&old.name) {
            self.refuse_schema(&old.name, &old.range);
            return;
        }
        if !rest.accept_all(&[K::Rename, K::To]) {
            return;
        }
        let Some(new) = rest.word() else { return };
        self.world.keep();
        let Some(schema) = self.world.schemas.remove(&old.name) else {
            self.world
                .schemas
                .insert(new.name, Schema::new(Presence::Maybe, true));
            return;
        };
        for id in schema.relations.values() {
            if let Some(relation) = self.world.relations.get_mut(*id) {
                new.name.clone_into(&mut relation.schema);
            }
        }
        for id in schema.types.values() {
            if let Some(found) = self.world.types.get_mut(*id) {
                new.name.clone_into(&mut found.schema);
            }
        }
        self.world.schemas.insert(new.name, schema);
    }
}
