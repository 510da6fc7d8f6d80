//! Databases made by the real tools, taken over: then nothing is pending, a new migration is applied, and an
//! edited old one is drift.

mod diesel_set;
mod refinery_set;
mod sqlx_set;

use std::fs;

use migrate_adopt::{Adoption, Finding, adopt};
use migrate_check::{Layout, Settings};
use migrate_fixtures::Database;
use migrate_runtime::Migrations;
use tempfile::TempDir;

/// What the files hold: every kind that a tool's checksum, or our reading, might trip over.
const TEXTS: [&str; 12] = [
    "CREATE TABLE users (id bigint PRIMARY KEY, name text);\n",
    // Line ends of Windows.
    "CREATE TABLE posts (\r\n  id bigint PRIMARY KEY,\r\n  body text\r\n);\r\n",
    // No final newline, no semicolon.
    "ALTER TABLE users ADD COLUMN email text",
    // Nothing but a comment.
    "-- nothing to do here any more\n",
    "CREATE FUNCTION greet() RETURNS text LANGUAGE plpgsql AS $body$\nBEGIN\n  RETURN 'a; b -- c';\nEND\n$body$;\n",
    "INSERT INTO users VALUES (1, 'Zoë 🎉 日本語', E'\\x41');\nINSERT INTO posts VALUES (1, 'x''y');\n",
    // White space around it, a tab, blank lines.
    "\n\n  CREATE VIEW names AS SELECT\tname FROM users;  \n\n\n",
    "CREATE TYPE mood AS ENUM ('sad', 'ok');\nALTER TABLE users ADD COLUMN mood mood;\n",
    "/* a block /* nested */ comment */ CREATE INDEX users_name ON users (name); -- done",
    "SET LOCAL lock_timeout = '1s';\nALTER TABLE posts ADD COLUMN likes integer NOT NULL DEFAULT 0;\n",
    "DO $$ BEGIN PERFORM 1; END $$;\n",
    "COMMENT ON TABLE users IS 'people;';\nSELECT 1;\n",
];

/// A directory of migrations.
struct Project {
    root: TempDir,
    layout: Layout,
}

impl Project {
    fn new(layout: Layout) -> Self {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("migrations")).unwrap();
        Self { root, layout }
    }

    fn directory(&self) -> std::path::PathBuf {
        self.root.path().join("migrations")
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.directory().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn set(&self) -> Migrations {
        let settings = Settings {
            layout: self.layout,
            ..Settings::default()
        };
        let loaded = migrate_check::load(self.root.path(), "migrations", &settings);
        assert!(!loaded.has_errors(), "{:#?}", loaded.diagnostics);
        Migrations::from_loaded("migrations", &loaded, &settings.table)
    }
}

fn perform(
    database: &Database,
    adoption: &Adoption<'_>,
) -> Result<migrate_adopt::AdoptReport, migrate_adopt::Error> {
    adoption.run(&mut database.client())
}

/// Everything an adoption has to come to. `times` is the tool's own account of when it applied what, in UTC.
fn assert_taken_over(
    database: &Database,
    project: &Project,
    count: usize,
    times: &str,
    next: &str,
    old: &str,
) {
    let their_rows = database.rows(times);
    let adopted = perform(database, &adopt(&project.set())).unwrap();
    assert_eq!(adopted.recorded.len(), count, "{adopted}");
    assert_eq!(adopted.renamed, None);
    assert_eq!(
        database.rows("SELECT version, timezone('UTC', started_at)::text FROM schema_migrations ORDER BY version"),
        their_rows
    );
    assert_eq!(
        database.rows(times),
        their_rows,
        "the other table is left alone"
    );

    let again = perform(database, &adopt(&project.set())).unwrap();
    assert_eq!(again.recorded, []);
    let run = |set: &Migrations| set.run(&mut database.client());
    assert!(run(&project.set()).unwrap().is_noop());

    project.write(next, "CREATE TABLE afterwards (id bigint);\n");
    assert_eq!(run(&project.set()).unwrap().applied.len(), 1);

    let path = project.directory().join(old);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("{text}-- edited\n")).unwrap();
    let error = run(&project.set()).unwrap_err();
    assert!(error.is_drift(), "{error}");
    fs::write(&path, text).unwrap();
    database.assert_quiet();
}

/// An edit from before the adoption is found by the tool's own checksum.
fn assert_edit_is_found(database: &Database, project: &Project, old: &str, version: i64) {
    let path = project.directory().join(old);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("{text}-- edited\n")).unwrap();
    let set = project.set();
    let error = perform(database, &adopt(&set)).unwrap_err();
    let migrate_adopt::Error::Refused { findings, .. } = error else {
        panic!("{error}");
    };
    assert!(
        matches!(findings.as_slice(), [Finding::Edited { version: found, .. }] if *found == version),
        "{findings:?}"
    );
    let accepted = perform(database, &adopt(&set).applied(version).dry_run(true)).unwrap();
    assert_eq!(accepted.recorded.len(), 12);
    fs::write(&path, text).unwrap();
}
