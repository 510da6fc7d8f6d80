//! Who is in the way: sessions that hold the history's lock, or one on a table.

use super::tag::HOLDER;
use super::utc;
use crate::table::{HistoryTable, Literal};

/// Whether another session holds the lock, or one on the table that is in the way.
pub(crate) fn held(table: &HistoryTable) -> String {
    format!(
        "SELECT EXISTS (SELECT FROM pg_catalog.pg_locks l WHERE ({held} OR {locked}) \
         AND l.pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid())",
        held = is_held(table),
        locked = is_locked(table, OURS),
    )
}

/// A client that holds the lock and says nothing for longer than this is taken for dead. The longest
/// that a live one is silent is its sleep before another attempt.
const SILENCE: &str = "20 seconds";

/// Of `pg_locks AS l`.
const IN_THIS_DATABASE: &str = "l.database OPERATOR(pg_catalog.=) (SELECT oid FROM pg_catalog.pg_database \
     WHERE datname OPERATOR(pg_catalog.=) pg_catalog.current_database())";

/// The condition on `pg_locks AS l` that it is the history's lock.
pub(super) fn is_held(table: &HistoryTable) -> String {
    // pg_locks shows a 64-bit key as two halves; `objsubid` 1 tells it from a pair of 32-bit keys.
    let key = table.lock_key().cast_unsigned();
    let (high, low) = (key >> 32, key & u64::from(u32::MAX));
    format!(
        "l.locktype OPERATOR(pg_catalog.=) 'advisory' AND l.granted AND {IN_THIS_DATABASE} \
         AND l.classid OPERATOR(pg_catalog.=) '{high}' AND l.objid OPERATOR(pg_catalog.=) '{low}' \
         AND l.objsubid OPERATOR(pg_catalog.=) 1"
    )
}

/// Of `pg_stat_activity AS s`: idle outside a transaction, and for long.
fn is_silent() -> String {
    format!(
        "s.state OPERATOR(pg_catalog.=) 'idle' AND s.state_change OPERATOR(pg_catalog.<) \
         (pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) '{SILENCE}'::interval)"
    )
}

/// Ends the session that holds the lock and is silent; its client is dead, or a pooler keeps the connection.
pub(crate) fn break_lock(table: &HistoryTable) -> String {
    format!(
        "SELECT pg_catalog.pg_terminate_backend(l.pid) \
         FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity s ON s.pid OPERATOR(pg_catalog.=) l.pid \
         WHERE {} AND {} AND l.pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid()",
        is_held(table),
        is_silent(),
    )
}

/// Who holds the history's lock, or one on the table that keeps others from reading or writing it.
pub(crate) fn holder(table: &HistoryTable) -> String {
    other_session(&format!(
        "({held} OR {locked})",
        held = is_held(table),
        locked = is_locked(table, OURS),
    ))
}

/// What conflicts with the lock of who writes the history.
const OURS: &str = "Share|ShareRowExclusive|Exclusive|AccessExclusive";

/// Who keeps a `SHARE` lock from us.
pub(crate) fn writer(table: &HistoryTable) -> String {
    other_session(&is_locked(
        table,
        "RowExclusive|ShareUpdateExclusive|ShareRowExclusive|Exclusive|AccessExclusive",
    ))
}

/// A session with such a lock in `pg_locks AS l`.
fn other_session(lock: &str) -> String {
    format!(
        "SELECT s.pid, s.usename, s.application_name, {since}, {silent}, '{HOLDER}' \
         FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity s ON s.pid OPERATOR(pg_catalog.=) l.pid \
         WHERE {lock} \
         AND l.pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid() LIMIT 1",
        since = utc("COALESCE(s.xact_start, s.backend_start)"),
        silent = is_silent(),
    )
}

/// The condition on `pg_locks AS l` that it is one on the table and conflicts with ours. Who only waits for it is in
/// the way as well: the server gives locks in turn.
fn is_locked(table: &HistoryTable, modes: &str) -> String {
    format!(
        "l.locktype OPERATOR(pg_catalog.=) 'relation' AND {IN_THIS_DATABASE} \
         AND l.relation OPERATOR(pg_catalog.=) pg_catalog.to_regclass({})::pg_catalog.oid \
         AND l.mode OPERATOR(pg_catalog.~) '^({modes})Lock$'",
        Literal(&table.to_string())
    )
}

/// After a lock timeout: locks of other transactions on what users have made, those of the oldest transaction first. The server
/// does not say which it was, and what waited for it is rolled back. After who it is: how strong the lock is, on what, and how
/// that is said.
pub(crate) fn blockers() -> String {
    format!(
        "SELECT s.pid, s.usename, s.application_name, {since}, \
         pg_catalog.array_position('{MODES}'::pg_catalog.text[], l.mode), c.relname, \
         pg_catalog.format('%s on \"%s\".\"%s\"', pg_catalog.upper(pg_catalog.regexp_replace(pg_catalog.regexp_replace(\
         l.mode, 'Lock$', ''), '([a-z])([A-Z])', E'\\\\1 \\\\2', 'g')), n.nspname, c.relname) \
         FROM pg_catalog.pg_stat_activity s JOIN pg_catalog.pg_locks l ON l.pid OPERATOR(pg_catalog.=) s.pid \
         LEFT JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) l.relation \
         LEFT JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace \
         WHERE s.datname OPERATOR(pg_catalog.=) pg_catalog.current_database() \
         AND s.pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid() AND s.xact_start IS NOT NULL AND l.granted \
         AND l.locktype OPERATOR(pg_catalog.=) 'relation' AND {IN_THIS_DATABASE} AND l.relation OPERATOR(pg_catalog.>=) '16384' \
         ORDER BY s.xact_start, 5 DESC LIMIT 200",
        since = utc("s.xact_start"),
    )
}

/// From the weakest on.
const MODES: &str = "{AccessShareLock,RowShareLock,RowExclusiveLock,ShareUpdateExclusiveLock,ShareLock,\
    ShareRowExclusiveLock,ExclusiveLock,AccessExclusiveLock}";
