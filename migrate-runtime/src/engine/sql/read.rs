//! Messages that read the history, in one round trip: no advisory lock, no write.
//!
//! Each begins with [`before_reading`], which returns one row.

use super::settings::READING;
use super::tag::{CURRENT, NEWEST, ROW, SESSION};
use super::trust::{PATIENCE, has_plain_columns, is_readable, lock_to_read, unless_view};
use super::{holder, utc};
use crate::packed::Summary;
use crate::table::{HistoryTable, Literal};

/// From so many migrations on, [`is_up_to_date`] costs less than [`read_history`], which sends their rows.
pub(crate) const MANY: usize = 500;

/// The history, and whether the connection had an open transaction when the message came. In no order: to plan one
/// takes a new session 0.3 ms. And as the table holds it: each function takes a new session 0.05 ms.
pub(crate) fn read_history(table: &HistoryTable) -> String {
    format!("{};{}", before_reading(table), rows(table))
}

/// The rows of [`read_history`].
pub(super) fn rows(table: &HistoryTable) -> String {
    format!(
        "SELECT version, name, checksum, state, done, xid, '{ROW}' FROM {}",
        unless_view(table)
    )
}

/// Fails unless the table is one that can be read.
pub(crate) fn readable(table: &HistoryTable) -> String {
    format!("{};SELECT {}", lock_to_read(table), is_readable(table))
}

/// Whether the history is exactly a set of many, all applied as embedded.
pub(crate) fn is_up_to_date(table: &HistoryTable, all: &Summary) -> String {
    format!(
        "{};{};SELECT {}, '{CURRENT}' FROM {}",
        before_reading(table),
        is_summable(table),
        is_exactly(all),
        unless_view(table)
    )
}

/// [`read_history`], and who is in the way.
pub(crate) fn read_history_and_lock(table: &HistoryTable) -> String {
    format!("{};{}", read_history(table), holder(table))
}

/// How far the history reaches: the last of its rows.
pub(crate) fn newest(table: &HistoryTable) -> String {
    format!(
        "{};SELECT {};SELECT version, '{NEWEST}' FROM ONLY {table} ORDER BY version DESC LIMIT 1",
        before_reading(table),
        is_readable(table)
    )
}

/// Everything that `status` shows.
pub(crate) fn status(table: &HistoryTable) -> String {
    format!(
        "{before};{plain};\
         SELECT version, name, pg_catalog.encode(checksum, 'hex'), state, done, {at}, ms, applied_by, note, '{ROW}' \
         FROM ONLY {table} ORDER BY version;{holder}",
        before = before_reading(table),
        plain = has_plain_columns(table),
        at = utc("started_at"),
        holder = holder(table),
    )
}

/// Keeps the table as it is, and bounds the wait for what else is locked. What reads the table makes sure that it may be
/// read: [`unless_view`], or [`is_readable`] before it.
///
/// When the transaction and when the message began are compared here, to see an open transaction; a new session
/// would look an operator up first, and that takes it 0.1 ms. In an open transaction the settings would outlast the
/// message: [`undo`] takes them back.
fn before_reading(table: &HistoryTable) -> String {
    format!(
        "{lock};SELECT CURRENT_TIMESTAMP, pg_catalog.statement_timestamp(), {READING}, \
         pg_catalog.current_setting('statement_timeout'), pg_catalog.current_setting('lock_timeout'), \
         pg_catalog.current_setting('row_security'), '{SESSION}';\
         SET LOCAL lock_timeout TO {PATIENCE};SET LOCAL row_security TO off",
        lock = lock_to_read(table),
    )
}

/// The transaction's time, and how the server counts positions.
pub(crate) const MOMENT: &str =
    "SELECT CURRENT_TIMESTAMP, pg_catalog.current_setting('server_encoding')";

/// Gives an open transaction of the caller's the settings back that it had.
pub(crate) fn undo(lock_timeout: &str, row_security: &str) -> String {
    format!(
        "SELECT pg_catalog.set_config('lock_timeout', {}, true), pg_catalog.set_config('row_security', {}, true)",
        Literal(lock_timeout),
        Literal(row_security)
    )
}

/// That the fingerprint is a number of PostgreSQL's own, so that adding it up runs no user-defined cast: records compare the
/// types of their columns first. To ask the catalogs costs a new session 1 ms.
pub(super) fn is_summable(table: &HistoryTable) -> String {
    format!(
        "SELECT ROW(fingerprint)::record OPERATOR(pg_catalog.=) ROW(0::bigint)::record FROM {} LIMIT 1",
        unless_view(table)
    )
}

/// Over all rows of a history: whether they are those of a set, each of them applied as embedded.
pub(super) fn is_exactly(all: &Summary) -> String {
    let Summary { count, sum, .. } = all;
    format!(
        "pg_catalog.count(*) OPERATOR(pg_catalog.=) {count}::bigint \
         AND pg_catalog.sum(fingerprint) OPERATOR(pg_catalog.=) '{sum}'::numeric"
    )
}

/// The same queries under read committed, whatever the default is.
pub(crate) fn read_committed(queries: &str) -> String {
    format!(
        "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY;SET LOCAL statement_timeout TO 0;{queries};COMMIT"
    )
}
