//! What each tool writes into its table: a file a tool, with where that was read.

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
    /// The columns in order; a `…` at the end stands for any others. A type in it has to fit.
    pub(crate) columns: &'static [&'static str],
    /// Reads the table whose quoted name replaces `{table}`: key, file name, time in UTC, milliseconds,
    /// role, checksum, state; one row a migration. `search_path` is pinned meanwhile.
    pub(crate) select: &'static str,
    /// The version a row is about, by its key alone.
    pub(crate) version: fn(&str) -> Option<i64>,
    /// Whether the migration is what the row's checksum says; true where the tool keeps none.
    pub(crate) fits: fn(&Row, &Migration<'_>) -> bool,
    /// The newest row stands for all migrations up to it.
    pub(crate) cumulative: bool,
}

/// For tools without checksums.
fn unchecked(_: &Row, _: &Migration<'_>) -> bool {
    true
}

/// The version in a text of digits, perhaps with others of its kind in between.
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
