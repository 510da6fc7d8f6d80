//! What each tool writes into its table: one file for each tool, with the source of that knowledge.

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
    /// What `--from` calls it.
    pub(crate) name: &'static str,
    /// What people call it.
    pub(crate) label: &'static str,
    /// What the tool calls its table unless told otherwise.
    pub(crate) table: &'static str,
    /// The columns in order, each with its type where the type has to match.
    pub(crate) columns: &'static [&'static str],
    /// Reads the table whose quoted name replaces `{table}`: key, file name, time in UTC, milliseconds,
    /// role, checksum, state; one row for each migration. `search_path` is pinned while it runs.
    pub(crate) select: &'static str,
    /// The version of a row, by its key alone.
    pub(crate) version: fn(&str) -> Option<i64>,
    /// Whether the migration has the checksum of the row; true if the tool keeps none.
    pub(crate) fits: fn(&Row, &Migration<'_>) -> bool,
    /// A migration is its file's whole name, and the number in it means nothing by itself.
    pub(crate) goes_by_names: bool,
    /// The newest row stands for all migrations up to it.
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
