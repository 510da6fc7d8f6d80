//! Text that a function builds and runs: its known parts say what it may change.

use migrate_sql::scanner::{Keyword as K, Token, scan};

use super::Resolver;
use super::built::{has_any, has_value, known_start};
use super::cursor::{Cursor, QualifiedName};
use super::routine::ident;
use super::world::{Id, Presence};

impl Resolver {
    /// Does, perhaps, what a built text does.
    pub(super) fn run_built(&mut self, built: &str) {
        let scanned = scan(built);
        if !scanned.faults.is_empty() {
            self.world.forget();
            return;
        }
        for statement in scanned.tokens.split(|token| token.is_char(b';')) {
            if let Some((first, rest)) = statement.split_first() {
                self.run_built_statement(first, Cursor::new(built, rest));
            }
        }
    }

    fn run_built_statement(&mut self, first: &Token, rest: Cursor<'_>) {
        match first.keyword() {
            Some(keyword @ (K::Create | K::Alter | K::Drop)) => self.change(keyword, rest),
            Some(
                K::Grant
                | K::Revoke
                | K::Comment
                | K::Analyze
                | K::Vacuum
                | K::Refresh
                | K::Notify
                | K::Lock
                | K::Truncate
                | K::Reindex
                | K::Insert
                | K::Update
                | K::Delete,
            ) => self.run_called_in_built(rest),
            // A value may be a call.
            Some(K::Select | K::With) if !has_value(rest.text) => self.run_called_in_built(rest),
            _ => self.world.forget(),
        }
    }

    /// A function of the files that built text calls may do anything that its body does.
    fn run_called_in_built(&mut self, rest: Cursor<'_>) {
        let mut names = rest
            .tokens
            .iter()
            .filter_map(|token| ident(rest.text, token));
        let is_active = names.any(|name| {
            name == "set_config" || (self.functions.contains_key(&name) && self.is_active(&name))
        });
        if is_active {
            self.world.forget();
        }
    }

    /// The relations that a name may mean in any schema, if a value may make a part of it.
    pub(super) fn meant(&self, name: &QualifiedName) -> Vec<Id> {
        match known_start(&name.name) {
            None => {
                let named = self.world.by_name.get(&name.name);
                named.cloned().unwrap_or_default()
            }
            Some(start) => {
                let names = self.world.by_name.range(start.to_owned()..);
                let names = names.take_while(|(name, _)| name.starts_with(start));
                names.flat_map(|(_, ids)| ids.iter().copied()).collect()
            }
        }
    }

    /// Something of this name may be new: what is there already stays as it is.
    pub(super) fn perhaps_made(&mut self, name: &QualifiedName) {
        match known_start(&name.name) {
            Some("") => self.world.open_names(),
            Some(start) => {
                let start = start.to_owned();
                self.open_prefix(&start);
            }
            None if matches!(self.world.find(name), super::world::Found::Sure(_)) => {}
            None => self.touch_name(name),
        }
    }

    /// A relation that a possible statement makes, drops or changes may be there, with any parts: all that the name may mean.
    pub(super) fn touch_name(&mut self, name: &QualifiedName) {
        let mut prefix = super::create::prefix_of(&name.name);
        match known_start(&name.name) {
            Some("") => {
                self.world.forget();
                return;
            }
            Some(start) => start.clone_into(&mut prefix),
            None => {
                self.world.anywhere.insert(name.name.clone());
            }
        }
        for id in self.meant(name) {
            self.touch(id);
            self.soften_owned(id);
        }
        self.open_prefix(&prefix);
    }

    /// The indexes and sequences of a relation may be gone.
    pub(super) fn soften_owned(&mut self, id: Id) {
        let relation = self.world.relation(id);
        let owned = relation.map_or_else(Vec::new, |relation| relation.owned.clone());
        for owned in owned {
            if let Some(owned) = self.world.relations.get_mut(owned) {
                owned.presence = Presence::Maybe;
            }
        }
    }

    /// What begins like this may be in any schema.
    fn open_prefix(&mut self, prefix: &str) {
        for schema in self.world.schemas.values_mut() {
            schema.prefixes.insert(prefix.to_owned());
        }
    }

    /// Every name in a statement that may run may be a name of something that it makes.
    pub(super) fn touch_words(&mut self, rest: Cursor<'_>) {
        for token in rest.tokens {
            let Some(word) = ident(rest.text, token) else {
                continue;
            };
            match known_start(&word) {
                None => {
                    self.world.anywhere.insert(word);
                }
                Some("") => self.world.open_names(),
                Some(start) => self.open_prefix(start),
            }
        }
    }

    /// A type may be there or not, and may have other values.
    pub(super) fn touch_type(&mut self, name: &str) {
        match known_start(name) {
            Some("") => {
                self.world.forget();
                return;
            }
            Some(start) => self.open_prefix(start),
            None => {
                self.world.anywhere.insert(name.to_owned());
            }
        }
        let start = known_start(name);
        for found in &mut self.world.types {
            if start.map_or(found.name == name, |start| found.name.starts_with(start)) {
                found.presence = Presence::Maybe;
                found.labels = None;
            }
        }
    }
}

/// Whether a value stands alone in a part of a statement: it may be more than a name.
pub(super) fn is_partly_known(rest: Cursor<'_>) -> bool {
    let mut words = rest
        .tokens
        .iter()
        .filter_map(|token| rest.text.get(token.range()));
    words.any(|word| known_start(word) == Some("") && has_any(word))
}
