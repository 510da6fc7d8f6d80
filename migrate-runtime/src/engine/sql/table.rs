//! Making the history table, and looking at one that is not ours.

use std::fmt::Write as _;

use super::read::{MANY, rows};
use super::settings::READING;
use super::tag::{OTHER, SESSION};
use super::trust::{PATIENCE, writable};
use super::{begin_ours, lock_taken};
use crate::other_history::TABLES;
use crate::table::{HistoryTable, Identifier, Literal};

/// Whether the table's schema has to be made first. To make one that exists, even with `IF NOT EXISTS`,
/// takes the right to create schemas, so that is left until the server has missed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Schema {
    Exists,
    Missing,
}

/// Makes the table, under the lock: `CREATE … IF NOT EXISTS` races with itself otherwise, and it asks
/// for the right to create even where there is nothing to create. `size` is the set's.
pub(crate) fn create(table: &HistoryTable, schema: Schema, size: usize) -> String {
    // Another session may be creating the same table without taking the migration lock. What is there already is no news.
    let begin = begin_ours();
    let mut sql = format!(
        "{begin};SELECT {}, pg_catalog.concat(pg_catalog.set_config('lock_timeout', '{PATIENCE}', true), \
         pg_catalog.set_config('client_min_messages', 'warning', true)), {READING}, \
         pg_catalog.current_setting('migrate.limit'), '{SESSION}';",
        lock_taken(table)
    );
    if schema == Schema::Missing {
        let schema = Identifier(table.schema());
        let _ = write!(sql, "CREATE SCHEMA IF NOT EXISTS {schema};");
    }
    let _ = write!(
        sql,
        "{};{};{};{};COMMIT",
        define(table, size),
        writable(table),
        rows(table),
        others(table)
    );
    sql
}

/// Of a row: half-done, or to be run again.
pub(super) const UNSETTLED: &str =
    "state OPERATOR(pg_catalog.<>) 'applied' AND state OPERATOR(pg_catalog.<>) 'baseline'";

/// The index of the rows that are [`UNSETTLED`]. The table's name, cut so that PostgreSQL does not have to.
fn index(table: &HistoryTable) -> String {
    let name = table.name();
    let mut end = name.len().min(63 - "_unsettled".len());
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}_unsettled", name.get(..end).unwrap_or_default())
}

/// The history table's definition, for a set of this size. A `default_table_access_method` of the session's may not be able to
/// hold it.
///
/// `fingerprint` is for sets of many: the sum over all rows says whether they are those of a set, in any order,
/// and costs the server next to nothing. It is generated, so that whatever is done to a row changes it.
///
/// A set of many has an index of the rows that are [`UNSETTLED`], which is nearly always empty: each migration asks for them
/// before it commits, and to read all rows for that would take longer with each migration. Others go without it, because
/// an index takes a new session 0.1 ms when it plans a query of the table.
pub(super) fn define(table: &HistoryTable, size: usize) -> String {
    let mut sql = format!(
        "CREATE TABLE IF NOT EXISTS {table} (\
         version bigint PRIMARY KEY, \
         name pg_catalog.text NOT NULL, \
         checksum pg_catalog.bytea NOT NULL, \
         state pg_catalog.text NOT NULL CHECK (\
             state OPERATOR(pg_catalog.=) ANY ('{{running,applied,baseline,reverting,retry}}'::pg_catalog.text[])), \
         done integer NOT NULL DEFAULT 0, \
         xid pg_catalog.text, \
         started_at timestamp with time zone NOT NULL DEFAULT pg_catalog.clock_timestamp(), \
         ms bigint, \
         applied_by pg_catalog.text DEFAULT CURRENT_USER, \
         tool pg_catalog.text, \
         note pg_catalog.text, \
         fingerprint bigint GENERATED ALWAYS AS ({FINGERPRINT}) STORED) USING heap"
    );
    if size >= MANY {
        let index = index(table);
        let index = Identifier(&index);
        let _ = write!(
            sql,
            ";CREATE INDEX IF NOT EXISTS {index} ON {table} (version) WHERE {UNSETTLED}"
        );
    }
    sql
}

/// Of an applied migration: the first 4 bytes of its checksum as a number, the most significant first, times one that
/// its version gives, so that two migrations that have changed places do not add up to the same; the product
/// fits. `migrate-check/src/pack.rs` adds up the same.
const FINGERPRINT: &str = "CASE WHEN state OPERATOR(pg_catalog.=) 'applied' OR state OPERATOR(pg_catalog.=) 'baseline' \
     THEN ('x' OPERATOR(pg_catalog.||) pg_catalog.encode(pg_catalog.substr(checksum, 1, 4), 'hex'))::bit(32)::bigint \
         OPERATOR(pg_catalog.*) (version OPERATOR(pg_catalog.%) 2147483647::bigint OPERATOR(pg_catalog.+) 1::bigint) END";

/// The columns of whatever bears the history table's name.
pub(crate) fn shape(table: &HistoryTable) -> String {
    format!(
        "SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod) FROM pg_catalog.pg_attribute a \
         JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) a.attrelid \
         JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace \
         WHERE n.nspname OPERATOR(pg_catalog.=) {schema} AND c.relname OPERATOR(pg_catalog.=) {name} \
         AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped ORDER BY a.attnum",
        schema = Literal(table.schema()),
        name = Literal(table.name()),
    )
}

/// The tables of other tools: schema, name, and a line for each column. Those beside the history come first. One without a page
/// never had a row; that is not asked for where the answer would have to wait.
pub(crate) fn others(table: &HistoryTable) -> String {
    format!(
        "SELECT n.nspname, c.relname, pg_catalog.array_to_string(ARRAY(SELECT pg_catalog.concat(a.attname, ' ', \
         pg_catalog.format_type(a.atttypid, a.atttypmod)) FROM pg_catalog.pg_attribute a \
         WHERE a.attrelid OPERATOR(pg_catalog.=) c.oid AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped \
         ORDER BY a.attnum), E'\\n'), '{OTHER}' FROM pg_catalog.pg_class c \
         JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace \
         WHERE c.relkind OPERATOR(pg_catalog.=) 'r' AND c.relname OPERATOR(pg_catalog.=) ANY ('{TABLES}'::pg_catalog.name[]) \
         AND COALESCE(CASE WHEN NOT EXISTS (SELECT FROM pg_catalog.pg_locks l WHERE l.relation OPERATOR(pg_catalog.=) c.oid \
         AND l.mode OPERATOR(pg_catalog.=) 'AccessExclusiveLock') THEN pg_catalog.pg_relation_size(c.oid::pg_catalog.regclass) \
         END, 1::bigint) OPERATOR(pg_catalog.<>) 0::bigint \
         ORDER BY n.nspname OPERATOR(pg_catalog.<>) {schema}, 1, 2 LIMIT 9",
        schema = Literal(table.schema()),
    )
}
