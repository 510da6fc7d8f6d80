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
    cumulative: false,
};

/// As the layouts read it: whole numbers as they are, several parts with three digits for each further one.
fn version(key: &str) -> Option<i64> {
    let mut parts = key.split(['.', '_']);
    let first: i64 = parts.next()?.parse().ok()?;
    let rest: Vec<i64> = parts
        .map(|part| part.parse().ok().filter(|part| (0..1000).contains(part)))
        .collect::<Option<_>>()?;
    if rest.is_empty() {
        return Some(first);
    }
    if rest.len() > 3 {
        return None;
    }
    (0..3).try_fold(first, |total, index| {
        total
            .checked_mul(1000)?
            .checked_add(rest.get(index).copied().unwrap_or_default())
    })
}
