//! `diesel_migrations`. The table is made by `setup_migration_table.sql` of diesel 2.3; it has no checksum.
//! `run_on` has no time zone: it is read in the time zone of this session.

use super::{Format, digits, unchecked};

pub(crate) const FORMAT: Format = Format {
    name: "diesel",
    label: "diesel",
    table: "__diesel_schema_migrations",
    columns: &["version", "run_on"],
    select: "SELECT version, NULL, timezone('UTC', run_on::timestamptz), NULL, NULL, NULL, 'applied' \
             FROM {table} ORDER BY version",
    version: digits,
    fits: unchecked,
    goes_by_names: false,
    cumulative: false,
};
