//! Taking over the histories of other tools: tables as the tools themselves make them, with rows as they
//! write them. Where a definition was read is said with it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod another;
mod checksums;
mod content_ai;
mod names;
mod refusals;
mod tracking;
mod versions;
mod waiting;
mod way_back;

use std::fs;
use std::path::Path;

use migrate_adopt::{AdoptReport, Adoption, Error};
use migrate_check::{Layout, Settings};
use migrate_fixtures::{Database, Server};
use migrate_runtime::{Migrations, RunReport};
use tempfile::TempDir;

/// A directory of migrations in some layout.
struct Project {
    root: TempDir,
    layout: Layout,
}

impl Project {
    fn new<N: AsRef<str>, T: AsRef<str>>(layout: Layout, files: &[(N, T)]) -> Self {
        let project = Self {
            root: tempfile::tempdir().unwrap(),
            layout,
        };
        for (name, text) in files {
            project.write(name.as_ref(), text.as_ref());
        }
        project
    }

    /// Twelve files, and more to come: `name` and `text` say what they are, given the number.
    fn twelve(layout: Layout, name: impl Fn(u32) -> String, text: impl Fn(u32) -> String) -> Self {
        let files: Vec<_> = (1..=12).map(|n| (name(n), text(n))).collect();
        Self::new(layout, &files)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.root.path().join("migrations").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn set(&self) -> Migrations {
        load(self.root.path(), self.layout)
    }
}

fn load(root: &Path, layout: Layout) -> Migrations {
    let settings = Settings {
        layout,
        ..Settings::default()
    };
    let loaded = migrate_check::load(root, "migrations", &settings);
    assert!(!loaded.has_errors(), "{:#?}", loaded.diagnostics);
    Migrations::from_loaded("migrations", &loaded, &settings.table)
}

/// A database that another tool has worked on: its table, and each `CREATE TABLE t<n>` of the first
/// `applied` files.
fn database(table: &str, applied: u32) -> Database {
    let database = Server::shared().database();
    database.client().batch_execute(table).unwrap();
    for n in 1..=applied {
        database.execute(&table_text(n));
    }
    database
}

fn table_text(n: u32) -> String {
    format!("CREATE TABLE t{n} (id integer);\n")
}

fn perform(database: &Database, adoption: &Adoption<'_>) -> Result<AdoptReport, Error> {
    adoption.run(&mut database.client())
}

/// The same through the asynchronous client.
fn perform_async(database: &Database, adoption: &Adoption<'_>) -> Result<AdoptReport, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let connected = tokio_postgres::connect(&database.url(), tokio_postgres::NoTls).await;
        let (mut client, connection) = connected.unwrap();
        tokio::spawn(connection);
        adoption.run_async(&mut client).await
    })
}

fn run(database: &Database, set: &Migrations) -> Result<RunReport, migrate_runtime::Error> {
    set.run(&mut database.client())
}

/// What every adoption has to come to: nothing is pending, doing it again changes nothing, a new file is
/// applied, and an edited old one is drift.
fn assert_taken_over(
    database: &Database,
    project: &Project,
    recorded: usize,
    next: (&str, &str),
    old: &str,
) {
    let set = project.set();
    let dry = perform_async(database, &migrate_adopt::adopt(&set).dry_run(true)).unwrap();
    let adopted = perform(database, &migrate_adopt::adopt(&set)).unwrap();
    assert_eq!(dry.recorded, adopted.recorded);
    assert_eq!(adopted.recorded.len(), recorded, "{adopted}");
    let before = history(database);
    let again = perform_async(database, &migrate_adopt::adopt(&set)).unwrap();
    assert_eq!(again.recorded, [], "{again}");
    assert_eq!(history(database), before);
    assert!(run(database, &project.set()).unwrap().is_noop());
    project.write(next.0, next.1);
    let report = run(database, &project.set()).unwrap();
    assert_eq!(report.applied.len(), 1);
    let text = fs::read_to_string(project.root.path().join("migrations").join(old)).unwrap();
    project.write(old, &text.replacen("integer", "bigint", 1));
    let error = run(database, &project.set()).unwrap_err();
    assert!(error.is_drift(), "{error}");
    database.assert_quiet();
}

/// Our history, in full.
fn history(database: &Database) -> Vec<Vec<String>> {
    database.rows(
        "SELECT version, name, state, timezone('UTC', started_at), coalesce(ms, -1), coalesce(applied_by, '-'), note
         FROM schema_migrations ORDER BY version",
    )
}
