//! The message that records another tool's history.

use std::fmt::Write as _;

use super::trust::{PATIENCE, writable};
use super::{MOVED, TOOL, begin_ours, lock_taken, table};
use crate::foreign_history::{ForeignHistory, ForeignMigration};
use crate::migrations::Checksum;
use crate::table::{HistoryTable, Identifier, Literal};

/// A row, and what the set says of its migration.
pub(crate) struct Adopted<'a> {
    pub(crate) name: &'a str,
    pub(crate) checksum: Checksum,
    pub(crate) taken: &'a ForeignMigration,
}

/// Records the rows, in one transaction under the lock. The other table is locked against writers, and
/// compared with what was read of it: its tool does not know our lock, and a second adoption that was
/// started together with this one would otherwise rename our own table.
pub(crate) fn adopt(
    table: &HistoryTable,
    what: &ForeignHistory,
    rows: &[Adopted<'_>],
    with_schema: bool,
) -> String {
    let other = format!("{}.{}", Identifier(&what.schema), Identifier(&what.name));
    let columns: Vec<String> = what
        .columns
        .iter()
        .map(|column| Literal(column).to_string())
        .collect();
    let begin = begin_ours();
    let mut sql = format!(
        "{begin};SELECT {lock}, pg_catalog.set_config('lock_timeout', '{PATIENCE}', true), \
         pg_catalog.set_config('client_min_messages', 'warning', true);\
         LOCK TABLE {other} IN SHARE MODE NOWAIT;\
         SELECT CASE WHEN ARRAY(SELECT a.attname::pg_catalog.text FROM pg_catalog.pg_attribute a \
         WHERE a.attrelid OPERATOR(pg_catalog.=) {regclass}::pg_catalog.regclass \
         AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped ORDER BY a.attnum) \
         OPERATOR(pg_catalog.=) ARRAY[{columns}]::pg_catalog.text[] \
         AND (SELECT pg_catalog.count(*) FROM {other}) OPERATOR(pg_catalog.=) {count} \
         THEN 0 ELSE pg_catalog.concat('{MOVED}')::integer END;",
        lock = lock_taken(table),
        regclass = Literal(&other),
        columns = columns.join(","),
        count = what.rows,
    );
    if let Some(name) = &what.rename {
        let _ = write!(sql, "ALTER TABLE {other} RENAME TO {};", Identifier(name));
    }
    if with_schema {
        let _ = write!(
            sql,
            "CREATE SCHEMA IF NOT EXISTS {};",
            Identifier(table.schema())
        );
    }
    let _ = write!(
        sql,
        "{};{}",
        table::define(table, rows.len()),
        writable(table)
    );
    for row in rows {
        let _ = write!(sql, ";{}", insert(table, row));
    }
    sql.push_str(";COMMIT");
    sql
}

fn insert(table: &HistoryTable, row: &Adopted<'_>) -> String {
    let taken = row.taken;
    let text = |value: Option<&str>| {
        value.map_or_else(|| "NULL".to_owned(), |value| Literal(value).to_string())
    };
    let applied_at = match &taken.applied_at {
        Some(time) => format!("{}::timestamp with time zone", Literal(time.as_str())),
        None => "pg_catalog.now()".to_owned(),
    };
    format!(
        "INSERT INTO {table} (version, name, checksum, state, started_at, ms, applied_by, tool, note) VALUES \
         ({version}, {name}, pg_catalog.decode('{checksum}', 'hex'), '{state}', {applied_at}, {ms}, \
         {applied_by}, '{TOOL}', {note}) ON CONFLICT (version) DO NOTHING",
        version = taken.version,
        name = Literal(row.name),
        checksum = row.checksum,
        state = if taken.baseline {
            "baseline"
        } else {
            "applied"
        },
        ms = taken
            .duration
            .map_or_else(|| "NULL".to_owned(), |took| took.as_millis().to_string()),
        applied_by = text(taken.applied_by.as_deref()),
        note = Literal(&taken.note),
    )
}
