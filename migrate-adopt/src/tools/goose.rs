//! goose. The table is made in `internal/dialect/dialectquery/postgres.go`. Older versions added a row for each
//! up and each down, so a version's last row counts; the row of version 0 marks the creation of the
//! table. `tstamp` has no time zone: it is read in the time zone of this session.

use super::{Format, digits, unchecked};

pub(crate) const FORMAT: Format = Format {
    name: "goose",
    label: "goose",
    table: "goose_db_version",
    columns: &["id", "version_id", "is_applied", "tstamp"],
    select: "SELECT DISTINCT ON (version_id) version_id, NULL, timezone('UTC', tstamp::timestamptz), NULL, NULL, NULL, \
             CASE WHEN is_applied AND version_id > 0 THEN 'applied' ELSE 'undone' END \
             FROM {table} ORDER BY version_id, id DESC",
    version: digits,
    fits: unchecked,
    goes_by_names: false,
    cumulative: false,
};
