//! What a down file does is taken back after it has been read: the files after it run without it.
//!
//! What changes is remembered name by name, because a copy of all that exists, for each down file, would take time that
//! grows with the square of their number. Only statements that take away a schema, or all that is known, make a copy.

use super::Resolver;
use super::world::{Before, World};

impl World {
    /// Remembers from here on what changes.
    fn record(&mut self) {
        let schemas = self.schemas.iter();
        let schemas =
            schemas.map(|(name, schema)| (name.clone(), (schema.presence, schema.is_open)));
        self.before = Some(Box::new(Before {
            schemas: schemas.collect(),
            schemas_open: self.schemas_open,
            path: self.path.clone(),
            home: self.home.clone(),
            whole: None,
        }));
        for schema in self.schemas.values_mut() {
            schema.relations.record();
            schema.types.record();
            schema.prefixes.record();
            schema.constraints.record();
        }
        self.relations.record();
        self.types.record();
        self.anywhere.record();
        self.past.record();
    }

    /// Takes back what has changed since [`record`](Self::record).
    fn undo(&mut self) {
        let Some(mut before) = self.before.take() else {
            return;
        };
        if let Some(whole) = before.whole.take() {
            *self = whole;
        }
        let added = self.schemas.keys();
        let added = added.filter(|name| !before.schemas.contains_key(name));
        let added: Vec<String> = added.cloned().collect();
        for name in &added {
            self.schemas.remove(name);
        }
        for (name, (presence, is_open)) in before.schemas.iter() {
            if let Some(schema) = self.schemas.get_mut(name) {
                schema.presence = *presence;
                schema.is_open = *is_open;
                schema.relations.undo();
                schema.types.undo();
                schema.prefixes.undo();
                schema.constraints.undo();
            }
        }
        self.schemas_open = before.schemas_open;
        self.path = before.path;
        self.home = before.home;
        self.relations.undo();
        self.types.undo();
        self.anywhere.undo();
        self.past.undo();
    }
}

/// What is remembered of the rest.
#[derive(Debug)]
pub(super) struct Rest {
    armed: Option<Vec<String>>,
    runs_on_ddl: bool,
    has_strangers: bool,
    extensions: usize,
}

impl Resolver {
    /// Remembers from here on what changes.
    pub(super) fn record(&mut self) -> Rest {
        self.world.record();
        self.functions.record();
        self.hooked.record();
        self.wanted.record();
        Rest {
            armed: self.armed.clone(),
            runs_on_ddl: self.runs_on_ddl,
            has_strangers: self.has_strangers,
            extensions: self.extensions.len(),
        }
    }

    /// Takes back what has changed since then; what has been found stays found.
    pub(super) fn undo(&mut self, rest: Rest) {
        self.world.undo();
        self.functions.undo();
        self.hooked.undo();
        self.wanted.undo();
        self.armed = rest.armed;
        self.runs_on_ddl = rest.runs_on_ddl;
        self.has_strangers = rest.has_strangers;
        self.extensions.truncate(rest.extensions);
    }
}

#[cfg(test)]
mod tests {
    use migrate_sql::grammar;
    use migrate_sql::scanner::scan;

    use super::super::{File, Resolver};
    use crate::files::Direction;

    /// What is said of a down file, and of a file after it.
    fn refused(up: &str, down: &str, next: &str) -> Vec<String> {
        let before = "CREATE SCHEMA app; CREATE TYPE mood AS ENUM ('sad');
            CREATE TABLE users (id bigint PRIMARY KEY, name text);
            CREATE TABLE app.orders (id bigint PRIMARY KEY, user_id bigint REFERENCES users (id))";
        let files = [
            (1, Direction::Up, before),
            (2, Direction::Up, up),
            (2, Direction::Down, down),
            (3, Direction::Up, next),
        ];
        let mut resolver = Resolver::default();
        for (version, direction, text) in files {
            let scanned = scan(text);
            let parsed = grammar::parse(text, &scanned.tokens, &scanned.faults);
            assert!(parsed.refusals().next().is_none(), "{text}");
            resolver.read(&File {
                name: "f.sql",
                text,
                tokens: &scanned.tokens,
                parsed: &parsed,
                direction,
                version: Some(version),
                offset: 0,
                is_quiet: false,
            });
        }
        let problems = resolver.problems.iter();
        problems.map(|problem| problem.message.clone()).collect()
    }

    #[test]
    fn a_down_file_that_surely_fails_is_refused() {
        let cases = [
            (
                "ALTER TABLE users RENAME name TO label",
                "ALTER TABLE users RENAME name TO label",
                "column \"name\" does not exist",
            ),
            (
                "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (a int REFERENCES a)",
                "DROP TABLE a; DROP TABLE b",
                "cannot drop table a because other objects depend on it",
            ),
            (
                "CREATE INDEX i ON users (name)",
                "DROP INDEX j",
                "index \"j\" does not exist",
            ),
            (
                "ALTER TABLE users ADD age int",
                "ALTER TABLE users DROP ag",
                "column \"ag\" of relation \"users\" does not exist",
            ),
            (
                "ALTER TABLE users ALTER id DROP DEFAULT",
                "ALTER TABLE users ALTER id TYPE bigserial",
                "type \"bigserial\" does not exist",
            ),
        ];
        for (up, down, expected) in cases {
            assert_eq!(refused(up, down, "SELECT 1"), [expected], "{down}");
        }
    }

    #[test]
    fn what_a_down_file_does_is_taken_back_before_the_next_file() {
        let cases = [
            ("CREATE TABLE a (b int)", "DROP TABLE a", "SELECT b FROM a"),
            (
                "ALTER TABLE users RENAME name TO label",
                "ALTER TABLE users RENAME label TO name",
                "SELECT label FROM users",
            ),
            (
                "ALTER TABLE users RENAME TO people",
                "ALTER TABLE people RENAME TO users",
                "SELECT name FROM people",
            ),
            (
                "CREATE SCHEMA s; CREATE TABLE s.t ()",
                "DROP SCHEMA s CASCADE",
                "DROP TABLE s.t; CREATE TABLE s.u ()",
            ),
            (
                "ALTER TYPE mood ADD VALUE 'new'",
                "DROP TYPE mood; CREATE TYPE mood AS ENUM ('other')",
                "ALTER TYPE mood RENAME VALUE 'new' TO 'old'",
            ),
            (
                "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
                "DROP FUNCTION f()",
                "SELECT f()",
            ),
            (
                "SELECT 1",
                "DO $$ BEGIN EXECUTE random() || ''; END $$",
                "ALTER TABLE users DROP name",
            ),
            (
                "SELECT 1",
                "ALTER SCHEMA app RENAME TO old; CREATE EXTENSION postgis; DROP TABLE old.orders",
                "SELECT user_id FROM app.orders",
            ),
        ];
        for (up, down, next) in cases {
            assert_eq!(refused(up, down, next), [""; 0], "{down}");
            // It is still known what is not there.
            let next = format!("{next}; SELECT nam FROM missing");
            let expected = ["relation \"missing\" does not exist"];
            assert_eq!(refused(up, down, &next), expected, "{down}");
        }
    }

    #[test]
    fn what_only_a_down_file_makes_is_not_there_for_the_next_file() {
        let down =
            "DROP TABLE users CASCADE; CREATE TABLE old_users (id int); CREATE TYPE t AS ENUM ()";
        let expected = ["relation \"old_users\" does not exist"];
        assert_eq!(
            refused(
                "SELECT 1",
                down,
                "SELECT id FROM users; SELECT id FROM old_users"
            ),
            expected
        );
    }

    #[test]
    fn a_down_file_of_which_little_is_known_is_left_alone() {
        let cases = [
            (
                "DO $$ BEGIN EXECUTE 'x' || random(); END $$",
                "DROP TABLE a",
            ),
            ("CREATE TABLE IF NOT EXISTS a ()", "DROP TABLE a"),
            (
                "DROP TABLE IF EXISTS a",
                "DROP TABLE IF EXISTS a; DROP INDEX IF EXISTS i",
            ),
            ("SELECT 1", "DROP EXTENSION postgis; DROP TABLE app.orders"),
        ];
        for (up, down) in cases {
            assert_eq!(refused(up, down, "SELECT 1"), [""; 0], "{down}");
        }
    }
}
