//! Files and their statements, and the directory that holds them.

use std::fs;
use std::path::Path;

use migrate_runtime::Migrations;
use tempfile::TempDir;

/// A migration.
#[derive(Debug, Clone)]
pub(super) struct File {
    pub(super) version: usize,
    pub(super) name: &'static str,
    pub(super) up: Script,
    pub(super) down: Option<Script>,
}

/// An up or a down file.
#[derive(Debug, Clone)]
pub(super) struct Script {
    pub(super) transactional: bool,
    pub(super) statements: Vec<Statement>,
}

/// A statement.
#[derive(Debug, Clone)]
pub(super) struct Statement {
    pub(super) sql: String,
    /// What makes it fail, and what takes that back.
    pub(super) obstacles: Vec<(String, String)>,
}

impl Script {
    pub(super) fn body(&self) -> String {
        let statements: Vec<&str> = self
            .statements
            .iter()
            .map(|statement| statement.sql.as_str())
            .collect();
        statements.join(";\n")
    }

    fn text(&self) -> String {
        let directive = if self.transactional {
            ""
        } else {
            "-- migrate: no-transaction\n"
        };
        format!("{directive}{};\n", self.body())
    }
}

/// A statement that nothing is known to stop.
pub(super) fn plain(sql: &str) -> Statement {
    Statement {
        sql: sql.to_owned(),
        obstacles: Vec::new(),
    }
}

/// A statement that needs a relation under its name.
pub(super) fn needing(sql: &str, kind: &str, relation: &str) -> Statement {
    let mut statement = plain(sql);
    let (schema, name) = relation.split_once('.').unwrap_or(("public", relation));
    statement.obstacles.push((
        format!("ALTER {kind} {relation} RENAME TO {name}_away"),
        format!("ALTER {kind} {schema}.{name}_away RENAME TO {name}"),
    ));
    statement
}

impl Statement {
    pub(super) fn or(mut self, obstacle: &str, remedy: &str) -> Self {
        self.obstacles
            .push((obstacle.to_owned(), remedy.to_owned()));
        self
    }
}

/// Writes a row that shows how often that was done.
pub(super) fn effect(number: usize) -> Statement {
    plain(&format!(
        "INSERT INTO app.effects VALUES ({number}, 'done')"
    ))
    .or(
        &format!(
            "ALTER TABLE app.effects ADD CONSTRAINT refuse CHECK (version <> {number}) NOT VALID"
        ),
        "ALTER TABLE app.effects DROP CONSTRAINT refuse",
    )
}

/// A directory with these files.
pub(super) struct Directory {
    root: TempDir,
}

impl Directory {
    pub(super) fn new(files: &[File]) -> Result<Self, String> {
        let root = tempfile::tempdir().map_err(|error| error.to_string())?;
        let directory = Self { root };
        fs::create_dir(directory.root().join("migrations")).map_err(|error| error.to_string())?;
        for file in files {
            directory.write(file)?;
        }
        Ok(directory)
    }

    pub(super) fn write(&self, file: &File) -> Result<(), String> {
        let File { version, name, .. } = file;
        let up = format!("{version:02}_{name}.sql");
        self.put(&up, &file.up.text())?;
        match &file.down {
            Some(down) => self.put(&format!("{version:02}_{name}.down.sql"), &down.text()),
            None => Ok(()),
        }
    }

    fn put(&self, name: &str, text: &str) -> Result<(), String> {
        let path = self.root().join("migrations").join(name);
        fs::write(path, text).map_err(|error| error.to_string())
    }

    pub(super) fn root(&self) -> &Path {
        self.root.path()
    }

    pub(super) fn load(&self) -> Migrations {
        crate::load(self.root())
    }
}
