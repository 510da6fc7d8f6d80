//! What a command that needs a database is given: the migrations, and how to run them.

use migrate_core::Settings;
use migrate_runtime::{Migrations, Runner, Table};

use crate::output::Output;

/// A set of migrations with everything that the options say about it.
pub(crate) struct Job<'j> {
    pub(crate) set: &'j Migrations,
    pub(crate) table: Table,
    /// What findings are judged by.
    pub(crate) settings: Settings,
    pub(crate) output: Output,
}

impl<'j> Job<'j> {
    pub(crate) fn runner(&self) -> Runner<'j> {
        self.set.runner().table(self.table.clone())
    }
}
