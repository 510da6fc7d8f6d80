//! Sets that are read while the program runs: for tools that work on a directory, not for applications.

use std::borrow::Cow;

use migrate_check::pack::pack;
use migrate_check::{EmbeddedFile, Level, Loaded, Settings, TableName, Transaction, load_embedded};

use crate::migrations::{Migrations, Script};
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

    /// What the build found out about the embedded files, found out again from their texts and the settings of the
    /// build; `table` is the history table.
    pub fn to_loaded(&self, table: TableName) -> Loaded {
        let mut settings = Settings {
            table,
            ..Settings::from_text(self.settings)
        };
        // The build has resolved the names, perhaps with files at hand that are not embedded.
        for rule in ["unknown-name", "contradicts-schema"] {
            settings.lint.set(rule, Level::Allow);
        }
        let mut files: Vec<EmbeddedFile> = Vec::new();
        for migration in self {
            let mut scripts: Vec<&Script<'_>> = Vec::new();
            scripts.push(migration.up());
            scripts.extend(migration.down());
            // A file that holds both directions is its parts, one after the other.
            scripts.sort_by_key(|script| script.lines_before);
            for script in scripts {
                match files.last_mut() {
                    Some(file) if script.lines_before.is_some() && file.name == script.file() => {
                        file.text.push_str(script.sql());
                    }
                    _ => files.push(EmbeddedFile {
                        name: script.file().to_owned(),
                        text: script.sql().to_owned(),
                        transaction: if script.is_transactional() {
                            Transaction::Single
                        } else {
                            Transaction::None
                        },
                    }),
                }
            }
        }
        load_embedded(self.directory(), files, &settings)
    }
}

#[cfg(test)]
impl Migrations {
    /// A set of these files.
    pub(crate) fn of_texts(files: &[(&str, &str)]) -> Self {
        let files = files.iter().map(|(name, text)| EmbeddedFile {
            name: (*name).to_owned(),
            text: (*text).to_owned(),
            transaction: Transaction::Single,
        });
        let settings = Settings::default();
        let loaded = load_embedded("migrations", files.collect(), &settings);
        assert!(!loaded.has_errors(), "{:?}", loaded.diagnostics);
        Self::from_loaded("migrations", &loaded, &settings.table)
    }
}
