//! sql-migrate. The table, made by gorp from `MigrationRecord` (`migrate.go`), holds the names of the files.

use super::{Format, leading_digits, unchecked};

pub(crate) const FORMAT: Format = Format {
    name: "sql-migrate",
    label: "sql-migrate",
    table: "gorp_migrations",
    columns: &["id", "applied_at"],
    select: "SELECT id, id, timezone('UTC', applied_at), NULL, NULL, NULL, 'applied' FROM {table} ORDER BY id",
    version: leading_digits,
    fits: unchecked,
    goes_by_names: true,
    cumulative: false,
};
