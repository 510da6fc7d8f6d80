//! Sets that are read while the program runs: for tools that work on a directory, not for applications.

use std::borrow::Cow;

use migrate_check::pack::pack;
use migrate_check::{Loaded, TableName};

use crate::migrations::Migrations;
use crate::table::HistoryTable;

impl Migrations {
    /// The set in a directory that [`migrate_check::load()`] has read; `directory` is the name that
    /// messages show. Where `loaded` has errors, the set is not complete and must not be run.
    pub fn from_loaded(directory: &str, loaded: &Loaded, table: &TableName) -> Self {
        let packed = pack(&loaded.migrations);
        Self::packed(
            Cow::Owned(packed.text),
            Cow::Owned(packed.index),
            Cow::Owned(directory.to_owned()),
            HistoryTable::unchecked(table.schema.clone().into(), table.name.clone().into()),
        )
    }
}
