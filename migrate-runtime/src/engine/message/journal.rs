//! Messages of a `no-transaction` file: statement by statement, with a journal in its history row.
//!
//! Such a file needs the lock across messages, so here it is the session's; the run gives it back on
//! every way out. A statement that may run in a transaction commits together with its journal entry,
//! which is a compare-and-set: done exactly once even where no lock holds.

use super::{
    BEGIN, BEGIN_OURS, BUSY, Body, GUARD, Item, Limits, MILLISECONDS, MOVED, Message, PIN_PATH,
    POOLED, begin_row, is_held, settings, timeouts, unmoved,
};
use crate::migrations::Statement;
use crate::session::Reply;
use crate::table::{Literal, Table};
use crate::text;

/// Takes the session's lock. A session may take it twice; but if the server connection holds it before
/// we ask, then a pooler has lent us the one on which another client took it.
fn lock(table: &Table) -> String {
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

/// What the end of the journal has to put back, and which server process this is; then sets what the file runs with:
/// another `search_path`, where that is asked for, and what an earlier run has set, in `resumed`.
fn session(path: Option<&str>, resumed: &str) -> String {
    let path = path.map_or_else(String::new, |path| {
        format!(
            ", pg_catalog.set_config('search_path', {}, false)",
            Literal(path)
        )
    });
    format!(
        "SELECT COALESCE((SELECT pg_catalog.jsonb_object_agg(name, \
         CASE WHEN name OPERATOR(pg_catalog.=) 'statement_timeout' \
         THEN pg_catalog.current_setting('migrate.limit') ELSE setting END)::pg_catalog.text \
         FROM pg_catalog.pg_settings WHERE source OPERATOR(pg_catalog.=) 'session'), '{{}}'), \
         pg_catalog.current_setting('role'), pg_catalog.current_setting('session_authorization'), \
         pg_catalog.pg_backend_pid(), {kept}, {pins}{path}{resumed}",
        kept = settings::kept(),
        pins = settings::pin_outside(),
    )
}

/// Whether a journal is that of an up or of a down file: the state its row is in meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Up,
    Down,
}

impl Direction {
    fn state(self) -> &'static str {
        match self {
            Self::Up => "running",
            Self::Down => "reverting",
        }
    }
}

/// Takes the lock and opens the journal.
pub(crate) fn begin_journal(
    table: &Table,
    direction: Direction,
    item: Item<'_>,
    newest: Option<i64>,
    path: Option<&str>,
) -> String {
    let claim = match direction {
        Direction::Up => begin_row(table, item),
        Direction::Down => claimed(&format!(
            "UPDATE {table} SET state = 'reverting', done = 0 WHERE version OPERATOR(pg_catalog.=) {}::bigint \
             AND (state OPERATOR(pg_catalog.=) 'applied' OR state OPERATOR(pg_catalog.=) 'baseline')",
            item.version
        )),
    };
    format!(
        "{BEGIN};{lift};{};{};{claim};{};COMMIT",
        lock(table),
        unmoved(table, newest),
        session(path, ""),
        lift = settings::LIFT,
    )
}

/// Takes the lock and finds the journal of an interrupted run as it was planned for.
pub(crate) fn resume_journal(
    table: &Table,
    direction: Direction,
    version: i64,
    done: usize,
    newest: Option<i64>,
    path: Option<&str>,
) -> String {
    format!(
        "{BEGIN};{lift};{};{};{};{};COMMIT",
        lock(table),
        unmoved(table, newest),
        compare_and_set(table, direction, version, done, done),
        session(path, &format!(", {}", settings::resume(table, version))),
        lift = settings::LIFT,
    )
}

/// Moves the journal on, or fails where another run has done so.
fn compare_and_set(
    table: &Table,
    direction: Direction,
    version: i64,
    from: usize,
    to: usize,
) -> String {
    checked(&format!(
        "UPDATE {table} SET done = {to} WHERE version OPERATOR(pg_catalog.=) {version}::bigint \
         AND state OPERATOR(pg_catalog.=) '{}' AND done OPERATOR(pg_catalog.=) {from}",
        direction.state()
    ))
}

/// A write that fails unless it meets exactly one row: the one that this run has made or found.
pub(super) fn checked(write: &str) -> String {
    one_row(write, GUARD)
}

/// A write that fails unless the history still holds the one row that it was decided on.
pub(super) fn claimed(write: &str) -> String {
    one_row(write, MOVED)
}

/// Operators are named: the caller's path may be set.
fn one_row(write: &str, otherwise: &str) -> String {
    format!(
        "WITH u AS ({write} RETURNING 1) \
         SELECT CASE WHEN pg_catalog.count(*) OPERATOR(pg_catalog.=) 1::bigint THEN 0 \
         ELSE pg_catalog.concat('{otherwise}', pg_catalog.count(*))::integer END FROM u"
    )
}

/// Fails on any other server connection than the one that took the lock: a pooler is in between.
fn same_server(pid: i32) -> String {
    format!(
        "SELECT CASE WHEN pg_catalog.pg_backend_pid() OPERATOR(pg_catalog.=) {pid} THEN 0 \
         ELSE pg_catalog.concat('{POOLED}')::integer END"
    )
}

/// One statement that may run in a transaction, with its journal entry.
pub(crate) fn step(
    table: &Table,
    direction: Direction,
    item: Item<'_>,
    number: usize,
    statement: Statement<'_>,
    limits: Limits<'_>,
    before: &Before,
) -> Message {
    let mut message = Message::default();
    message.add(BEGIN);
    message.add(settings::LIFT);
    message.add(&same_server(before.pid));
    message.add(&settings::own_roles(before));
    message.add(&compare_and_set(
        table,
        direction,
        item.version,
        number,
        number + 1,
    ));
    message.add(settings::FILE_ROLES);
    message.add(&format!("SELECT {}", timeouts(&limits.of(item.script))));
    message.body(0, statement.sql, statement.start, number, 1);
    message.add(&settings::own_roles(before));
    message.add(&settings::record(table, item.version));
    message.add(&format!("SELECT {}", settings::pin_outside()));
    message.add("COMMIT");
    message
}

/// Before a statement that refuses a transaction: a `lock_timeout` would cut `CREATE INDEX
/// CONCURRENTLY` short and leave an invalid index. Also checks that the server process is the one
/// that holds the lock: behind a transaction-pooling proxy it need not be.
pub(crate) fn outside(table: &Table, pid: i32) -> String {
    format!(
        "SELECT CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_locks l WHERE {held} \
         AND l.pid OPERATOR(pg_catalog.=) {pid} AND l.pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid()) \
         THEN 0 ELSE pg_catalog.concat('{POOLED}')::integer END;SELECT {}",
        settings::pin_outside(),
        held = is_held(table),
    )
}

/// The statement itself, alone in its message.
pub(crate) fn alone(number: usize, statement: Statement<'_>) -> Message {
    let sql = statement.sql.to_owned();
    let characters = text::characters(&sql);
    Message {
        sql,
        characters,
        statements: 1,
        bodies: vec![Body {
            item: 0,
            bytes_before: 0,
            characters_before: 0,
            characters,
            offset: statement.start,
            statements_before: 0,
            first: number,
            statements: 1,
        }],
    }
}

/// Whether an index is there, and valid.
pub(crate) fn probe_index(index: &str) -> String {
    format!(
        "SELECT i.indisvalid FROM pg_catalog.pg_index i \
         WHERE i.indexrelid OPERATOR(pg_catalog.=) pg_catalog.to_regclass({})::pg_catalog.oid",
        Literal(index)
    )
}

/// The invalid copies that an interrupted `REINDEX CONCURRENTLY` of this index or table left behind.
pub(crate) fn probe_reindex(target: &str) -> String {
    format!(
        "SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) FROM pg_catalog.pg_index i \
         JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) i.indexrelid \
         JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace \
         WHERE NOT i.indisvalid AND c.relname OPERATOR(pg_catalog.~) '_cc(new|old)[0-9]*$' \
         AND i.indrelid OPERATOR(pg_catalog.=) COALESCE(\
         (SELECT t.indrelid FROM pg_catalog.pg_index t \
          WHERE t.indexrelid OPERATOR(pg_catalog.=) pg_catalog.to_regclass({target})::pg_catalog.oid), \
         pg_catalog.to_regclass({target})::pg_catalog.oid)",
        target = Literal(target)
    )
}

/// Whether an interrupted `DETACH PARTITION … CONCURRENTLY` waits to be finished, and whether the
/// partition is still attached at all. The column is there from PostgreSQL 14, as the command is.
pub(crate) fn probe_detach(parent: &str, partition: &str) -> String {
    format!(
        "SELECT inhdetachpending FROM pg_catalog.pg_inherits \
         WHERE inhrelid OPERATOR(pg_catalog.=) pg_catalog.to_regclass({})::pg_catalog.oid \
         AND inhparent OPERATOR(pg_catalog.=) pg_catalog.to_regclass({})::pg_catalog.oid",
        Literal(partition),
        Literal(parent),
    )
}

/// Removes an invalid index. `index` is quoted already.
pub(crate) fn drop_index(index: &str) -> String {
    format!("DROP INDEX CONCURRENTLY IF EXISTS {index}")
}

/// The journal entry of a statement that could not carry it.
pub(crate) fn advance(
    table: &Table,
    direction: Direction,
    version: i64,
    number: usize,
    before: &Before,
) -> String {
    format!(
        "{BEGIN_OURS};{};{};{};{};COMMIT",
        same_server(before.pid),
        settings::own_roles(before),
        compare_and_set(table, direction, version, number, number + 1),
        settings::record(table, version),
    )
}

/// Closes the journal.
pub(crate) fn end_journal(
    table: &Table,
    direction: Direction,
    version: i64,
    done: usize,
    before: &Before,
) -> String {
    let row = format!(
        "version OPERATOR(pg_catalog.=) {version}::bigint AND state OPERATOR(pg_catalog.=) '{}' \
         AND done OPERATOR(pg_catalog.=) {done}",
        direction.state()
    );
    let end = match direction {
        Direction::Up => {
            let note = format!(
                "CASE WHEN {bare} OPERATOR(pg_catalog.<>) '' THEN {bare} END",
                bare = settings::BARE_NOTE
            );
            format!(
                "UPDATE {table} SET state = 'applied', ms = {MILLISECONDS}, note = {note} WHERE {row}"
            )
        }
        Direction::Down => format!("DELETE FROM {table} WHERE {row}"),
    };
    let own = settings::own_roles(before);
    format!("{BEGIN_OURS};{own};{};COMMIT", checked(&end))
}

/// What the session was like when the journal was opened.
#[derive(Debug, Clone)]
pub(crate) struct Before {
    pub(crate) settings: String,
    pub(crate) role: String,
    pub(crate) user: String,
    pub(crate) pid: i32,
    /// The settings whose changes the journal keeps.
    pub(crate) kept: String,
}

impl Before {
    /// Reads what [`session`] has asked for: the last rows of [`begin_journal`] and [`resume_journal`].
    pub(crate) fn read(reply: &Reply) -> Self {
        let row = reply.last_rows().first();
        let text = |column| text::owned(row.and_then(|row| row.text(column)));
        Self {
            settings: text(0).unwrap_or_else(|| "{}".to_owned()),
            role: text(1).unwrap_or_else(|| "none".to_owned()),
            user: text(2).unwrap_or_default(),
            pid: row.and_then(|row| row.number(3)).unwrap_or_default(),
            kept: text(4).unwrap_or_else(|| "{}".to_owned()),
        }
    }
}

/// Gives the lock back and leaves the session as it was found. The lock goes
/// at once, within a transaction or without. Fails on any other server connection than the one that
/// took the lock.
///
/// A PostgreSQL that is compiled into a program may have no session user to show; NULL asks for the default.
pub(crate) fn leave(table: &Table, before: &Before) -> String {
    format!(
        "{BEGIN_OURS};\
         {same};{unlock};{PIN_PATH};\
         SELECT set_config('session_authorization', NULLIF({user}, ''), false), set_config('role', {role}, false);\
         {restore};COMMIT",
        same = same_server(before.pid),
        unlock = unlock(table),
        user = Literal(&before.user),
        role = Literal(&before.role),
        restore = settings::restore(&format!("{}::jsonb", Literal(&before.settings)), ""),
    )
}

/// Where a pooler keeps the server connection that took the lock from us: ends it, if nobody uses it.
pub(crate) fn evict(table: &Table, pid: i32) -> String {
    format!(
        "SELECT pg_catalog.pg_terminate_backend(l.pid) \
         FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity s ON s.pid OPERATOR(pg_catalog.=) l.pid \
         WHERE {} AND l.pid OPERATOR(pg_catalog.=) {pid} AND s.state OPERATOR(pg_catalog.=) 'idle'",
        is_held(table),
    )
}

/// Gives the session's lock back. The server warns of one that the session does not hold, so that is asked first.
pub(crate) fn unlock(table: &Table) -> String {
    format!(
        "SELECT CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_locks l WHERE {held} \
         AND l.pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid()) \
         THEN pg_catalog.pg_advisory_unlock({key}) END",
        held = is_held(table),
        key = table.lock_key(),
    )
}
