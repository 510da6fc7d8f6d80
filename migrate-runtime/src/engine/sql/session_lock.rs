//! The lock while a `no-transaction` file lasts: the session's, as such a file is many transactions.

use super::holder::is_held;
use super::{BUSY, POOLED};
use crate::table::HistoryTable;

/// Takes the session's lock. A session may take it twice; but if the server connection holds it before
/// we ask, then a pooler has lent us the one on which another client took it.
pub(super) fn lock(table: &HistoryTable) -> String {
    format!(
        "SELECT CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_locks l WHERE {held} \
         AND l.pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid()) \
         THEN pg_catalog.concat('{POOLED}')::integer \
         WHEN pg_catalog.pg_try_advisory_lock({key}) THEN 0 \
         ELSE pg_catalog.concat('{BUSY}')::integer END",
        held = is_held(table),
        key = table.lock_key(),
    )
}

/// Fails on any other server connection than the one that took the lock: a pooler is in between.
pub(super) fn same_server(pid: i32) -> String {
    format!(
        "SELECT CASE WHEN pg_catalog.pg_backend_pid() OPERATOR(pg_catalog.=) {pid} THEN 0 \
         ELSE pg_catalog.concat('{POOLED}')::integer END"
    )
}

/// Where a pooler keeps the server connection that took the lock from us: ends it, if no client uses it.
pub(crate) fn evict(table: &HistoryTable, pid: i32) -> String {
    format!(
        "SELECT pg_catalog.pg_terminate_backend(l.pid) \
         FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity s ON s.pid OPERATOR(pg_catalog.=) l.pid \
         WHERE {} AND l.pid OPERATOR(pg_catalog.=) {pid} AND s.state OPERATOR(pg_catalog.=) 'idle'",
        is_held(table),
    )
}

/// Gives the session's lock back. The server warns of one that the session does not hold, so that is asked first.
pub(crate) fn unlock(table: &HistoryTable) -> String {
    format!(
        "SELECT CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_locks l WHERE {held} \
         AND l.pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid()) \
         THEN pg_catalog.pg_advisory_unlock({key}) END",
        held = is_held(table),
        key = table.lock_key(),
    )
}
