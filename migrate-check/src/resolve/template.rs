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
            None => self.world.named(&name.name),
            Some(start) => self.world.beginning(start),
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
                    self.world.anywhere.insert(word.into_owned());
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
        for found in self.world.types.iter_mut() {
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

#[cfg(test)]
mod tests {
    use super::super::tests::refused;

    /// What is still known after text that may run, and what is not: what comes after it, and what is said of that.
    const AFTER_BUILT: &[(&str, &str, &[&str])] = &[
        (
            "EXECUTE format('CREATE TABLE IF NOT EXISTS order_%s () INHERITS (orders)', 1)",
            "SELECT * FROM order_1; SELECT * FROM ordr_1",
            &["relation \"ordr_1\" does not exist"],
        ),
        (
            "EXECUTE 'DROP TABLE IF EXISTS us' || x",
            "ALTER TABLE users ADD extra int; CREATE TABLE usable (); SELECT totl FROM orders",
            &["column \"totl\" does not exist"],
        ),
        (
            "EXECUTE format('ALTER TABLE %s ADD COLUMN IF NOT EXISTS at timestamptz NOT NULL', t)",
            "SELECT at FROM users; ALTER TABLE orders ADD at int; SELECT att FROM users",
            &["column \"att\" does not exist"],
        ),
        (
            "EXECUTE format('ALTER TABLE users RENAME CONSTRAINT %I TO c', x)",
            "ALTER TABLE users DROP CONSTRAINT c; ALTER TABLE orders DROP CONSTRAINT c",
            &["constraint \"c\" of relation \"orders\" does not exist"],
        ),
        (
            "EXECUTE format('CREATE TRIGGER t AFTER INSERT ON %s EXECUTE FUNCTION changed()', x)",
            "DROP TRIGGER anything ON users; SELECT nam FROM users",
            &["column \"nam\" does not exist"],
        ),
        (
            "EXECUTE format('DROP FUNCTION %s', x)",
            "SELECT nam FROM users; SELECT nwo()",
            &[
                "column \"nam\" does not exist",
                "function nwo() does not exist",
            ],
        ),
        (
            "IF true THEN ALTER TABLE orders ADD FOREIGN KEY (id) REFERENCES users ON DELETE CASCADE; END IF",
            "DROP VIEW totals; ALTER TABLE users ADD name text",
            &["column \"name\" of relation \"users\" already exists"],
        ),
        (
            "IF true THEN ALTER TABLE users ADD COLUMN age int, DROP COLUMN name; END IF",
            "SELECT age, name FROM users; ALTER TABLE users ADD name text; SELECT agee FROM users",
            &["column \"agee\" does not exist"],
        ),
        (
            "IF true THEN CREATE INDEX ON users (name); DROP INDEX i; END IF",
            "DROP INDEX users_name_idx; SELECT nam FROM users",
            &["column \"nam\" does not exist"],
        ),
        // Of these nothing is known.
        ("EXECUTE x", "SELECT a FROM b", &[]),
        (
            "EXECUTE 'ALTER TABLE users ' || x",
            "SELECT a FROM users",
            &[],
        ),
        ("EXECUTE 'ALTER TABLE ' || x", "SELECT a FROM users", &[]),
        (
            "EXECUTE format('DROP TABLE %I', x)",
            "SELECT a FROM users; CREATE TABLE users ()",
            &[],
        ),
        (
            "EXECUTE format('CREATE %s a AS SELECT 1', x)",
            "SELECT a FROM a",
            &[],
        ),
        (
            "EXECUTE format('CREATE VIEW %I AS SELECT 1', x)",
            "SELECT a FROM b",
            &[],
        ),
        (
            "EXECUTE format('CREATE FUNCTION %I() RETURNS int LANGUAGE sql AS ''''', x)",
            "SELECT f()",
            &[],
        ),
        ("EXECUTE format('SELECT %s()', x)", "SELECT a FROM b", &[]),
        (
            "EXECUTE 'ALTER TABLE users RENAME TO ' || x",
            "SELECT a FROM b",
            &[],
        ),
        (
            "EXECUTE 'ALTER TABLE users ADD ' || x",
            "SELECT a FROM users; DROP INDEX i",
            &[],
        ),
    ];

    #[test]
    fn what_built_text_surely_does_not_touch_stays_known() {
        for (body, then, expected) in AFTER_BUILT {
            let sql = format!("DO $do$ DECLARE x text; t text; BEGIN {body}; END $do$; {then}");
            assert_eq!(refused(&sql), *expected, "{sql}");
        }
    }

    #[test]
    fn a_cascade_takes_only_what_can_depend_on_what_is_dropped() {
        let cases: [(&str, &[&str]); 4] = [
            (
                "DROP TRIGGER IF EXISTS t ON users CASCADE; CREATE TYPE users AS ENUM ()",
                &["type \"users\" already exists"],
            ),
            (
                "CREATE TRIGGER t BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION changed();
                 DROP FUNCTION changed() CASCADE; DROP TABLE orders;
                 CREATE TRIGGER t BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION pg_sleep()",
                &["cannot drop table orders because other objects depend on it"],
            ),
            (
                "DROP FUNCTION full_name(users) CASCADE; DROP TABLE orders; ALTER TABLE users ADD nam int; ALTER TABLE users ADD nam int",
                &["column \"nam\" of relation \"users\" already exists"],
            ),
            (
                "CREATE TYPE mood AS ENUM ('sad'); DROP FUNCTION full_name(users) CASCADE;
                 ALTER TYPE mood ADD VALUE 'new'; ALTER TYPE mood ADD VALUE 'new'",
                &["enum label \"new\" already exists"],
            ),
        ];
        for (sql, expected) in cases {
            assert_eq!(refused(sql), *expected, "{sql}");
        }
    }
}
