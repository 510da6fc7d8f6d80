//! Finds the file of the set that a row refers to.

use std::collections::BTreeSet;

use migrate_runtime::Migration;

use crate::row::{Row, State};
use crate::tool::Tool;
use crate::tools::flyway;

/// The files of a set, for matching with the rows of one tool.
pub(crate) struct Files<'f, 's> {
    migrations: &'f [Migration<'s>],
    /// Reads the version in a row's key, in the way of the set's layout.
    version: fn(&str) -> Option<i64>,
    tool: Tool,
    /// The versions of the files that rows name.
    named: BTreeSet<i64>,
}

/// The migration that a row refers to.
pub(crate) enum Match<'f, 's> {
    /// The row names the file, or the file was only renumbered or renamed, or the tool records no name.
    Sure(&'f Migration<'s>),
    /// Only the number is the same: it may be a different migration.
    Number(&'f Migration<'s>),
    None,
}

impl<'f, 's> Files<'f, 's> {
    pub(crate) fn new(migrations: &'f [Migration<'s>], tool: Tool, rows: &[Row]) -> Self {
        let has_dotted = || {
            migrations
                .iter()
                .any(|migration| flyway::is_dotted(migration.up().file(), migration.version()))
        };
        let version = if tool == Tool::Flyway && has_dotted() {
            flyway::dotted
        } else {
            tool.format().version
        };
        let mut files = Self {
            migrations,
            version,
            tool,
            named: BTreeSet::new(),
        };
        let named = rows.iter().filter_map(|row| files.by_file(row));
        files.named = named.map(Migration::version).collect();
        files
    }

    /// The migration of a row: by the name of the file if the tool records it, else by version.
    pub(crate) fn find(&self, row: &Row) -> Match<'f, 's> {
        if let Some(migration) = self.by_file(row) {
            return Match::Sure(migration);
        }
        let goes_by_names = self.tool.format().goes_by_names;
        if goes_by_names && let Some(migration) = self.by_name(row) {
            return Match::Sure(migration);
        }
        let numbered = (self.version)(&row.key).and_then(|version| {
            let at = self
                .migrations
                .binary_search_by_key(&version, Migration::version);
            self.migrations.get(at.ok()?)
        });
        match numbered {
            // Another row names that file.
            Some(migration) if goes_by_names && self.named.contains(&migration.version()) => {
                Match::None
            }
            Some(migration) if goes_by_names || self.is_another(row, migration) => {
                Match::Number(migration)
            }
            Some(migration) => Match::Sure(migration),
            None => Match::None,
        }
    }

    /// Whether the applied row of a tool that goes by numbers has another name than the file, and no checksum says that
    /// the file was only renamed.
    fn is_another(&self, row: &Row, migration: &Migration<'_>) -> bool {
        let Some(file) = row.file.as_deref().filter(|_| row.state == State::Applied) else {
            return false;
        };
        let plain = |name: &str| name.replace(' ', "_").to_lowercase();
        let is_verified = row.checksum.is_some() && (self.tool.format().fits)(row, migration);
        plain(name_in(file)) != plain(migration.name()) && !is_verified
    }

    fn by_file(&self, row: &Row) -> Option<&'f Migration<'s>> {
        let file = row.file.as_deref()?;
        self.migrations
            .iter()
            .find(|migration| migration.up().file() == file)
    }

    /// The only file with the row's name under a different number, if no row names that file.
    fn by_name(&self, row: &Row) -> Option<&'f Migration<'s>> {
        let file = row.file.as_deref()?;
        let name = name_in(file);
        let mut same = self.migrations.iter().filter(|migration| {
            migration.name() == name && !self.named.contains(&migration.version())
        });
        let first = same.next().filter(|_| !name.is_empty());
        first.filter(|_| same.next().is_none())
    }

    /// The version up to which a row without a file applies, and whether such a row needs no file.
    pub(crate) fn stands_for(&self, row: &Row) -> (Option<i64>, bool) {
        let version = (self.version)(&row.key);
        let cumulative = self.tool.format().cumulative;
        match row.state {
            State::Baseline => (version, true),
            _ => (version.filter(|_| cumulative), false),
        }
    }
}

/// What a file is called after its version. `V1.2__users.sql` and `db.migration.V2__users` are Flyway's.
fn name_in(file: &str) -> &str {
    let name = file
        .strip_suffix("/migration.sql")
        .or(file.strip_suffix(".sql"))
        .unwrap_or(file);
    let is_prefixed = |before: &str| {
        let version = before.rsplit(['V', 'U']).next().unwrap_or_default();
        version.len() < before.len() && version.starts_with(|first: char| first.is_ascii_digit())
    };
    match name.split_once("__") {
        Some((before, name)) if is_prefixed(before) => name,
        _ => name
            .trim_start_matches(|character: char| character.is_ascii_digit())
            .trim_start_matches(['_', '-']),
    }
}

#[cfg(test)]
mod tests {
    use super::name_in;

    #[test]
    fn a_file_s_name_is_what_follows_its_version() {
        for (file, name) in [
            ("0001_create_users.sql", "create_users"),
            ("1-users", "users"),
            ("20250101_a__b/migration.sql", "a__b"),
            ("V1__users.sql", "users"),
            ("V1.2__users.sql", "users"),
            ("team/V1_2__users.sql", "users"),
            ("db.migration.V3__Users", "Users"),
            ("7_V__x.sql", "V__x"),
        ] {
            assert_eq!(name_in(file), name, "{file}");
        }
    }
}
