//! What each tool writes into its table: one file for each tool, which names the tool's source as evidence.

pub(crate) mod diesel;
pub(crate) mod files;
pub(crate) mod flyway;
pub(crate) mod golang_migrate;
pub(crate) mod goose;
pub(crate) mod prisma;
pub(crate) mod refinery;
pub(crate) mod sea_orm;
pub(crate) mod sql_migrate;
pub(crate) mod sqlx;
pub(crate) mod versions;

use migrate_runtime::Migration;

use crate::row::Row;

/// A tool's table.
pub(crate) struct Format {
    /// Its name for `--from`.
    pub(crate) name: &'static str,
    /// Its name in messages.
    pub(crate) label: &'static str,
    /// The default name of the table.
    pub(crate) table: &'static str,
    /// The columns in order, each with its type where the type has to match.
    pub(crate) columns: &'static [&'static str],
    /// Reads the table whose quoted name replaces `{table}`: key, file name, time in UTC, milliseconds,
    /// role, checksum, state; one row for each migration. `search_path` is pinned while it runs.
    pub(crate) select: &'static str,
    /// Reads the version from a row's key.
    pub(crate) version: fn(&str) -> Option<i64>,
    /// Whether the migration has the checksum of the row; true if the tool keeps none.
    pub(crate) fits: fn(&Row, &Migration<'_>) -> bool,
    /// The tool identifies a migration by the whole name of its file, not by the number in it.
    pub(crate) goes_by_names: bool,
    /// The newest row covers all migrations up to it.
    pub(crate) cumulative: bool,
}

/// For tools without checksums.
fn unchecked(_: &Row, _: &Migration<'_>) -> bool {
    true
}

/// The version as plain digits.
fn digits(key: &str) -> Option<i64> {
    key.parse().ok()
}

/// The version at the start of a file's name: `0012_users.sql`.
fn leading_digits(key: &str) -> Option<i64> {
    let end = key
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(key.len());
    key.get(..end)?.parse().ok()
}
