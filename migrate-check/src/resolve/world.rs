//! What exists: surely, perhaps, or surely not.
//!
//! A name is absent only where its schema is closed: nothing has happened that might have made something there under a
//! name that cannot be read. What is not known is never the reason for a refusal.

use std::collections::BTreeSet;
use std::mem;

use super::arena::Arena;
use super::by_name::ByName;
use super::cursor::QualifiedName;
use super::names::Names;
pub(super) use super::relation::{
    Column, Constraint, ConstraintKind, Id, Kind, Part, Place, Presence, Relation, open,
};
use super::relations::Relations;
use super::schema::Kinds;
pub(super) use super::schema::Schema;

#[derive(Debug, Clone)]
pub(super) struct Type {
    pub(super) schema: String,
    pub(super) name: String,
    pub(super) presence: Presence,
    /// The values of an enum, if they are all known.
    pub(super) labels: Option<Names>,
    /// The tables with columns of it.
    pub(super) users: BTreeSet<Id>,
    pub(super) made: Place,
}

/// What became of a name.
#[derive(Debug, Clone)]
pub(super) struct Past {
    /// Its new name; none if it was dropped.
    pub(super) renamed_to: Option<String>,
    pub(super) place: Place,
}

/// What a look-up finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// It is there.
    Sure(Id),
    /// It may be there, and this is what is known of it.
    Maybe(Id),
    /// It may be there.
    Unknown,
    /// It is not there.
    Absent,
}

#[derive(Debug, Clone)]
pub(super) struct World {
    pub(super) schemas: ByName<Schema>,
    /// Whether there may be schemas that no file made.
    pub(super) schemas_open: bool,
    pub(super) relations: Relations,
    pub(super) types: Arena<Type>,
    /// The schemas in which a name without one is looked up; none where that is not known.
    pub(super) path: Option<Vec<String>>,
    /// The path with which a file begins.
    pub(super) home: Option<Vec<String>>,
    /// Names that may be in any schema.
    pub(super) anywhere: Names,
    /// What became of relations, and of columns (`table.column`).
    pub(super) past: ByName<Past>,
    /// What is remembered of what was before.
    pub(super) before: Option<Box<Before>>,
}

/// What is remembered of a world beside the changes that its parts remember themselves.
#[derive(Debug, Clone)]
pub(super) struct Before {
    /// The schemas that there were, whether they surely were, and whether they were open.
    pub(super) schemas: ByName<(Presence, bool)>,
    pub(super) schemas_open: bool,
    pub(super) path: Option<Vec<String>>,
    pub(super) home: Option<Vec<String>>,
    /// All that was known when a schema, or everything, was taken away.
    pub(super) whole: Option<World>,
}

/// The schema of temporary objects.
pub(super) const TEMPORARY: &str = "pg_temp";

/// The histories of migration tools, which no file of a set makes.
const HISTORIES: [&str; 8] = [
    "schema_migrations",
    "_sqlx_migrations",
    "__diesel_schema_migrations",
    "refinery_schema_history",
    "flyway_schema_history",
    "goose_db_version",
    "gorp_migrations",
    "_prisma_migrations",
];

impl Default for World {
    fn default() -> Self {
        let mut world = Self {
            schemas: ByName::default(),
            schemas_open: false,
            relations: Relations::default(),
            types: Arena::default(),
            path: Some(vec!["public".to_owned()]),
            home: Some(vec!["public".to_owned()]),
            anywhere: HISTORIES.map(str::to_owned).into_iter().collect(),
            past: ByName::default(),
            before: None,
        };
        for name in ["public", TEMPORARY] {
            world
                .schemas
                .insert(name.to_owned(), Schema::new(Presence::Sure, false));
        }
        world
    }
}

impl World {
    pub(super) fn relation(&self, id: Id) -> Option<&Relation> {
        self.relations.get(id)
    }

    /// Whether a schema is PostgreSQL's own: what it holds is not known here.
    pub(super) fn is_system(schema: &str) -> bool {
        schema == "information_schema" || (schema.starts_with("pg_") && schema != TEMPORARY)
    }

    /// Nothing is known any more.
    pub(super) fn forget(&mut self) {
        self.keep();
        *self = Self {
            schemas_open: true,
            path: self.path.take(),
            home: self.home.take(),
            anywhere: mem::take(&mut self.anywhere),
            past: mem::take(&mut self.past),
            before: self.before.take(),
            ..Self::default()
        };
        for schema in self.schemas.values_mut() {
            schema.is_open = true;
        }
    }

    /// A change comes that is not remembered name by name.
    pub(super) fn keep(&mut self) {
        if let Some(mut before) = self.before.take() {
            if before.whole.is_none() {
                before.whole = Some(self.clone());
            }
            self.before = Some(before);
        }
    }

    /// Something may be anywhere; what is known stays known.
    pub(super) fn open_names(&mut self) {
        self.schemas_open = true;
        for schema in self.schemas.values_mut() {
            schema.is_open = true;
        }
    }

    /// Everything may be gone: a `CASCADE` may have taken it, for reasons that are not known.
    pub(super) fn soften(&mut self) {
        self.relations.soften();
        for found in self.types.iter_mut() {
            found.presence = Presence::Maybe;
        }
    }

    /// Any trigger may be gone.
    pub(super) fn soften_triggers(&mut self) {
        self.relations.soften_triggers();
    }

    /// The schema in which something new lands; none where that is not known.
    pub(super) fn target_schema(&self, schema: Option<&str>) -> Option<String> {
        if let Some(schema) = schema {
            return Some(schema.to_owned());
        }
        for schema in self.path.as_ref()? {
            match self.schemas.get(schema) {
                Some(known) if known.presence == Presence::Sure => return Some(schema.clone()),
                Some(_) => return None,
                None if self.schemas_open => return None,
                None => {}
            }
        }
        None
    }

    fn look_up(&self, name: &QualifiedName, what: Kinds) -> Found {
        let mut is_unknown = false;
        if let Some(own) = &name.schema {
            if Self::is_system(own) {
                return Found::Unknown;
            }
            let found = self.look_into(own, &name.name, what, &mut is_unknown);
            if let Some(found) = found {
                return found;
            }
            if !is_unknown && !self.schemas.contains_key(own) && !self.anywhere.contains(own) {
                return Found::Absent;
            }
        } else {
            let Some(path) = &self.path else {
                return Found::Unknown;
            };
            let found = self.look_into(TEMPORARY, &name.name, what, &mut is_unknown);
            if let Some(found) = found {
                return found;
            }
            for schema in path {
                let found = self.look_into(schema, &name.name, what, &mut is_unknown);
                if let Some(found) = found {
                    return found;
                }
            }
            // The search path of a role or a database is not ours to know, so another schema's object may be meant.
            is_unknown = is_unknown || name.name.starts_with("pg_");
            if !is_unknown {
                for schema in self.schemas.values() {
                    if schema.held(what).contains_key(&name.name) {
                        return Found::Unknown;
                    }
                }
            }
        }
        if is_unknown || self.anywhere.contains(&name.name) {
            return Found::Unknown;
        }
        Found::Absent
    }

    /// What a name stands for in a schema, if it is known there; `is_unknown` is whether it may stand for something that
    /// is not known, there or in the schemas before.
    fn look_into(
        &self,
        schema: &str,
        name: &str,
        what: Kinds,
        is_unknown: &mut bool,
    ) -> Option<Found> {
        let Some(schema) = self.schemas.get(schema) else {
            *is_unknown |= self.schemas_open;
            return None;
        };
        let Some(id) = schema.held(what).get(name) else {
            *is_unknown |= schema.may_hold(name);
            return None;
        };
        let presence = match what {
            Kinds::Relations => self.relations.get(*id)?.presence,
            Kinds::Types => self.types.get(*id)?.presence,
        };
        if presence == Presence::Sure && !*is_unknown {
            Some(Found::Sure(*id))
        } else {
            Some(Found::Maybe(*id))
        }
    }

    /// What a name of a relation stands for.
    pub(super) fn find(&self, name: &QualifiedName) -> Found {
        self.look_up(name, Kinds::Relations)
    }

    /// What a name of a type stands for, where files made that.
    pub(super) fn find_type(&self, name: &QualifiedName) -> Found {
        let found = self.look_up(name, Kinds::Types);
        if found != Found::Absent {
            return found;
        }
        // Tables are types, too, and every type has one of arrays.
        match self.find(name) {
            Found::Absent if name.name.starts_with('_') => Found::Unknown,
            Found::Absent => Found::Absent,
            _ => Found::Unknown,
        }
    }

    /// Whether a name that is known to have stood for one thing may stand for another by now.
    pub(super) fn may_be_other(&self, name: &str) -> bool {
        let mut schemas = self.schemas.values();
        self.schemas_open
            || self.path.is_none()
            || self.anywhere.contains(name)
            || schemas.any(|schema| schema.may_hold(name))
    }

    /// A column is there, whatever became of one of this name before.
    pub(super) fn renew_column(&mut self, table: &str, column: &str) {
        if !self.past.is_empty() {
            self.past.remove(&column_key(table, column));
        }
    }

    /// What is known of what a name stands for, whether it is there or not.
    pub(super) fn known(&self, name: &QualifiedName) -> Option<Id> {
        match self.find(name) {
            Found::Sure(id) | Found::Maybe(id) => Some(id),
            _ => None,
        }
    }

    /// The relations of this name, in any schema.
    pub(super) fn named(&self, name: &str) -> Vec<Id> {
        let mut named = Vec::new();
        for schema in self.schemas.values() {
            named.extend(schema.relations.get(name));
        }
        named
    }

    /// The relations whose names begin like this, in any schema.
    pub(super) fn beginning(&self, start: &str) -> Vec<Id> {
        let mut found = Vec::new();
        for schema in self.schemas.values() {
            for (name, id) in schema.relations.iter() {
                if name.starts_with(start) {
                    found.push(*id);
                }
            }
        }
        found
    }

    /// Puts a relation under its name; what stood there is forgotten.
    pub(super) fn insert(&mut self, relation: Relation) -> Id {
        let id = self.relations.len();
        let schema = self
            .schemas
            .get_or_insert(&relation.schema, || Schema::new(Presence::Maybe, true));
        schema.relations.insert(relation.name.clone(), id);
        self.relations.push(relation);
        id
    }

    /// Takes a relation away, and what cannot be without it: its indexes and sequences.
    pub(super) fn remove(&mut self, id: Id) {
        let mut left = vec![id];
        while let Some(id) = left.pop() {
            let Some(relation) = self.relations.get_mut(id) else {
                continue;
            };
            left.append(&mut relation.owned);
            relation.presence = Presence::Maybe;
            if let Some(schema) = self.schemas.get_mut(&relation.schema)
                && schema.relations.get(&relation.name) == Some(&id)
            {
                schema.relations.remove(&relation.name);
            }
        }
    }

    /// Gives a relation another name or another schema.
    pub(super) fn move_to(&mut self, id: Id, schema: &str, name: &str) {
        let Some(relation) = self.relations.get(id) else {
            return;
        };
        let (old_schema, old_name) = (relation.schema.clone(), relation.name.clone());
        if let Some(old) = self.schemas.get_mut(&old_schema)
            && old.relations.get(&old_name) == Some(&id)
        {
            old.relations.remove(&old_name);
        }
        let new = self
            .schemas
            .get_or_insert(schema, || Schema::new(Presence::Maybe, true));
        new.relations.insert(name.to_owned(), id);
        if let Some(relation) = self.relations.get_mut(id) {
            schema.clone_into(&mut relation.schema);
            name.clone_into(&mut relation.name);
        }
    }
}

/// The key under which it is kept what became of a column.
pub(super) fn column_key(table: &str, column: &str) -> String {
    let mut key = String::with_capacity(table.len() + column.len() + 1);
    key.push_str(table);
    key.push('.');
    key.push_str(column);
    key
}
