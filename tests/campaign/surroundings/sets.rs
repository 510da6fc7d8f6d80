//! The sets that a round applies: what they mean does not depend on any setting, and every statement of them can be
//! kept from working.

use super::files::{File, Script, Statement, effect, needing, plain};
use crate::campaign::random::Random;

fn up(version: usize, name: &'static str, transactional: bool, statements: Vec<Statement>) -> File {
    File {
        version,
        name,
        up: Script {
            transactional,
            statements,
        },
        down: None,
    }
}

/// One way of changing the path until something else is said.
fn path_change(random: &mut Random) -> &'static str {
    let all = [
        "SET search_path TO other",
        "SET/**/search_path = other",
        "set  SESSION\n\"search_path\" to other",
        "SELECT pg_catalog.set_config('search_path', 'other', false)",
        "DO $$ BEGIN PERFORM pg_catalog.set_config('search_path', 'other', false); END $$",
        "DO 'BEGIN EXECUTE ''SET search_path TO other''; END'",
    ];
    all.get(random.below(all.len()))
        .copied()
        .unwrap_or_default()
}

/// Whether what an earlier file has set is set still. A pooler sets the time zone that a client has asked for.
const LEAKS: &str = "pg_catalog.count(*) FROM pg_catalog.pg_settings WHERE \
    name = 'search_path' AND setting IS DISTINCT FROM reset_val OR name = 'TimeZone' AND setting = 'Pacific/Chatham'";

/// Every kind of file and of statement.
pub(super) fn all(random: &mut Random, major: u32) -> Vec<File> {
    let mut files = transactional(random);
    files.insert(
        2,
        up(
            3,
            "indexes",
            false,
            vec![
                needing(
                    "CREATE INDEX CONCURRENTLY t_a ON app.t (a)",
                    "TABLE",
                    "app.t",
                )
                .or("CREATE INDEX t_a ON app.t (b)", "DROP INDEX app.t_a")
                .or(
                    "CREATE INDEX t_a ON app.effects (version)",
                    "DROP INDEX app.t_a",
                )
                .or("CREATE TABLE app.t_a ()", "DROP TABLE app.t_a"),
                effect(3),
                needing(
                    "CREATE UNIQUE INDEX CONCURRENTLY t_b ON app.t (b)",
                    "TABLE",
                    "app.t",
                )
                .or(
                    "INSERT INTO app.t (a, b) VALUES (-1, 'row 1')",
                    "DELETE FROM app.t WHERE a = -1",
                )
                .or("CREATE INDEX t_b ON app.t (a)", "DROP INDEX app.t_b"),
                effect(33),
                needing("VACUUM app.t", "TABLE", "app.t"),
            ],
        ),
    );
    let mut rest = vec![
        plain(path_change(random)),
        needing("INSERT INTO u VALUES (7)", "TABLE", "other.u"),
        needing("DROP INDEX CONCURRENTLY app.t_a", "INDEX", "app.t_a"),
        needing("REINDEX INDEX CONCURRENTLY app.t_b", "INDEX", "app.t_b"),
        effect(7),
        needing("REINDEX TABLE CONCURRENTLY app.t", "TABLE", "app.t"),
    ];
    if major >= 14 {
        rest.push(needing(
            "ALTER TABLE app.parts DETACH PARTITION app.p2 CONCURRENTLY",
            "TABLE",
            "app.p2",
        ));
    }
    rest.push(
        needing(
            "CREATE INDEX CONCURRENTLY t_a ON app.t (b, a)",
            "TABLE",
            "app.t",
        )
        .or("CREATE INDEX t_a ON app.t (a)", "DROP INDEX app.t_a"),
    );
    rest.push(needing("INSERT INTO u VALUES (77)", "TABLE", "other.u"));
    files.insert(6, up(7, "concurrently", false, rest));
    files
}

/// Files that run in a transaction each.
pub(super) fn transactional(random: &mut Random) -> Vec<File> {
    let mut files = vec![
        up(1, "tables", true, tables()),
        up(2, "functions", true, functions()),
        up(
            4,
            "settings",
            true,
            vec![
                plain(path_change(random)),
                plain("SET TimeZone TO 'Pacific/Chatham'"),
                effect(4),
                needing("INSERT INTO u VALUES (4)", "TABLE", "other.u"),
            ],
        ),
        up(
            5,
            "calls",
            true,
            vec![
                plain("SELECT app.leak()"),
                effect(5),
                needing("INSERT INTO u VALUES (5)", "TABLE", "other.u"),
            ],
        ),
        up(
            6,
            "leaks",
            true,
            vec![
                plain(&format!("INSERT INTO app.effects SELECT 6, {LEAKS}")),
                effect(66),
            ],
        ),
    ];
    // Quick ones, which share a message.
    for version in 8..14 {
        files.push(up(
            version,
            "quick",
            true,
            vec![
                plain(&format!("CREATE TABLE app.m{version} (a pg_catalog.int4)")).or(
                    &format!("CREATE TABLE app.m{version} ()"),
                    &format!("DROP TABLE app.m{version}"),
                ),
                effect(version),
            ],
        ));
    }
    files.push(up(
        14,
        "last",
        true,
        vec![
            plain(&format!("INSERT INTO app.effects SELECT 14, {LEAKS}")),
            effect(144),
        ],
    ));
    files
}

fn tables() -> Vec<Statement> {
    let sql = [
        "CREATE SCHEMA app",
        "CREATE SCHEMA other",
        "CREATE TABLE app.effects (version pg_catalog.int4, what pg_catalog.text)",
        "CREATE TABLE app.victim ()",
        // Two strings, or one and a statement.
        r"INSERT INTO app.effects VALUES (1, '\'), (1, '); DROP TABLE app.victim; --')",
        "INSERT INTO app.effects SELECT 1, CASE WHEN ('x' = NULL) IS NULL THEN 'unknown' ELSE 'known' END",
        r"CREATE TABLE app.t (a pg_catalog.int4, b pg_catalog.text DEFAULT 'C:\new', c pg_catalog._text DEFAULT '{NULL,x}')",
        "INSERT INTO app.t (a, b) SELECT n, pg_catalog.concat('row ', n) FROM pg_catalog.generate_series(1, 50) AS n",
        "CREATE TABLE other.u (a pg_catalog.int4)",
        // The same names in another schema.
        "CREATE INDEX t_a ON other.u (a)",
        "CREATE INDEX t_b ON other.u (a)",
        "CREATE TABLE app.parts (a pg_catalog.int4) PARTITION BY RANGE (a)",
        "CREATE TABLE app.p1 PARTITION OF app.parts FOR VALUES FROM (0) TO (10)",
        "CREATE TABLE app.p2 PARTITION OF app.parts FOR VALUES FROM (10) TO (20)",
        "INSERT INTO app.effects VALUES (1, 'done')",
    ];
    sql.into_iter().map(plain).collect()
}

fn functions() -> Vec<Statement> {
    vec![
        plain(
            "CREATE FUNCTION app.f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
        ),
        needing(
            "CREATE TRIGGER t_f BEFORE INSERT ON app.t FOR EACH ROW EXECUTE FUNCTION app.f()",
            "TABLE",
            "app.t",
        ),
        plain(
            "CREATE FUNCTION app.leak() RETURNS pg_catalog.text LANGUAGE sql \
             AS $$ SELECT pg_catalog.set_config('search_path', 'other', false) $$",
        )
        .or(
            "CREATE FUNCTION app.leak() RETURNS int4 LANGUAGE sql AS $$ SELECT 1 $$",
            "DROP FUNCTION app.leak()",
        ),
        effect(2),
    ]
}

/// Files that can be taken back: the third and its down file run without a transaction.
pub(super) fn reversible() -> Vec<File> {
    let first = vec![
        plain("CREATE SCHEMA app"),
        plain("CREATE TABLE app.effects (version pg_catalog.int4, what pg_catalog.text)"),
        plain("CREATE TABLE app.t (a pg_catalog.int4, b pg_catalog.text)"),
    ];
    let mut files = vec![
        up(1, "tables", true, first),
        up(
            2,
            "column",
            true,
            vec![
                needing("ALTER TABLE app.t ADD c pg_catalog.int4", "TABLE", "app.t"),
                effect(2),
            ],
        ),
        up(
            3,
            "indexes",
            false,
            vec![
                needing(
                    "CREATE INDEX CONCURRENTLY t_a ON app.t (a)",
                    "TABLE",
                    "app.t",
                )
                .or("CREATE INDEX t_a ON app.t (b)", "DROP INDEX app.t_a"),
                effect(3),
                needing(
                    "CREATE INDEX CONCURRENTLY t_b ON app.t (b)",
                    "TABLE",
                    "app.t",
                ),
            ],
        ),
        up(
            4,
            "another",
            true,
            vec![
                needing("ALTER TABLE app.t ADD d pg_catalog.int4", "TABLE", "app.t"),
                effect(4),
            ],
        ),
    ];
    let downs = [
        (
            2,
            true,
            vec![
                undo(2),
                needing("ALTER TABLE app.t DROP c", "TABLE", "app.t"),
            ],
        ),
        (
            3,
            false,
            vec![
                needing("DROP INDEX CONCURRENTLY app.t_b", "INDEX", "app.t_b"),
                undo(3),
                needing("DROP INDEX CONCURRENTLY app.t_a", "INDEX", "app.t_a"),
            ],
        ),
        (
            4,
            true,
            vec![
                undo(4),
                needing("ALTER TABLE app.t DROP d", "TABLE", "app.t"),
            ],
        ),
    ];
    for (version, transactional, statements) in downs {
        if let Some(file) = files.iter_mut().find(|file| file.version == version) {
            file.down = Some(Script {
                transactional,
                statements,
            });
        }
    }
    files
}

/// Takes an [`effect`] back.
fn undo(number: usize) -> Statement {
    needing(
        &format!("DELETE FROM app.effects WHERE version OPERATOR(pg_catalog.=) {number}"),
        "TABLE",
        "app.effects",
    )
}

/// Files that need nothing of each other.
pub(super) fn independent() -> Vec<File> {
    let mut files = Vec::new();
    for version in 1..9 {
        let statements = vec![
            plain(&format!(
                "CREATE TABLE public.m{version} (a pg_catalog.int4)"
            )),
            plain(&format!("INSERT INTO public.m{version} VALUES ({version})")),
        ];
        files.push(up(version, "independent", true, statements));
    }
    files
}

/// The third file and its down file run without a transaction and need a table that the fourth does not.
pub(super) fn half_way() -> Vec<File> {
    let mut files = reversible();
    for file in files.iter_mut().filter(|file| file.version == 3) {
        file.up.statements = vec![
            effect(3),
            plain("INSERT INTO app.effects VALUES (33, 'done')"),
        ];
        let statements = vec![
            undo(3),
            plain("UPDATE app.effects SET what = 'away' WHERE version OPERATOR(pg_catalog.=) 33"),
            undo(33),
        ];
        file.down = Some(Script {
            transactional: false,
            statements,
        });
    }
    files
}
