//! refinery. The table is made in `refinery-core` 0.9, `src/traits/mod.rs`, all of it text but the version; the
//! checksum is `SipHash` 1-3 over name, version (`i32`, or `i64` with a feature) and text, in decimal
//! (`src/runner.rs`). A row's name is that of the file when it was applied, so the file may be renamed.

use super::{Format, digits};
use crate::checksum;

pub(crate) const FORMAT: Format = Format {
    name: "refinery",
    label: "refinery",
    table: "refinery_schema_history",
    columns: &["version", "name", "applied_on", "checksum"],
    // The checksum is preceded by the name it covers.
    select: "SELECT version, concat('V', version, '__', name, '.sql'), timezone('UTC', applied_on::timestamptz), NULL, NULL, \
             concat(checksum, ' ', name), 'applied' FROM {table} ORDER BY version",
    version: digits,
    fits: |row, migration| {
        let Some((recorded, name)) = row
            .checksum
            .as_deref()
            .and_then(|both| both.split_once(' '))
        else {
            return false;
        };
        checksum::any_form(migration, |text| {
            checksum::refinery(name, migration.version(), text)
                .iter()
                .any(|sum| sum.to_string() == recorded)
        })
    },
    goes_by_names: false,
    cumulative: false,
};
