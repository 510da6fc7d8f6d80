//! Statements that may run or not: in blocks, in functions, as text that is built. What they could make, drop or change
//! may be there afterwards or not; nothing is refused.

use migrate_sql::scanner::{Keyword as K, Token};

use super::cursor::Cursor;
use super::world::{Presence, Schema, open};
use super::{Resolver, built, template};

/// Words of statements that change what exists.
const CHANGING: [K; 4] = [K::Create, K::Alter, K::Drop, K::Import];

impl Resolver {
    /// Goes through a body and does, perhaps, what its statements do.
    pub(super) fn possible(&mut self, text: &str, tokens: &[Token]) {
        let mut left = tokens;
        while let [token, rest @ ..] = left {
            left = rest;
            let Some(keyword) = token.keyword() else {
                continue;
            };
            if CHANGING.contains(&keyword) {
                let end = rest
                    .iter()
                    .position(|token| token.is_char(b';'))
                    .unwrap_or(rest.len());
                let statement = Cursor::new(text, rest.get(..end).unwrap_or_default());
                left = rest.get(end..).unwrap_or_default();
                self.change(keyword, statement);
            } else if keyword == K::Rollback {
                self.world.forget();
            } else if keyword == K::Execute {
                let end = rest
                    .iter()
                    .position(|token| {
                        token.is_char(b';')
                            || token.is(K::Using)
                            || token.is(K::Into)
                            || super::routine::ident(text, token).as_deref() == Some("loop")
                    })
                    .unwrap_or(rest.len());
                self.execute(text, rest.get(..end).unwrap_or_default());
                left = rest.get(end..).unwrap_or_default();
            }
        }
    }

    /// `EXECUTE` of text that is built: what it does is read from its literal parts.
    fn execute(&mut self, text: &str, tokens: &[Token]) {
        // `CREATE TRIGGER … EXECUTE FUNCTION` has been read as a whole; this is `GRANT EXECUTE`.
        if tokens.first().is_some_and(|token| token.is(K::On)) {
            return;
        }
        match built::read(text, tokens) {
            Some(built) => self.run_built(&built),
            None => self.world.forget(),
        }
    }

    /// A `CREATE`, `ALTER` or `DROP` that may run.
    pub(super) fn change(&mut self, keyword: K, rest: Cursor<'_>) {
        match keyword {
            K::Create => self.perhaps_create(rest),
            K::Alter => self.perhaps_alter(rest),
            K::Drop => self.perhaps_drop(rest),
            _ => self.world.forget(),
        }
    }

    fn perhaps_create(&mut self, mut rest: Cursor<'_>) {
        let replaces = rest.accept_all(&[K::Or, K::Replace]);
        rest.accept(K::Global);
        rest.accept(K::Local);
        rest.accept(K::Temp);
        rest.accept(K::Temporary);
        rest.accept(K::Unlogged);
        rest.accept(K::Recursive);
        let is_unique = rest.accept(K::Unique);
        if rest.accept(K::Index) {
            rest.accept(K::Concurrently);
            rest.accept_all(&[K::If, K::Not, K::Exists]);
            if !rest.is(K::On)
                && let Some(name) = rest.name()
            {
                self.perhaps_made(&name);
            }
            rest.accept(K::On);
            rest.accept(K::Only);
            if let Some(table) = rest.name() {
                // An index may be a key, and may have a chosen name.
                let parts = if is_unique { open::CONSTRAINTS } else { 0 };
                for id in self.meant(&table) {
                    self.open_with_names(id, parts);
                    self.open_children(id);
                }
            }
        } else if rest.accept(K::Table)
            || rest.accept_all(&[K::Foreign, K::Table])
            || rest.accept(K::View)
            || rest.accept_all(&[K::Materialized, K::View])
            || rest.accept(K::Sequence)
        {
            rest.accept_all(&[K::If, K::Not, K::Exists]);
            match rest.name() {
                Some(name) if replaces => self.touch_name(&name),
                Some(name) => self.perhaps_made(&name),
                None => self.world.open_names(),
            }
            self.touch_words(rest);
        } else if rest.accept(K::Type) || rest.accept(K::Domain) {
            let is_range = rest.has(K::Range);
            if let Some(name) = rest.name() {
                self.touch_type(&name.name);
                if is_range {
                    self.world.open_names();
                }
            }
        } else if rest.accept(K::Schema) {
            rest.accept_all(&[K::If, K::Not, K::Exists]);
            match rest.word() {
                Some(schema) if !rest.has(K::Authorization) && !built::has_value(&schema.name) => {
                    self.world
                        .schemas
                        .get_or_insert(&schema.name, || Schema::new(Presence::Maybe, false));
                }
                _ => self.world.open_names(),
            }
        } else if rest.accept(K::Extension) {
            self.create_extension(rest);
        } else if rest.accept(K::Function) || rest.accept(K::Procedure) {
            let mut name = rest;
            self.has_strangers |= name.name().is_none_or(|name| built::has_value(&name.name));
            self.remember_function(rest);
        } else if rest.accept_all(&[K::Constraint, K::Trigger])
            || rest.accept(K::Trigger)
            || rest.accept(K::Policy)
            || rest.accept(K::Rule)
        {
            self.perhaps_part(rest);
        } else if !(rest.is(K::Role) || rest.is(K::User) || rest.is(K::Publication)) {
            // An event trigger, among others.
            self.runs_on_ddl = true;
            self.world.forget();
        }
    }

    /// A trigger, a policy or a rule of a table.
    fn perhaps_part(&mut self, mut rest: Cursor<'_>) {
        let words = rest;
        if (rest.seek(&[K::On]) && rest.accept(K::On))
            && let Some(table) = rest.name()
        {
            for id in self.meant(&table) {
                if let Some(relation) = self.world.relations.get_mut(id) {
                    relation.open |= open::TRIGGERS | open::POLICIES;
                    relation.soften_hooks();
                }
                self.open_children(id);
            }
        }
        if words.has(K::Rule) || rest.seek(&[K::To]) {
            rest.accept(K::To);
            if let Some(table) = rest.name() {
                self.touch_name(&table);
            }
        }
        // The function runs from here on.
        for token in words.tokens {
            let Some(name) = super::routine::ident(words.text, token) else {
                continue;
            };
            if let Some(start) = built::known_start(&name) {
                let names = self.functions.keys().filter(|name| name.starts_with(start));
                let names: Vec<String> = names.cloned().collect();
                self.hooked.extend(names);
                self.armed = None;
            } else if self.functions.contains_key(&name) && self.hooked.insert(name.into_owned()) {
                self.armed = None;
            }
        }
    }

    fn perhaps_alter(&mut self, mut rest: Cursor<'_>) {
        if rest.accept(K::Table) || rest.accept_all(&[K::Foreign, K::Table]) {
            self.perhaps_alter_table(rest);
        } else if rest.accept(K::Index)
            || rest.accept(K::View)
            || rest.accept_all(&[K::Materialized, K::View])
            || rest.accept(K::Sequence)
        {
            rest.accept_all(&[K::If, K::Exists]);
            rest.accept(K::Only);
            let Some(name) = rest.name() else {
                self.world.forget();
                return;
            };
            // Other changes leave its name and its parts as they are.
            let matters = rest.tokens.first().and_then(Token::keyword).is_none()
                || [K::Rename, K::Schema, K::Attach, K::Owned]
                    .iter()
                    .any(|keyword| rest.has(*keyword));
            if matters {
                self.touch_name(&name);
                self.touch_words(rest);
            }
        } else if rest.accept(K::Type) || rest.accept(K::Domain) {
            if rest.cascades() {
                self.world.soften();
            }
            if let Some(name) = rest.name() {
                self.touch_type(&name.name);
            }
            self.touch_words(rest);
        } else if rest.accept(K::Trigger) || rest.accept(K::Policy) {
            self.perhaps_part(rest);
        } else if !(rest.is(K::Default)
            || rest.is(K::Function)
            || rest.is(K::Procedure)
            || rest.is(K::Publication))
        {
            self.world.forget();
            if rest.is(K::Role) || rest.is(K::User) || rest.is(K::Database) {
                self.world.path = None;
                self.world.home = None;
            }
        }
    }

    fn perhaps_drop(&mut self, mut rest: Cursor<'_>) {
        let is_of_table = rest.is(K::Trigger) || rest.is(K::Policy);
        let may_cascade = rest.cascades() || template::is_partly_known(rest);
        if rest.is(K::Extension) || may_cascade && !is_of_table {
            self.world.soften();
        }
        if rest.accept(K::Table)
            || rest.accept(K::View)
            || rest.accept(K::Index)
            || rest.accept(K::Sequence)
            || rest.accept_all(&[K::Materialized, K::View])
            || rest.accept_all(&[K::Foreign, K::Table])
        {
            rest.accept(K::Concurrently);
            rest.accept_all(&[K::If, K::Exists]);
            for mut item in rest.split() {
                if let Some(name) = item.name() {
                    self.touch_name(&name);
                }
            }
        } else if rest.accept(K::Type) || rest.accept(K::Domain) {
            rest.accept_all(&[K::If, K::Exists]);
            for mut item in rest.split() {
                if let Some(name) = item.name() {
                    self.touch_type(&name.name);
                }
            }
        } else if rest.accept(K::Trigger) || rest.accept(K::Policy) || rest.accept(K::Rule) {
            self.perhaps_part(rest);
        } else if rest.is(K::Schema) || rest.is(K::Owned) {
            self.world.forget();
        }
    }
}
