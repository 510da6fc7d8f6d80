//! golang-migrate. The table is made in `database/postgres/postgres.go`: one row, the newest version, and whether
//! applying it failed half-way. Neither times nor checksums are kept.

use super::{Format, digits, unchecked};

pub(crate) const FORMAT: Format = Format {
    name: "golang-migrate",
    label: "golang-migrate",
    table: "schema_migrations",
    columns: &["version", "dirty"],
    select: "SELECT version, NULL, NULL, NULL, NULL, NULL, CASE WHEN dirty THEN 'failed' ELSE 'applied' END \
             FROM {table} ORDER BY version",
    version: digits,
    fits: unchecked,
    goes_by_names: false,
    cumulative: true,
};
