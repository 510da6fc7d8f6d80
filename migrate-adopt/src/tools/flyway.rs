//! Flyway. The table is made in `PostgreSQLDatabase.getRawCreateScript`; the checksum is CRC-32 over the lines
//! without their endings, as a signed number (`ChecksumCalculator`). `installed_on` has no time zone: it is
//! taken for one of this session.
//!
//! A version's last row counts: a `DELETE` or `UNDO_…` row takes it back. A `BASELINE` row stands for
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
        // Migrations of another kind than SQL have none.
        None => true,
    },
    goes_by_names: false,
    cumulative: false,
};

/// Whole numbers as they are. Several parts occur beside the layout of dotted versions only, for which there is
/// [`dotted`].
fn version(key: &str) -> Option<i64> {
    key.parse().ok().or_else(|| dotted(key))
}

/// As the layout of dotted versions reads them: up to four parts, three digits for each after the first.
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

/// Whether a file with this version is read as the layout of dotted versions reads it.
pub(crate) fn is_dotted(file: &str, number: i64) -> bool {
    let key = file
        .strip_prefix('V')
        .and_then(|rest| rest.split_once("__"));
    key.is_some_and(|(key, _)| dotted(key) == Some(number))
}
