//! `CREATE` of schemas and extensions, and of triggers, policies and rules of a table.

use migrate_sql::scanner::Keyword as K;

use super::Resolver;
use super::builtin::EXTENSIONS;
use super::cursor::Cursor;
use super::report::Rule;
use super::world::{Part, Presence, Schema, open};

impl Resolver {
    pub(super) fn create_schema(&mut self, mut rest: Cursor<'_>) {
        let guard = rest.accept_all(&[K::If, K::Not, K::Exists]);
        if rest.accept(K::Authorization) {
            // Its name is that of a role.
            match rest.word() {
                Some(role) if !role.name.starts_with("current_") && role.name != "session_user" => {
                    self.world.keep();
                    self.world
                        .schemas
                        .insert(role.name, Schema::new(Presence::Maybe, true));
                }
                _ => self.world.schemas_open = true,
            }
            return;
        }
        let Some(schema) = rest.word() else { return };
        if rest.accept(K::Authorization) {
            rest.word();
        }
        let known = self
            .world
            .schemas
            .get(&schema.name)
            .map(|known| known.presence);
        if known == Some(Presence::Sure) {
            if !guard {
                let message = format!("schema \"{}\" already exists", schema.name);
                self.refuse(Rule::Contradiction, &schema.range, message);
            }
        } else {
            let is_open = known.is_some()
                || guard && self.world.schemas_open
                // What is made with it is not read.
                || !rest.is_done();
            let place = self.place(schema.range.start, rest.text);
            match self.world.schemas.get_mut(&schema.name) {
                Some(known) => {
                    known.presence = Presence::Sure;
                    known.is_open = true;
                }
                None => {
                    self.world
                        .schemas
                        .insert(schema.name.clone(), Schema::new(Presence::Sure, is_open));
                }
            }
            self.note_created(&schema.name, &place);
        }
        if !rest.is_done()
            && let Some(known) = self.world.schemas.get_mut(&schema.name)
        {
            known.is_open = true;
        }
    }

    pub(super) fn create_extension(&mut self, mut rest: Cursor<'_>) {
        rest.accept_all(&[K::If, K::Not, K::Exists]);
        if let Some(name) = rest.word() {
            self.assume_extension(&name.name, rest.has(K::Cascade));
        }
    }

    /// An extension is there, and what it needs if it came with `CASCADE`.
    pub(super) fn assume_extension(&mut self, name: &str, cascade: bool) {
        let known = EXTENSIONS.iter().find(|known| known.name == name);
        let brings_others = cascade && !matches!(name, "earthdistance" | "vector" | "citext");
        self.extensions.push(name.to_owned());
        if name == "earthdistance" {
            self.extensions.push("cube".to_owned());
        }
        match known.filter(|_| !brings_others) {
            Some(known) => {
                let makes = known.makes.iter().map(|name| (*name).to_owned());
                self.world.anywhere.extend(makes);
            }
            None if name == "earthdistance" => {
                self.world
                    .anywhere
                    .extend(["earth".to_owned(), "cube".to_owned()]);
            }
            None => {
                self.has_strangers = true;
                self.world.open_names();
            }
        }
    }

    /// A trigger or a policy of a table.
    pub(super) fn create_part(&mut self, mut rest: Cursor<'_>, part: Part, replaces: bool) {
        let Some(word) = rest.word() else { return };
        if !rest.seek(&[K::On]) {
            return;
        }
        rest.accept(K::On);
        let Some(name) = rest.name() else { return };
        let Some(id) = self.require(&name) else {
            return;
        };
        let Some(relation) = self.world.relations.get_mut(id) else {
            return;
        };
        let taken = relation
            .parts_mut(part)
            .insert(word.name.clone(), Presence::Sure);
        if taken == Some(Presence::Sure) && !replaces {
            let (kind, of) = match part {
                Part::Trigger => ("trigger", "relation"),
                Part::Policy => ("policy", "table"),
            };
            let message = format!(
                "{kind} \"{}\" for {of} \"{}\" already exists",
                word.name, relation.name
            );
            self.refuse(Rule::Contradiction, &word.range, message);
        }
    }

    /// Before PostgreSQL 16, a rule can make a view of a table.
    pub(super) fn create_rule(&mut self, mut rest: Cursor<'_>) {
        if rest.seek(&[K::To])
            && rest.accept(K::To)
            && let Some(name) = rest.name()
            && let Some(id) = self.require(&name)
        {
            self.open(id, open::KIND);
        }
    }
}
