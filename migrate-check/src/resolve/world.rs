//! What exists: surely, perhaps, or surely not.
//!
//! A name is absent only where its schema is closed: nothing has happened that might have made something there under a
//! name that cannot be read. What is not known is never the reason for a refusal.

use std::collections::{BTreeMap, BTreeSet};

use super::cursor::QualifiedName;
pub(super) use super::relation::{
    Column, Constraint, ConstraintKind, Id, Kind, Part, Place, Presence, Relation, open,
};
use super::relations::Relations;

#[derive(Debug, Clone)]
pub(super) struct Type {
    pub(super) schema: String,
    pub(super) name: String,
    pub(super) presence: Presence,
    /// The values of an enum, if they are all known.
    pub(super) labels: Option<BTreeSet<String>>,
    /// The tables with columns of it.
    pub(super) users: BTreeSet<Id>,
    pub(super) made: Place,
}

#[derive(Debug, Clone)]
pub(super) struct Schema {
    pub(super) presence: Presence,
    /// Whether it may hold what no file made by name.
    pub(super) is_open: bool,
    pub(super) relations: BTreeMap<String, Id>,
    pub(super) types: BTreeMap<String, Id>,
    /// What begins like this may be there: names that PostgreSQL has chosen.
    pub(super) prefixes: BTreeSet<String>,
    /// The names of all constraints that have ever been in it.
    pub(super) constraints: BTreeSet<String>,
}

impl Schema {
    pub(super) const fn new(presence: Presence, is_open: bool) -> Self {
        Self {
            presence,
            is_open,
            relations: BTreeMap::new(),
            types: BTreeMap::new(),
            prefixes: BTreeSet::new(),
            constraints: BTreeSet::new(),
        }
    }

    /// Whether something of this name may be there although it is not known.
    pub(super) fn may_hold(&self, name: &str) -> bool {
        if self.is_open {
            return true;
        }
        if self.prefixes.is_empty() {
            return false;
        }
        (1..=name.len()).any(|end| {
            name.get(..end)
                .is_some_and(|start| self.prefixes.contains(start))
        })
    }
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
    pub(super) schemas: BTreeMap<String, Schema>,
    /// Whether there may be schemas that no file made.
    pub(super) schemas_open: bool,
    pub(super) relations: Relations,
    pub(super) types: Vec<Type>,
    /// The schemas in which a name without one is looked up; none where that is not known.
    pub(super) path: Option<Vec<String>>,
    /// The path with which a file begins.
    pub(super) home: Option<Vec<String>>,
    /// Names that may be in any schema.
    pub(super) anywhere: BTreeSet<String>,
    /// Relations by name, in any schema.
    pub(super) by_name: BTreeMap<String, Vec<Id>>,
    /// What became of relations, and of columns (`table.column`).
    pub(super) past: BTreeMap<String, Past>,
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
            schemas: BTreeMap::new(),
            schemas_open: false,
            relations: Relations::default(),
            types: Vec::new(),
            path: Some(vec!["public".to_owned()]),
            home: Some(vec!["public".to_owned()]),
            anywhere: HISTORIES.map(str::to_owned).into(),
            by_name: BTreeMap::new(),
            past: BTreeMap::new(),
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
        *self = Self {
            schemas_open: true,
            path: self.path.take(),
            home: self.home.take(),
            anywhere: std::mem::take(&mut self.anywhere),
            past: std::mem::take(&mut self.past),
            ..Self::default()
        };
        for schema in self.schemas.values_mut() {
            schema.is_open = true;
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
        for found in &mut self.types {
            found.presence = Presence::Maybe;
        }
    }

    /// Any trigger may be gone.
    pub(super) fn soften_triggers(&mut self) {
        self.relations.soften_triggers();
    }

    /// The schemas in which a name is looked up; none where that is not known.
    fn searched(&self, schema: Option<&str>) -> Option<Vec<String>> {
        if let Some(schema) = schema {
            return Some(vec![schema.to_owned()]);
        }
        let mut path = vec![TEMPORARY.to_owned()];
        path.extend(self.path.as_ref()?.iter().cloned());
        Some(path)
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

    fn look_up(
        &self,
        name: &QualifiedName,
        of: impl Fn(&Schema) -> &BTreeMap<String, Id>,
        presence: impl Fn(Id) -> Option<Presence>,
    ) -> Found {
        if name.schema.as_deref().is_some_and(Self::is_system) {
            return Found::Unknown;
        }
        let Some(path) = self.searched(name.schema.as_deref()) else {
            return Found::Unknown;
        };
        let mut is_unknown = false;
        for schema in &path {
            let Some(schema) = self.schemas.get(schema) else {
                is_unknown |= self.schemas_open;
                continue;
            };
            match of(schema).get(&name.name) {
                Some(id) if is_unknown => return Found::Maybe(*id),
                Some(id) => {
                    return match presence(*id) {
                        Some(Presence::Sure) => Found::Sure(*id),
                        _ => Found::Maybe(*id),
                    };
                }
                None => is_unknown |= schema.may_hold(&name.name),
            }
        }
        if let Some(schema) = &name.schema
            && !is_unknown
            && !self.schemas.contains_key(schema)
            && !self.anywhere.contains(schema)
        {
            return Found::Absent;
        }
        // The search path of a role or a database is not ours to know, so another schema's object may be meant.
        let mut others = self.schemas.values();
        let may_be_in_other = name.schema.is_none()
            && (name.name.starts_with("pg_")
                || others.any(|schema| of(schema).contains_key(&name.name)));
        if is_unknown || may_be_in_other || self.anywhere.contains(&name.name) {
            return Found::Unknown;
        }
        Found::Absent
    }

    /// What a name of a relation stands for.
    pub(super) fn find(&self, name: &QualifiedName) -> Found {
        self.look_up(
            name,
            |schema| &schema.relations,
            |id| Some(self.relation(id)?.presence),
        )
    }

    /// What a name of a type stands for, where files made that.
    pub(super) fn find_type(&self, name: &QualifiedName) -> Found {
        let found = self.look_up(
            name,
            |schema| &schema.types,
            |id| Some(self.types.get(id)?.presence),
        );
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

    /// What is known of what a name stands for, whether it is there or not.
    pub(super) fn known(&self, name: &QualifiedName) -> Option<Id> {
        match self.find(name) {
            Found::Sure(id) | Found::Maybe(id) => Some(id),
            _ => None,
        }
    }

    /// Puts a relation under its name; what stood there is forgotten.
    pub(super) fn insert(&mut self, relation: Relation) -> Id {
        let id = self.relations.len();
        let schema = self
            .schemas
            .entry(relation.schema.clone())
            .or_insert_with(|| Schema::new(Presence::Maybe, true));
        schema.relations.insert(relation.name.clone(), id);
        let named = self.by_name.entry(relation.name.clone()).or_default();
        named.push(id);
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
            let (schema, name) = (relation.schema.clone(), relation.name.clone());
            relation.presence = Presence::Maybe;
            if let Some(schema) = self.schemas.get_mut(&schema)
                && schema.relations.get(&name) == Some(&id)
            {
                schema.relations.remove(&name);
            }
            if let Some(named) = self.by_name.get_mut(&name) {
                named.retain(|other| *other != id);
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
        if let Some(named) = self.by_name.get_mut(&old_name) {
            named.retain(|other| *other != id);
        }
        let new = self
            .schemas
            .entry(schema.to_owned())
            .or_insert_with(|| Schema::new(Presence::Maybe, true));
        new.relations.insert(name.to_owned(), id);
        self.by_name.entry(name.to_owned()).or_default().push(id);
        if let Some(relation) = self.relations.get_mut(id) {
            schema.clone_into(&mut relation.schema);
            name.clone_into(&mut relation.name);
        }
    }
}
