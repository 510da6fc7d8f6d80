//! `CREATE TYPE` and `CREATE DOMAIN`

use std::collections::BTreeSet;

use migrate_sql::scanner::Keyword as K;

use super::Resolver;
use super::builtin::is_type;
use super::cursor::{Cursor, QualifiedName};
use super::names::Names;
use super::table::{self, TypeUse};
use super::world::{Found, Id, Kind, Presence, Schema, Type, World, open};

impl Resolver {
    pub(super) fn create_type(&mut self, mut rest: Cursor<'_>) {
        let Some(name) = rest.name() else { return };
        let is_shell = rest.is_done();
        rest.accept(K::As);
        let labels = if rest.accept(K::Enum) {
            let list = rest.brackets().map_or_else(Vec::new, Cursor::split);
            let labels = list.into_iter().map(|mut label| label.string());
            let labels: Option<Names> = labels.map(|label| Some(label?.name)).collect();
            labels
        } else {
            None
        };
        self.enums += usize::from(labels.is_some());
        let is_range = rest.is(K::Range);
        self.make_type(&name, labels, rest.text);
        let last = self.world.types.len().wrapping_sub(1);
        if is_shell && let Some(found) = self.world.types.get_mut(last) {
            // Another statement completes it.
            found.presence = Presence::Maybe;
        }
        if is_range {
            // A range brings a multirange, under a name that is chosen.
            self.world
                .anywhere
                .insert(format!("{}_multirange", name.name));
            self.world
                .anywhere
                .insert(name.name.replacen("range", "multirange", 1));
            if rest.has(K::With) || rest.tokens.len() > 8 {
                for token in rest.tokens {
                    self.world
                        .anywhere
                        .extend(migrate_sql::scanner::spell(rest.text, token, '\\'));
                }
            }
        }
    }

    pub(super) fn create_domain(&mut self, mut rest: Cursor<'_>) {
        let Some(name) = rest.name() else { return };
        rest.accept(K::As);
        if let Some(TypeUse::Named(base)) = table::read_type(&mut rest) {
            let base = self.require_type(&base);
            if let Some(base) = base.and_then(|base| self.world.types.get_mut(base)) {
                // What depends on it through a domain is not followed.
                base.presence = Presence::Maybe;
            }
        }
        self.make_type(&name, None, rest.text);
    }

    pub(super) fn make_type(&mut self, name: &QualifiedName, labels: Option<Names>, text: &str) {
        let place = self.place(name.range.start, text);
        let Some(schema) = self.world.target_schema(name.schema.as_deref()) else {
            self.world.anywhere.insert(name.name.clone());
            return;
        };
        if World::is_system(&schema) {
            return;
        }
        if !self.may_have_schema(&schema) {
            self.refuse_schema(&schema, &name.range);
            return;
        }
        let entry = self
            .world
            .schemas
            .get_or_insert(&schema, || Schema::new(Presence::Maybe, true));
        let old = entry.types.get(&name.name).copied();
        let relation = entry.relations.get(&name.name).copied();
        if let Some(old) = old.and_then(|id| self.world.types.get(id))
            && old.presence == Presence::Sure
        {
            let made = old.made.clone();
            let message = format!("type \"{}\" already exists", name.name);
            self.refuse_taken(&name.range, message, &made);
        }
        if let Some(relation) = relation.and_then(|id| self.world.relation(id))
            && relation.presence == Presence::Sure
            && !matches!(relation.kind, Kind::Index | Kind::Sequence)
            && !relation.is_open(open::KIND)
        {
            let made = relation.made.clone();
            let message = format!("type \"{}\" already exists", name.name);
            self.refuse_taken(&name.range, message, &made);
        }
        let id = self.world.types.len();
        self.world.types.push(Type {
            schema: schema.clone(),
            name: name.name.clone(),
            presence: Presence::Sure,
            labels,
            users: BTreeSet::new(),
            made: place.clone(),
        });
        if let Some(schema) = self.world.schemas.get_mut(&schema) {
            schema.types.insert(name.name.clone(), id);
        }
        self.note_created(&name.name, &place);
        self.world.past.remove(&name.name);
    }

    /// The type that must be there; refuses the statement if it surely is not.
    pub(super) fn require_type(&mut self, name: &QualifiedName) -> Option<Id> {
        let is_builtin = name
            .schema
            .as_deref()
            .is_none_or(|schema| schema == "pg_catalog");
        // A type of a file may have the name of a builtin one, which comes first.
        if is_builtin && is_type(&name.name) {
            return None;
        }
        match self.world.find_type(name) {
            Found::Sure(id) | Found::Maybe(id) => Some(id),
            Found::Unknown => None,
            Found::Absent => {
                match &name.schema {
                    Some(schema) if !self.may_have_schema(schema) => {
                        self.refuse_schema(&schema.clone(), &name.range);
                    }
                    _ => self.refuse_type(name),
                }
                None
            }
        }
    }

    pub(super) fn refuse_type_of_same_name(&mut self, schema: &str, name: &QualifiedName) {
        let types = self.world.schemas.get(schema).map(|schema| &schema.types);
        let found = types.and_then(|types| types.get(&name.name));
        let found = found.and_then(|id| self.world.types.get(*id));
        if let Some(found) = found.filter(|found| found.presence == Presence::Sure) {
            let made = found.made.clone();
            let message = format!("type \"{}\" already exists", name.name);
            self.refuse_taken(&name.range, message, &made);
        }
    }
}
