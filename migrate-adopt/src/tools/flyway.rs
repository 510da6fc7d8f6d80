//! Flyway. The table is made in `PostgreSQLDatabase.getRawCreateScript`; the checksum is CRC-32 over the lines
//! without their endings, as a signed number (`ChecksumCalculator`). `installed_on` has no time zone: it is
//! read in the time zone of this session.
//!
//! A version's last row counts: a `DELETE` or `UNDO_…` row reverts it. A `BASELINE` row covers
//! everything up to it. Rows of repeatable migrations have no version.

use super::Format;
use crate::checksum;

pub(crate) const FORMAT: Format = Format {
    name: "flyway",
    label: "Flyway",
    table: "flyway_schema_history",
    columns: &[
        "installed_rank",
        "version",
        "description",
        "type",
        "script",
        "checksum",
        "installed_by",
        "installed_on",
        "execution_time",
        "success",
    ],
    select: "SELECT key, script, timezone('UTC', installed_on::timestamptz), execution_time, installed_by, checksum, \
             CASE WHEN type = 'SCHEMA' OR type LIKE 'UNDO%' OR type = 'DELETE' THEN 'undone' \
             WHEN NOT success THEN 'failed' WHEN type LIKE '%BASELINE%' THEN 'baseline' ELSE 'applied' END FROM \
             (SELECT DISTINCT ON (coalesce(version, script)) *, coalesce(version, script) AS key FROM {table} \
             ORDER BY coalesce(version, script), installed_rank DESC) AS last ORDER BY installed_rank",
    version,
    fits: |row, migration| match row.checksum.as_deref() {
        Some(recorded) => checksum::any_form(migration, |text| {
            checksum::flyway(text).to_string() == recorded
        }),
        // Migrations that are not SQL have no checksum, nor do those that Flyway was told to skip. Their names are compared.
        None => true,
    },
    goes_by_names: false,
    cumulative: false,
};

/// A whole number is the version. Versions with several parts need the layout for dotted versions, which [`dotted`]
/// follows.
fn version(key: &str) -> Option<i64> {
    key.parse().ok().or_else(|| dotted(key))
}

/// Reads a version as the layout for dotted versions does: up to four parts, three digits for each after the first.
pub(crate) fn dotted(key: &str) -> Option<i64> {
    let mut parts = key.split(['.', '_']);
    let mut total: i64 = parts.next()?.parse().ok()?;
    for _ in 0..3 {
        let part: i64 = parts.next().map_or(Some(0), |part| part.parse().ok())?;
        let part = Some(part).filter(|part| (0..1000).contains(part))?;
        total = total.checked_mul(1000)?.checked_add(part)?;
    }
    parts.next().is_none().then_some(total)
}

/// Whether the layout for dotted versions gives this file this version.
pub(crate) fn is_dotted(file: &str, number: i64) -> bool {
    let key = file
        .strip_prefix('V')
        .and_then(|rest| rest.split_once("__"));
    key.is_some_and(|(key, _)| dotted(key) == Some(number))
}
