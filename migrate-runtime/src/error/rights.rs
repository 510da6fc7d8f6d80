//! A right that the role lacks: for which object, and the statement that grants it.

use std::fmt;

use super::hint::Hint;
use crate::session::DatabaseError;
use crate::table::{HistoryTable, Identifier};

/// What the session's role may not do.
#[derive(Debug)]
pub(crate) struct Rights {
    /// What it tried, e.g. `read the history table "public"."schema_migrations"`.
    pub(crate) doing: String,
    pub(crate) role: String,
    pub(crate) database: String,
    /// The statements that grant what is missing; for a superuser, or the owner of the object.
    pub(crate) grants: Vec<String>,
    pub(crate) error: Box<DatabaseError>,
}

/// The rights of a role on the history table and its schema.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Held<'h> {
    pub(crate) usage: bool,
    /// The names of the rights on the table, and whether the role has them.
    pub(crate) table: &'h [(&'static str, bool)],
}

impl Held<'_> {
    /// What lets a role make a schema.
    pub(crate) fn create_schema(database: &str, role: &str) -> String {
        format!(
            "GRANT CREATE ON DATABASE {} TO {}",
            Identifier(database),
            Identifier(role)
        )
    }

    /// What lets a role make the history table.
    pub(crate) fn create_table(table: &HistoryTable, role: &str) -> String {
        format!(
            "GRANT USAGE, CREATE ON SCHEMA {} TO {}",
            Identifier(table.schema()),
            Identifier(role)
        )
    }

    /// What lets a role call a function of PostgreSQL's that everybody may call by default.
    pub(crate) fn call(function: &str, role: &str) -> String {
        format!(
            "GRANT EXECUTE ON FUNCTION pg_catalog.{function} TO {}",
            Identifier(role)
        )
    }

    /// What grants the rest.
    pub(crate) fn grants(self, table: &HistoryTable, role: &str) -> Vec<String> {
        let role = Identifier(role);
        let mut grants = Vec::new();
        if !self.usage {
            let schema = Identifier(table.schema());
            grants.push(format!("GRANT USAGE ON SCHEMA {schema} TO {role}"));
        }
        let missing: Vec<&str> = self
            .table
            .iter()
            .filter(|(_, held)| !held)
            .map(|(name, _)| *name)
            .collect();
        if !missing.is_empty() {
            grants.push(format!("GRANT {} ON {table} TO {role}", missing.join(", ")));
        }
        grants
    }
}

impl fmt::Display for Rights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            doing,
            role,
            database,
            ..
        } = self;
        write!(
            f,
            "permission denied: {role} could not {doing} in the database {database}"
        )
    }
}

impl Rights {
    pub(super) fn hints(&self) -> Vec<Hint> {
        let execute = |statement: &String| Hint::Execute {
            statement: statement.clone(),
            role: "the owner or a superuser".to_owned(),
        };
        self.grants.iter().map(execute).collect()
    }
}
