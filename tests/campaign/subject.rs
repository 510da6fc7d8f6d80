//! The set that a campaign applies, and what a database must look like afterwards.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use migrate_fixtures::{Database, Failure, Server};
use migrate_runtime::Migrations;
use tempfile::TempDir;

use crate::apply::{Driver, apply};

/// Every file leaves a row in `effects`, which has no key: what is done twice shows.
const TRANSACTIONAL: [(&str, &str); 6] = [
    (
        "01_tables.sql",
        "CREATE TABLE effects (version int); CREATE TABLE t (a int, b text);\n\
         INSERT INTO t SELECT n, 'row ' || n FROM generate_series(1, 500) AS n; INSERT INTO effects VALUES (1);",
    ),
    (
        "02_slow.sql",
        "INSERT INTO effects VALUES (2);\nSELECT pg_sleep(0.08);",
    ),
    (
        "04_function.sql",
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;\n\
         CREATE TRIGGER t_f BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();\nINSERT INTO effects VALUES (4);",
    ),
    (
        "05_settings.sql",
        "SET search_path TO pg_catalog;\nINSERT INTO public.effects VALUES (5);\nCREATE SCHEMA other;",
    ),
    (
        "06_slow.sql",
        "ALTER TABLE t ADD c int;\nSELECT pg_sleep(0.08);\nINSERT INTO effects VALUES (6);",
    ),
    ("08_last.sql", "INSERT INTO effects VALUES (8);"),
];

const JOURNALED: [(&str, &str); 2] = [
    (
        "03_indexes.sql",
        "-- migrate: no-transaction\nCREATE INDEX CONCURRENTLY t_a ON t (a);\nINSERT INTO effects VALUES (3);\n\
         SELECT pg_sleep(0.05);\nCREATE UNIQUE INDEX CONCURRENTLY t_b ON t (b);\nINSERT INTO effects VALUES (33);",
    ),
    (
        "07_vacuum.sql",
        "-- migrate: no-transaction\nINSERT INTO effects VALUES (7);\nVACUUM t;\nDROP INDEX CONCURRENTLY IF EXISTS t_a;\n\
         CREATE INDEX CONCURRENTLY t_a2 ON t (a, b);",
    ),
];

/// Which files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Files {
    All,
    Transactional,
}

/// A directory of migrations and what it makes of an empty database.
pub(super) struct Subject {
    root: TempDir,
    pub(super) set: Migrations,
    expected: Vec<String>,
}

impl Subject {
    pub(super) fn new(server: &Server, files: Files) -> Result<Self, Failure> {
        let told =
            |error: &dyn std::fmt::Display| Failure::new(format!("the campaign's set: {error}"));
        let root = tempfile::tempdir().map_err(|error| told(&error))?;
        let directory = root.path().join("migrations");
        fs::create_dir(&directory).map_err(|error| told(&error))?;
        let journaled: &[(&str, &str)] = if files == Files::All { &JOURNALED } else { &[] };
        for (file, text) in TRANSACTIONAL.iter().chain(journaled) {
            fs::write(directory.join(file), text).map_err(|error| told(&error))?;
        }
        let set = crate::load(root.path());
        let database = server.database();
        apply(&set, &database.url(), Driver::Postgres).map_err(|refusal| told(&refusal))?;
        Ok(Self {
            expected: state(&database),
            root,
            set,
        })
    }

    pub(super) fn root(&self) -> &Path {
        self.root.path()
    }

    /// Whether everything is applied.
    pub(super) fn is_complete(&self, database: &Database) -> bool {
        let count = self.set.iter().count().to_string();
        database.value("SELECT to_regclass('public.schema_migrations') IS NOT NULL") == "t"
            && database.value("SELECT count(*) FROM schema_migrations WHERE state = 'applied'")
                == count
    }

    /// Everything in which the database is not as an undisturbed run makes it, or is not at rest.
    pub(super) fn differences(&self, database: &Database) -> Vec<String> {
        let mut found = Vec::new();
        let patience = Instant::now() + Duration::from_secs(30);
        while let held @ [_, ..] = database.held().as_slice() {
            if Instant::now() > patience {
                found.push(format!("left behind: {}", held.join("; ")));
                break;
            }
            thread::sleep(Duration::from_millis(20));
        }
        let actual = state(database);
        let missing = self.expected.iter().filter(|line| !actual.contains(line));
        found.extend(missing.map(|line| format!("missing: {line}")));
        let extra = actual.iter().filter(|line| !self.expected.contains(line));
        found.extend(extra.map(|line| format!("extra: {line}")));
        if found.is_empty() && actual.len() != self.expected.len() {
            found.push("something is there twice".to_owned());
        }
        let invalid = database.invalid_indexes();
        found.extend(invalid.iter().map(|index| format!("invalid: {index}")));
        found
    }
}

/// Objects, effects and history, a line each.
fn state(database: &Database) -> Vec<String> {
    let mut state = database.catalog();
    for sql in [
        "SELECT 'effect', version FROM effects ORDER BY version",
        "SELECT 'history', version, name, encode(checksum, 'hex'), state, done FROM schema_migrations ORDER BY version",
    ] {
        state.extend(database.rows(sql).iter().map(|row| row.join(" ")));
    }
    state
}
