//! sqlx. The table is made in `sqlx-postgres` 0.9, `src/migrate.rs`; the checksum is SHA-384 over the file as
//! it is (`sqlx-core`, `src/migrate/migration.rs`). `execution_time` is in nanoseconds, -1 while it runs. The
//! description is the file's name with spaces for underscores, so the file has the name that is put together here only
//! where it has none and no leading zero.

use super::{Format, digits};
use crate::checksum;

pub(crate) const FORMAT: Format = Format {
    name: "sqlx",
    label: "sqlx",
    table: "_sqlx_migrations",
    columns: &[
        "version",
        "description",
        "installed_on",
        "success",
        "checksum",
        "execution_time",
    ],
    select: "SELECT version, concat(version, '_', description, '.sql'), timezone('UTC', installed_on), \
             CASE WHEN execution_time >= 0 THEN execution_time / 1000000 END, NULL, encode(checksum, 'hex'), \
             CASE WHEN success THEN 'applied' ELSE 'failed' END FROM {table} ORDER BY version",
    version: digits,
    fits: |row, migration| {
        checksum::any_form(migration, |text| {
            row.checksum.as_deref() == Some(&checksum::sha384(text))
        })
    },
    goes_by_names: false,
    cumulative: false,
};
