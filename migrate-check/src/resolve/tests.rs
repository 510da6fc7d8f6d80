//! What expressions and queries may name.

use migrate_sql::grammar;
use migrate_sql::scanner::scan;

use super::{File, Resolver};
use crate::files::Direction;

const BEFORE: &str = "
    CREATE TABLE users (id bigint PRIMARY KEY, email text, name text);
    CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint REFERENCES users (id), total numeric);
    CREATE VIEW totals AS
        SELECT u.id, u.email AS address, sum(o.total) FROM users u JOIN orders o ON o.user_id = u.id GROUP BY u.id;
    CREATE FUNCTION full_name(users) RETURNS text LANGUAGE sql AS 'SELECT $1.name';
    CREATE FUNCTION changed() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
";

/// Statements and what is said of them.
const REFUSED: &[(&str, &str)] = &[
    ("SELECT '1'::itn4", "type \"itn4\" does not exist"),
    (
        "CREATE VIEW v AS SELECT CAST(email AS addres) FROM users",
        "type \"addres\" does not exist",
    ),
    (
        "CREATE FUNCTION f(a itn4) RETURNS text LANGUAGE sql AS $$ SELECT 'a' $$",
        "type \"itn4\" does not exist",
    ),
    (
        "CREATE FUNCTION f() RETURNS int LANGUAGE plpgzql AS ''",
        "language \"plpgzql\" does not exist",
    ),
    (
        "CREATE INDEX ON users USING gni (id)",
        "access method \"gni\" does not exist",
    ),
    (
        "SELECT id FROM puqblic.users",
        "schema \"puqblic\" does not exist",
    ),
    (
        "CREATE TABLE t (a int) PARTITION BY RANGE (b)",
        "column \"b\" named in partition key does not exist",
    ),
    (
        "CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE t (a mood NOT NULL DEFAULT 'sda' CHECK (a > 'ok'))",
        "invalid input value for enum mood: \"sda\"",
    ),
    (
        "CREATE TYPE mood AS ENUM ('sad', 'ok'); ALTER TABLE users ADD a mood DEFAULT 'sad', ADD b mood DEFAULT 'fine'",
        "invalid input value for enum mood: \"fine\"",
    ),
    (
        "CREATE TYPE mood AS ENUM ('sad', 'ok'); UPDATE users SET name = 'SAD'::mood::text",
        "invalid input value for enum mood: \"SAD\"",
    ),
    (
        "CREATE OR REPLACE VIEW totals AS SELECT id, email AS address FROM users",
        "cannot drop columns from view",
    ),
    (
        "CREATE OR REPLACE VIEW totals AS SELECT id, email, 1 AS sum FROM users",
        "cannot change name of view column \"address\"",
    ),
    ("SELECT emial FROM users", "column \"emial\" does not exist"),
    (
        "SELECT u.emial FROM users u",
        "column u.emial does not exist",
    ),
    (
        "SELECT users.id FROM users u",
        "missing FROM-clause entry for table \"users\"",
    ),
    (
        "SELECT x.* FROM users u",
        "missing FROM-clause entry for table \"x\"",
    ),
    (
        "SELECT id FROM users ORDER BY nam",
        "column \"nam\" does not exist",
    ),
    (
        "SELECT id AS a FROM users WHERE a = 1",
        "column \"a\" does not exist",
    ),
    (
        "SELECT id FROM users UNION SELECT usr_id FROM orders",
        "column \"usr_id\" does not exist",
    ),
    (
        "SELECT email FROM totals",
        "column \"email\" does not exist",
    ),
    (
        "SELECT s.b FROM (SELECT id AS a FROM users) s",
        "column s.b does not exist",
    ),
    (
        "SELECT b FROM (SELECT id FROM users) s (a)",
        "column \"b\" does not exist",
    ),
    (
        "WITH w AS (SELECT id FROM users) SELECT w.name FROM w",
        "column w.name does not exist",
    ),
    (
        "WITH w (a) AS (SELECT id FROM users) SELECT id FROM w",
        "column \"id\" does not exist",
    ),
    (
        "WITH w AS (DELETE FROM orders RETURNING user_id) SELECT total FROM w",
        "column \"total\" does not exist",
    ),
    (
        "WITH w AS (SELECT 1) UPDATE users SET nam = 'x'",
        "column \"nam\" of relation \"users\" does not exist",
    ),
    (
        "UPDATE users SET name = o.totl FROM orders o",
        "column o.totl does not exist",
    ),
    (
        "DELETE FROM users WHERE nam = ''",
        "column \"nam\" does not exist",
    ),
    (
        "DELETE FROM users u WHERE NOT EXISTS (SELECT FROM orders o WHERE o.user_id = u.user_id)",
        "column u.user_id does not exist",
    ),
    (
        "INSERT INTO orders (id, user_id) SELECT id, user_id FROM users",
        "column \"user_id\" does not exist",
    ),
    (
        "INSERT INTO users (id) SELECT id, name FROM users",
        "INSERT has more expressions than target columns",
    ),
    (
        "INSERT INTO users (id, name) SELECT id FROM users",
        "INSERT has more target columns than expressions",
    ),
    (
        "INSERT INTO users (id) VALUES (x)",
        "column \"x\" does not exist",
    ),
    (
        "INSERT INTO users (id) VALUES (1) ON CONFLICT (di) DO NOTHING",
        "column \"di\" does not exist",
    ),
    (
        "INSERT INTO users (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET nam = excluded.name",
        "column \"nam\" of relation \"users\" does not exist",
    ),
    (
        "INSERT INTO users (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET name = excluded.nam",
        "column excluded.nam does not exist",
    ),
    (
        "INSERT INTO users (id) VALUES (1) RETURNING nam",
        "column \"nam\" does not exist",
    ),
    (
        "CREATE VIEW v AS SELECT nam FROM users",
        "column \"nam\" does not exist",
    ),
    (
        "CREATE MATERIALIZED VIEW v AS SELECT nam FROM users",
        "column \"nam\" does not exist",
    ),
    (
        "CREATE TABLE t AS SELECT nam FROM users",
        "column \"nam\" does not exist",
    ),
    (
        "CREATE TABLE t AS SELECT id FROM users; SELECT name FROM t",
        "column \"name\" does not exist",
    ),
    (
        "CREATE TABLE t (a int CHECK (b > 0))",
        "column \"b\" does not exist",
    ),
    (
        "CREATE TABLE t (a int, b int GENERATED ALWAYS AS (c) STORED)",
        "column \"c\" does not exist",
    ),
    (
        "CREATE TABLE t (a boolean DEFAULT fals)",
        "cannot use column reference in DEFAULT expression",
    ),
    (
        "ALTER TABLE users ADD CHECK (nam <> '')",
        "column \"nam\" does not exist",
    ),
    (
        "ALTER TABLE users ALTER name TYPE int USING nam::int",
        "column \"nam\" does not exist",
    ),
    (
        "ALTER TABLE users ALTER name SET DEFAULT email",
        "cannot use column reference in DEFAULT expression",
    ),
    (
        "CREATE INDEX ON users (lower(emial))",
        "column \"emial\" does not exist",
    ),
    (
        "CREATE INDEX ON users (id) WHERE deleted IS NULL",
        "column \"deleted\" does not exist",
    ),
    (
        "CREATE POLICY p ON users USING (owner = current_user)",
        "column \"owner\" does not exist",
    ),
    (
        "CREATE TRIGGER t BEFORE UPDATE ON users FOR EACH ROW WHEN (old.nam = 'x') EXECUTE FUNCTION changed()",
        "column old.nam does not exist",
    ),
    (
        "CREATE TRIGGER t BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION chnged()",
        "function chnged() does not exist",
    ),
    ("SELECT nwo()", "function nwo() does not exist"),
    ("CALL nwo()", "procedure nwo() does not exist"),
    ("CALL nwo(1)", "procedure nwo(…) does not exist"),
    (
        "CALL public.nwo(1)",
        "procedure public.nwo(…) does not exist",
    ),
    (
        "SELECT public.lowre('A')",
        "function public.lowre(…) does not exist",
    ),
    (
        "CREATE TABLE t (a timestamptz DEFAULT nwo())",
        "function nwo() does not exist",
    ),
    (
        "DROP FUNCTION chnged()",
        "function chnged(…) does not exist",
    ),
    (
        "DROP FUNCTION changed(); DROP FUNCTION changed()",
        "function changed(…) does not exist",
    ),
    (
        "CREATE FUNCTION f(a bigint) RETURNS text LANGUAGE sql AS $$ SELECT nam FROM users WHERE id = a $$",
        "column \"nam\" does not exist",
    ),
    (
        "CREATE FUNCTION f() RETURNS bigint LANGUAGE sql AS $$ SELECT id FROM usrs $$",
        "relation \"usrs\" does not exist",
    ),
];

/// Statements that a server takes.
const ACCEPTED: &[&str] = &[
    "CREATE TYPE mood AS ENUM ('sad'); CREATE TABLE t (a mood[] DEFAULT '{}', b mood ARRAY DEFAULT '{sad}', c mood DEFAULT 'sad')",
    "CREATE TYPE mood AS ENUM ('sad'); SELECT '{sad}'::mood[], 'sad'::mood, E'sad'::mood",
    "CREATE TYPE mood AS ENUM ('sad'); ALTER TYPE mood ADD VALUE 'new'; CREATE TABLE t (a mood DEFAULT 'new')",
    "CREATE TYPE mood AS ENUM ('sad'); CREATE TABLE t (a mood DEFAULT 's' || 'ad')",
    "CREATE TYPE public.date AS ENUM ('sad'); SELECT '2026-01-01'::date",
    "CREATE TYPE mood AS ENUM ('sad'); ALTER TABLE IF EXISTS users ADD a mood DEFAULT 'x'::mood",
    "CREATE OR REPLACE VIEW totals AS SELECT id, email AS address, 1::numeric AS sum, name FROM users",
    "CREATE VIEW a AS SELECT * FROM users; ALTER TABLE users ADD b int; CREATE OR REPLACE VIEW a AS SELECT * FROM users",
    "CREATE VIEW a AS SELECT id FROM users; ALTER VIEW a RENAME id TO b; CREATE OR REPLACE VIEW a AS SELECT id AS b FROM users",
    "SELECT NULL::int4, NULL::users, NULL::_int4, NULL::public.users, NULL::pg_class, NULL::\"char\", NULL::orders[]",
    "ALTER TABLE users ADD COLUMN IF NOT EXISTS name nothing",
    "CREATE INDEX ON users USING hash (id); CREATE TABLE t (a serial, b int4range, EXCLUDE USING gist (b WITH &&)) USING heap",
    "CREATE FUNCTION in_c(cstring) RETURNS nothing LANGUAGE internal AS 'int4in'",
    "CREATE ACCESS METHOD mine TYPE INDEX HANDLER bthandler; CREATE OPERATOR CLASS mine_ops DEFAULT FOR TYPE int8 USING mine AS
        OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 btint8cmp(int8, int8);
        CREATE INDEX ON users USING mine (id)",
    "CREATE TABLE t (a int, b int) PARTITION BY HASH (a, b, abs(a))",
    "SELECT u, u.*, u.full_name, users.count FROM users u, users GROUP BY u.id, users.id",
    "SELECT id, email AS e FROM users GROUP BY id, e ORDER BY e, users.name",
    "SELECT DISTINCT ON (e) email AS e FROM users",
    "SELECT ctid, tableoid, xmin FROM users",
    "SELECT public.users.id FROM public.users",
    "SELECT id FROM users JOIN orders USING (id) AS j WHERE j.id = 1",
    "SELECT x FROM generate_series(1, 3) x",
    "SELECT n, anything FROM unnest(ARRAY[1]) WITH ORDINALITY AS t (n, o), json_each('{}')",
    "SELECT a FROM ROWS FROM (json_to_record('{}') AS (a int)) AS r",
    "SELECT full_name.a FROM full_name(NULL) AS full_name (a), abs(sin(1)::int), coalesce(abs(1))",
    "SELECT abs.a, r.a FROM abs(sin(1)::int) AS abs (a), ROWS FROM (abs(sin(2)::int)) AS r (a) WHERE abs.a = 1",
    "SELECT abs.abs, coalesce.coalesce FROM abs(sin(1)::int), coalesce(abs(1))",
    "SELECT column1 FROM (VALUES (1), (2)) v",
    "SELECT \"?column?\", int4 FROM (SELECT 1, '1'::int) s",
    "SELECT coalesce, count, name, exists FROM (SELECT coalesce(1), count(*), name, EXISTS (SELECT) FROM users) s",
    "WITH RECURSIVE t AS (SELECT id, 1 AS depth FROM users UNION ALL SELECT t.id, depth + 1 FROM t) SELECT depth FROM t",
    "WITH users AS (SELECT 1 AS lone FROM users) SELECT lone FROM users",
    "WITH w AS (INSERT INTO users (id) VALUES (1) RETURNING *) SELECT w.email FROM w",
    "UPDATE users SET name = (SELECT max(total) FROM orders WHERE user_id = users.id)::text RETURNING name",
    "UPDATE users SET name = old.total::text FROM orders old WHERE old.id = users.id",
    "INSERT INTO users AS u (id) SELECT id FROM orders ON CONFLICT (id) DO UPDATE SET name = u.name || excluded.name",
    "INSERT INTO users SELECT id FROM orders",
    "MERGE INTO users u USING orders o ON o.id = u.id WHEN MATCHED THEN UPDATE SET name = o.total::text",
    "SELECT * FROM users u, LATERAL (SELECT total FROM orders WHERE user_id = u.id) o WHERE total > 1",
    "ALTER TABLE users DROP COLUMN name, ADD COLUMN n int CHECK (n > 0)",
    "CREATE TABLE t (a int CHECK (t.a > 0), LIKE users)",
    "CREATE TABLE t PARTITION OF users FOR VALUES FROM (minvalue) TO (maxvalue)",
    "SELECT id FROM pg_class, information_schema.columns WHERE anything = 1",
    "CREATE EXTENSION pgcrypto; SELECT crypt('a', gen_salt('bf'))",
    "CREATE EXTENSION postgis; SELECT st_point(1, 2)",
    "CREATE FUNCTION f(a users) RETURNS text LANGUAGE sql AS $$ SELECT a.name || f.a.email $$",
    "CREATE FUNCTION f(a anyelement) RETURNS int LANGUAGE sql AS $$ SELECT nothing $$",
    "SET check_function_bodies = off; CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT a FROM b $$",
    "SELECT set_config('search_path', '', false); CREATE TABLE u (LIKE users)",
    "DO $$ BEGIN CREATE FUNCTION later() RETURNS int LANGUAGE sql AS 'SELECT 1'; END $$; SELECT later()",
    "CREATE TYPE pair AS (a int, b int); COMMENT ON COLUMN pair.a IS 'first'",
    "CREATE OR REPLACE VIEW totals AS SELECT id, email AS address, 1::numeric AS sum, name FROM users; SELECT name FROM totals",
];

/// What is refused of a file after another.
pub(super) fn refused(sql: &str) -> Vec<String> {
    let mut resolver = Resolver::default();
    for text in [BEFORE, sql] {
        let scanned = scan(text);
        let parsed = grammar::parse(text, &scanned.tokens, &scanned.faults);
        assert!(parsed.refusals().next().is_none(), "{text}");
        resolver.read(&File {
            name: "f.sql",
            text,
            tokens: &scanned.tokens,
            parsed: &parsed,
            direction: Direction::Up,
            version: None,
            offset: 0,
            is_quiet: false,
        });
    }
    let problems = resolver.problems.iter();
    problems.map(|problem| problem.message.clone()).collect()
}

#[test]
fn the_extension_that_makes_a_type_is_named() {
    let text = "CREATE TABLE t (a citext); CREATE TABLE u (a citex)";
    let scanned = scan(text);
    let parsed = grammar::parse(text, &scanned.tokens, &scanned.faults);
    let mut resolver = Resolver::default();
    resolver.read(&File {
        name: "f.sql",
        text,
        tokens: &scanned.tokens,
        parsed: &parsed,
        direction: Direction::Up,
        version: None,
        offset: 0,
        is_quiet: false,
    });
    let help: Vec<&str> = resolver
        .problems
        .iter()
        .map(|problem| problem.help[0].as_str())
        .collect();
    assert_eq!(
        help,
        [
            "create the extension that brings it in an earlier file: `CREATE EXTENSION \"citext\"`",
            super::report::OUTSIDE,
        ]
    );
}

#[test]
fn columns_and_tables_that_are_not_there_are_refused_wherever_an_expression_names_them() {
    for (sql, expected) in REFUSED {
        assert_eq!(refused(sql), [*expected], "{sql}");
    }
}

#[test]
fn what_postgresql_accepts_is_left_alone() {
    for sql in ACCEPTED {
        assert_eq!(refused(sql), [""; 0], "{sql}");
    }
}
