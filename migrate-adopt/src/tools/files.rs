//! A table of file names that an application maintains itself, as the Content AI Backend does:
//! `schema_migrations(id serial, migration_name varchar, applied_at timestamptz)`. Its program writes whole file
//! names; some of its files insert their own row, without `.sql`. Two rows may refer to the same file.

use super::{Format, leading_digits, unchecked};

pub(crate) const FORMAT: Format = Format {
    name: "files",
    label: "an application that keeps the names of its files",
    table: "schema_migrations",
    columns: &["id", "migration_name", "applied_at"],
    select: "SELECT migration_name, concat(regexp_replace(migration_name, '[.]sql$', ''), '.sql'), \
             timezone('UTC', applied_at::timestamptz), NULL, NULL, NULL, 'applied' FROM {table} ORDER BY applied_at, id",
    version: leading_digits,
    fits: unchecked,
    goes_by_names: true,
    cumulative: false,
};
