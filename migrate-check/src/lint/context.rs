//! What a rule is shown: a statement, and what went before it.

use migrate_sql::ast::{Action, AlterTable, Command, ObjectKind, ObjectName, Statement};

use super::block::Certainty;
use super::parsed_file::ParsedFile;
use crate::catalog::{Catalog, Emptied};
use crate::migration::{Lock, Transaction};

/// A statement in its place.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    pub(crate) file: &'a ParsedFile<'a>,
    pub(crate) statement: &'a Statement<'a>,
    /// What exists before the statement.
    pub(crate) catalog: &'a Catalog,
    /// The first lock so far that shuts out writers of a table other sessions use.
    pub(crate) held: Option<&'a Lock>,
    /// Where the statement is.
    pub(crate) place: Place,
}

/// Where a statement is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// In the file itself.
    File,
    /// In a `DO` block of the file, which is one statement for the server.
    Block(Certainty),
}

impl<'a> Context<'a> {
    /// What the statement says.
    pub(crate) const fn command(&self) -> &'a Command<'a> {
        &self.statement.command
    }

    /// Whether other sessions may use this: it is not the file itself that created it.
    pub(crate) fn is_in_use(&self, name: &ObjectName) -> bool {
        !self.catalog.is_new(name)
    }

    /// Whether the file has emptied a table by `TRUNCATE`, so that nothing about it takes long.
    pub(crate) fn is_emptied(&self, table: &ObjectName) -> bool {
        self.catalog.emptied(table) == Some(Emptied::Truncated)
    }

    /// Whether the statement commits by itself.
    pub(crate) fn commits_each(&self) -> bool {
        self.file.transaction == Transaction::None && self.place == Place::File
    }

    /// Of an `ALTER TABLE` of a table that is in use: the table and what is done to it.
    pub(crate) fn actions(&self) -> impl Iterator<Item = (&'a ObjectName, &'a Action<'a>)> {
        let altered = self
            .alter_table()
            .filter(|altered| self.is_in_use(&altered.name));
        altered.into_iter().flat_map(|altered| {
            let actions = altered.actions.iter();
            actions.map(|action| (&altered.name, action))
        })
    }

    /// What `ALTER TABLE` does to a table, new or not.
    pub(crate) fn alter_table(&self) -> Option<&'a AlterTable<'a>> {
        match self.command() {
            Command::AlterTable(altered) if altered.kind == ObjectKind::Table => Some(altered),
            _ => None,
        }
    }
}
