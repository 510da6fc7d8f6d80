//! A small application with the macro, in a workspace of its own.

use std::fs;
use std::path::{Path, PathBuf};

use crate::Outcome;
use crate::cargo::root;

const MAIN: &str = r#"
use migrate_runtime::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("migrations");

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::var("DATABASE_URL")?;
    let mut client = postgres::Client::connect(&url, postgres::NoTls)?;
    println!("{}", MIGRATIONS.run(&mut client)?);
    Ok(())
}
"#;

const MIGRATIONS: [(&str, &str); 2] = [
    (
        "0001_create_visits.sql",
        "CREATE TABLE visits (\n    id bigint PRIMARY KEY,\n    note text DEFAULT 'two\nlines'\n);\n",
    ),
    (
        "0002_index_notes.sql",
        "-- migrate: no-transaction\nCREATE INDEX CONCURRENTLY visits_note_idx ON visits (note);\n",
    ),
];

pub(crate) struct Application {
    home: PathBuf,
}

impl Application {
    /// Writes its files.
    pub(crate) fn write(home: &Path) -> Outcome<Self> {
        let root = root();
        let manifest = format!(
            r#"[package]
name = "application"
version = "0.0.0"
edition = "2024"

[workspace]

[dependencies]
migrate-runtime = {{ path = '{}' }}
postgres = "0.19"
"#,
            root.join("migrate-runtime").display()
        );
        fs::create_dir_all(home.join("src"))?;
        fs::create_dir_all(home.join("migrations"))?;
        fs::write(home.join("Cargo.toml"), manifest)?;
        fs::write(home.join("src/main.rs"), MAIN)?;
        for (name, text) in MIGRATIONS {
            fs::write(home.join("migrations").join(name), text)?;
        }
        // The versions that the workspace is tested with.
        fs::copy(root.join("Cargo.lock"), home.join("Cargo.lock"))?;
        Ok(Self {
            home: home.to_owned(),
        })
    }

    pub(crate) fn manifest(&self) -> PathBuf {
        self.home.join("Cargo.toml")
    }

    /// The names and texts of its migrations.
    #[expect(clippy::unused_self, reason = "they are the application's")]
    pub(crate) fn migrations(&self) -> [(&'static str, &'static str); 2] {
        MIGRATIONS
    }
}
