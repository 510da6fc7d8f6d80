//! Messages of a `no-transaction` file: statement by statement, with a journal in its history row.
//!
//! Such a file needs the lock across messages, so here it is the session's; the run gives it back on
//! every way out. A statement that may run in a transaction commits together with its journal entry,
//! which is a compare-and-set: done exactly once even where no lock holds.

use super::holder::is_held;
use super::recovery;
use super::session_lock::{lock, same_server, unlock};
use super::tag::BEFORE;
use super::trust::{is_writable, lock_to_write, still_writable, writable};
use super::{
    BEGIN, Basis, GUARD, Limits, MILLISECONDS, MOVED, Message, PIN_PATH, POOLED, ScriptRef,
    Segment, begin_ours, begin_row, settings, timeouts, unmoved,
};
use crate::engine::progress::{Resume, digest};
use crate::migrations::Statement;
use crate::session::Reply;
use crate::table::{HistoryTable, Literal};
use crate::text;

/// What the end of the journal has to put back, and which server process this is; then sets what the file runs with:
/// another `search_path`, where that is asked for, and what an earlier run has set, in `resumed`.
fn session(limits: Limits<'_>, resumed: &str) -> String {
    let path = limits.path.map_or_else(String::new, |path| {
        format!(
            ", pg_catalog.set_config('search_path', {}, false)",
            Literal(path)
        )
    });
    format!(
        "SELECT COALESCE((SELECT pg_catalog.jsonb_object_agg(name, \
         CASE WHEN name OPERATOR(pg_catalog.=) ANY ('{{statement_timeout,transaction_timeout,\
         idle_in_transaction_session_timeout}}'::pg_catalog.text[]) THEN {was} ELSE setting END)::pg_catalog.text \
         FROM pg_catalog.pg_settings WHERE source OPERATOR(pg_catalog.=) 'session'), '{{}}'), \
         pg_catalog.current_setting('role'), pg_catalog.current_setting('session_authorization'), \
         pg_catalog.pg_backend_pid(), {kept}, {pins}{path}{resumed}, '{BEFORE}'",
        was = settings::session_s("name"),
        kept = settings::kept(limits.named),
        pins = settings::pin_lifted(),
    )
}

/// Whether a journal is that of an up or of a down file: the state its row is in until then.
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
    table: &HistoryTable,
    direction: Direction,
    item: ScriptRef<'_>,
    basis: &Basis,
    limits: Limits<'_>,
) -> String {
    let claim = match direction {
        Direction::Up => begin_row(table, item),
        Direction::Down => claimed(&format!(
            "UPDATE {table} SET state = 'reverting', done = 0 WHERE version OPERATOR(pg_catalog.=) {}::bigint \
             AND (state OPERATOR(pg_catalog.=) 'applied' OR state OPERATOR(pg_catalog.=) 'baseline')",
            item.version
        )),
    };
    let progress = compare_and_set(table, direction, item, 0, 0);
    format!(
        "{BEGIN};{lift};{};{};{};{claim};{progress};{};COMMIT",
        lock(table),
        writable(table),
        unmoved(table, basis),
        session(limits, ""),
        lift = settings::LIFT,
    )
}

/// Takes the lock and finds the journal of an interrupted run as it was planned for. What of the file is not
/// finished may have been corrected since.
pub(crate) fn resume_journal(
    table: &HistoryTable,
    direction: Direction,
    item: ScriptRef<'_>,
    resume: &Resume,
    basis: &Basis,
    limits: Limits<'_>,
) -> String {
    let text = match direction {
        Direction::Up => format!(
            "name = {}, checksum = pg_catalog.decode('{}', 'hex')",
            Literal(item.name),
            item.script.checksum
        ),
        Direction::Down => "done = done".to_owned(),
    };
    let found = checked(&format!(
        "UPDATE {table} SET {text} WHERE {row} AND COALESCE(xid, '') OPERATOR(pg_catalog.=) {progress}",
        row = journal_row(direction, item.version, resume.done),
        progress = Literal(&resume.progress),
    ));
    format!(
        "{BEGIN};{lift};{};{};{};{found};{};COMMIT",
        lock(table),
        writable(table),
        unmoved(table, basis),
        session(
            limits,
            &format!(", {}", settings::resume(table, item.version))
        ),
        lift = settings::LIFT,
    )
}

/// The condition that a journal is where it was left.
fn journal_row(direction: Direction, version: i64, done: usize) -> String {
    format!(
        "version OPERATOR(pg_catalog.=) {version}::bigint \
         AND state OPERATOR(pg_catalog.=) '{}' AND done OPERATOR(pg_catalog.=) {done}",
        direction.state()
    )
}

/// Moves the journal on, or fails where another run has done so.
fn compare_and_set(
    table: &HistoryTable,
    direction: Direction,
    item: ScriptRef<'_>,
    from: usize,
    to: usize,
) -> String {
    checked(&format!(
        "UPDATE {table} SET done = {to}, xid = 'idle {}' WHERE {}",
        digest(item.script, to),
        journal_row(direction, item.version, from),
    ))
}

/// Records that a statement which refuses a transaction is about to be sent, and what was there before it.
/// Until the journal says more, what became of it is not known.
pub(crate) fn mark(
    table: &HistoryTable,
    direction: Direction,
    item: ScriptRef<'_>,
    number: usize,
    statement: Statement<'_>,
    session: &Before,
) -> String {
    let entry = checked(&format!(
        "UPDATE {table} SET xid = pg_catalog.concat('sent {} {} ', {}) WHERE {}",
        digest(item.script, number),
        digest(item.script, number + 1),
        recovery::before(statement.kind),
        journal_row(direction, item.version, number),
    ));
    let begin = begin_ours();
    format!(
        "{begin};{};{};{};{entry};COMMIT",
        same_server(session.pid),
        settings::own_roles(session),
        still_writable(table)
    )
}

/// Records that the server has reported the failure of the statement that was sent.
pub(crate) fn fail(
    table: &HistoryTable,
    direction: Direction,
    version: i64,
    number: usize,
    session: &Before,
) -> String {
    let entry = checked(&format!(
        "UPDATE {table} SET xid = pg_catalog.concat('failed', pg_catalog.substr(xid, 5)) \
         WHERE {} AND pg_catalog.substr(xid, 1, 5) OPERATOR(pg_catalog.=) 'sent '",
        journal_row(direction, version, number),
    ));
    let begin = begin_ours();
    format!(
        "{begin};{};{};{entry};COMMIT",
        settings::own_roles(session),
        still_writable(table)
    )
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

/// One statement that may run in a transaction, with its journal entry.
pub(crate) fn step(
    table: &HistoryTable,
    direction: Direction,
    item: ScriptRef<'_>,
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
    message.add(&lock_to_write(table));
    message.add(&format!("SELECT {}", is_writable(table)));
    message.add(&compare_and_set(table, direction, item, number, number + 1));
    message.add(settings::FILE_ROLES);
    message.add(&format!("SELECT {}", timeouts(&limits.of(item.script))));
    message.body(
        0,
        statement.sql,
        statement.start,
        number,
        [statement].into_iter(),
    );
    if settings::may_limit(statement.sql) {
        message.add(settings::UNLIMITED);
    }
    message.add(&settings::own_roles(before));
    message.add(&settings::record(table, item.version));
    message.add(&format!("SELECT {}", settings::pin_outside()));
    message.add("COMMIT");
    message
}

/// Before a statement that refuses a transaction: a `lock_timeout` would cut `CREATE INDEX
/// CONCURRENTLY` short and leave an invalid index. Also checks that the server process is the one
/// that holds the lock: with a transaction-pooling proxy it need not be. That comes second, as a limit that the file has
/// set may cut it short; where it fails, the settings are rolled back, as the message is one transaction.
pub(crate) fn outside(table: &HistoryTable, pid: i32) -> String {
    format!(
        "SELECT {};SELECT CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_locks l WHERE {held} \
         AND l.pid OPERATOR(pg_catalog.=) {pid} AND l.pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid()) \
         THEN 0 ELSE pg_catalog.concat('{POOLED}')::integer END",
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
        segments: vec![Segment {
            item: 0,
            bytes_before: 0,
            characters_before: 0,
            characters,
            offset: statement.start,
            statements_before: 0,
            first: number,
            statements: 1,
        }],
        pieces: Vec::new(),
    }
}

/// The journal entry of a statement that could not carry it.
pub(crate) fn advance(
    table: &HistoryTable,
    direction: Direction,
    item: ScriptRef<'_>,
    number: usize,
    before: &Before,
) -> String {
    let begin = begin_ours();
    format!(
        "{begin};{};{};{};{};{};COMMIT",
        same_server(before.pid),
        settings::own_roles(before),
        still_writable(table),
        compare_and_set(table, direction, item, number, number + 1),
        settings::record(table, item.version),
    )
}

/// Closes the journal.
pub(crate) fn end_journal(
    table: &HistoryTable,
    direction: Direction,
    version: i64,
    done: usize,
    before: &Before,
) -> String {
    let row = journal_row(direction, version, done);
    let end = match direction {
        Direction::Up => {
            let note = format!(
                "CASE WHEN {bare} OPERATOR(pg_catalog.<>) '' THEN {bare} END",
                bare = settings::BARE_NOTE
            );
            format!(
                "UPDATE {table} SET state = 'applied', ms = {MILLISECONDS}, note = {note}, \
                 xid = pg_catalog.txid_current()::pg_catalog.text WHERE {row}"
            )
        }
        Direction::Down => format!("DELETE FROM {table} WHERE {row}"),
    };
    let (own, writable) = (settings::own_roles(before), still_writable(table));
    let begin = begin_ours();
    format!("{begin};{own};{writable};{};COMMIT", checked(&end))
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
    /// Those of them that the set makes by name.
    pub(crate) named: String,
}

impl Before {
    /// Reads what [`session`] has asked for in [`begin_journal`] and [`resume_journal`].
    pub(crate) fn read(reply: &Reply, limits: Limits<'_>) -> Self {
        let row = reply.tagged(BEFORE).next();
        let text = |column| text::owned(row.and_then(|row| row.text(column)));
        Self {
            settings: text(0).unwrap_or_else(|| "{}".to_owned()),
            role: text(1).unwrap_or_else(|| "none".to_owned()),
            user: text(2).unwrap_or_default(),
            pid: row.and_then(|row| row.number(3)).unwrap_or_default(),
            kept: text(4).unwrap_or_else(|| "{}".to_owned()),
            named: limits.named.to_owned(),
        }
    }
}

/// Gives the lock back and leaves the session as it was found. The lock goes
/// at once, within a transaction or without. Fails on any other server connection than the one that
/// took the lock.
///
/// A PostgreSQL that is compiled into a program may have no session user to show; NULL asks for the default.
pub(crate) fn leave(table: &HistoryTable, before: &Before) -> String {
    let begin = begin_ours();
    let named = if before.named.is_empty() {
        String::new()
    } else {
        format!("{};", settings::put_named_back(&before.named, &before.kept))
    };
    let was = format!("{}::jsonb", Literal(&before.settings));
    format!(
        "{begin};\
         {same};{unlock};{PIN_PATH};{named}{as_file_s_role};\
         SELECT set_config('session_authorization', NULLIF({user}, ''), false), set_config('role', {role}, false);\
         {restore};COMMIT",
        same = same_server(before.pid),
        unlock = unlock(table),
        user = Literal(&before.user),
        role = Literal(&before.role),
        as_file_s_role = settings::restore_as_file_s_role(&was, ""),
        restore = settings::restore(&was, ""),
    )
}
