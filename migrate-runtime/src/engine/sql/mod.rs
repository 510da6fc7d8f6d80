//! Every message the engine sends, one function each.
//!
//! Rules that all of them keep:
//! - Only the simple-query protocol, so that a transaction-pooling proxy changes nothing.
//! - The history table is always quoted and schema-qualified. Before the caller's own SQL runs, the
//!   `search_path` is the caller's, so each function, operator and type that we use is named with
//!   `pg_catalog` (or is a word of the grammar, like `bigint`); after it, `search_path` is pinned.
//! - An assertion is a cast that fails: `concat(…)::integer`. `concat` is not immutable, so the
//!   planner cannot evaluate it before it is reached, as it would a constant like `1/0`.

mod adopt;
mod apply;
mod batch;
mod holder;
mod journal;
mod message;
mod pieces;
mod read;
mod recovery;
mod repair;
mod session_lock;
mod settings;
mod table;
pub(crate) mod tag;
mod tenants;
mod trust;

use std::fmt::Write as _;
use std::time::Duration;

pub(crate) use adopt::{Adopted, adopt};
pub(crate) use apply::{apply, apply_all, baseline, revert, times};
pub(crate) use batch::{Batch, Flushes};
pub(crate) use holder::{blockers, break_lock, held, holder, writer};
pub(crate) use journal::{
    Before, Direction, advance, alone, begin_journal, end_journal, fail, leave, mark, outside,
    resume_journal, step,
};
pub(crate) use message::{Message, Segment};
pub(crate) use pieces::pieces;
pub(crate) use read::{
    MANY, MOMENT, is_up_to_date, newest, read_committed, read_history, read_history_and_lock,
    readable, status, undo,
};
pub(crate) use recovery::{
    compare_index, drop_index, find_copies, find_index, find_partition, is_attached, is_there,
};
pub(crate) use repair::{Change, Identity, repair};
pub(crate) use session_lock::{evict, unlock};
pub(crate) use settings::{
    LIFT, READ_AS_BUILT, begin_ahead, is_hurried, is_setting, patience, read_as_built,
    reads_otherwise, think, within,
};
pub(crate) use table::{Schema, create, others, shape};
pub(crate) use tenants::{currency, existing};
pub(crate) use trust::{FOREIGN, QUESTION, inspect, rights};

use super::history::{History, State};
use crate::migrations::Script;
use crate::table::{HistoryTable, Literal};

/// Raised when another session holds the history's lock.
pub(crate) const BUSY: &str = "migrate:busy";
/// Raised when the history is not the one this plan was made for.
pub(crate) const MOVED: &str = "migrate:moved";
/// Raised when the row that this transaction inserted is not there at its end.
pub(crate) const GUARD: &str = "migrate:guard";
/// Raised by a batch that has taken long enough: the next of its migrations does not begin in it.
pub(crate) const LATE: &str = "migrate:late";
/// Raised when a message meets another server process than the one before.
pub(crate) const POOLED: &str = "migrate:pooled";

/// `BEGIN`, whatever `default_transaction_isolation` and `default_transaction_read_only` say: under
/// repeatable read, what is read after taking the lock would be the state from before it.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";

/// [`BEGIN`] for a message that holds nothing of the caller's, and so is short: no limit is meant for it.
fn begin_ours() -> String {
    format!("{BEGIN};{LIFT}")
}

fn utc(timestamp: &str) -> String {
    format!(
        "pg_catalog.to_char(pg_catalog.timezone('UTC', {timestamp}), 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
    )
}

/// The lock, for as long as the transaction lasts: it cannot outlive a run, whatever happens to it, nor
/// stay behind in a pooler's server connection. Polled, never waited for: a session that waits
/// would be waited for by another's `CREATE INDEX CONCURRENTLY`.
fn lock(table: &HistoryTable) -> String {
    format!("SELECT {}", lock_taken(table))
}

/// [`lock`] as an expression.
fn lock_taken(table: &HistoryTable) -> String {
    format!(
        "CASE WHEN pg_catalog.pg_try_advisory_xact_lock({key}) THEN 0 \
         ELSE pg_catalog.concat('{BUSY}')::integer END",
        key = table.lock_key(),
    )
}

/// `value`, if the history is still the one that the plan was made from. In a statement after that of the lock: a
/// statement sees what was committed before it began, and the lock must come before that.
///
/// Compared are its newest version and every migration that is half-done or to be run again.
fn if_unmoved(table: &HistoryTable, basis: &Basis, newest: &str, value: &str) -> String {
    format!(
        "CASE WHEN COALESCE((SELECT pg_catalog.max(version) FROM {table}), {NONE}) OPERATOR(pg_catalog.=) {newest}::bigint \
         AND NOT EXISTS (SELECT FROM {table} WHERE {unsettled}{known}) \
         THEN {value} ELSE pg_catalog.concat('{MOVED}')::bigint END",
        unsettled = table::UNSETTLED,
        known = basis.known,
    )
}

/// [`if_unmoved`] as a statement of its own.
fn unmoved(table: &HistoryTable, basis: &Basis) -> String {
    let newest = basis.newest.to_string();
    format!("SELECT {}", if_unmoved(table, basis, &newest, "0"))
}

/// The history that a plan was made from, as far as messages compare it.
#[derive(Debug, Clone)]
pub(crate) struct Basis {
    /// [`NONE`] where it has no rows.
    pub(crate) newest: i64,
    /// What excludes the rows that were unsettled then.
    known: String,
}

impl Basis {
    pub(crate) fn of(history: &History) -> Self {
        let mut known = String::new();
        for row in history.rows() {
            if matches!(row.state, State::Applied | State::Baseline) {
                continue;
            }
            let _ = write!(
                known,
                " AND NOT (version OPERATOR(pg_catalog.=) {}::bigint AND state OPERATOR(pg_catalog.=) '{}' \
                 AND done OPERATOR(pg_catalog.=) {})",
                row.version,
                row.state.as_str(),
                row.done
            );
        }
        Self {
            newest: history.newest().unwrap_or(NONE),
            known,
        }
    }
}

/// What every message with the caller's SQL sets, for its transaction only, from two expressions; and remembers, to tell
/// later whether a file has changed it. `transaction_timeout` is there from PostgreSQL 17.
fn timeouts([lock, statement]: &[String; 2]) -> String {
    format!(
        "pg_catalog.set_config('migrate.pins', ARRAY[pg_catalog.set_config('lock_timeout', {lock}, true), \
         pg_catalog.set_config('statement_timeout', {statement}, true), \
         CASE WHEN pg_catalog.current_setting('transaction_timeout', true) IS NOT NULL \
         THEN pg_catalog.set_config('transaction_timeout', '0', true) END]::pg_catalog.text, true)"
    )
}

/// Another `search_path`, for the transaction.
fn set_path(path: &str) -> String {
    format!(
        "SELECT pg_catalog.set_config('search_path', {}, true)",
        Literal(path)
    )
}

/// In 64 bits: to print the standard library's 128 takes 1.4 KiB of code.
fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// What the caller's SQL runs with. Milliseconds are what PostgreSQL counts in; zero means no limit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits<'a> {
    pub(crate) lock: Duration,
    pub(crate) statement: Duration,
    /// The `search_path` that the caller's SQL meets, where it is not the session's.
    pub(crate) path: Option<&'a str>,
    /// The settings that the set makes by name, each after a comma: what a file changes of them ends with it.
    pub(crate) named: &'a str,
}

impl Limits<'_> {
    /// For [`timeouts`]: what a script says of the first goes before what the run says.
    fn of(self, script: &Script<'_>) -> [String; 2] {
        [script.lock_timeout.unwrap_or(self.lock), self.statement]
            .map(|limit| format!("'{}'", milliseconds(limit)))
    }
}

/// Which script of which migration.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ScriptRef<'a> {
    pub(crate) version: i64,
    pub(crate) name: &'a str,
    pub(crate) script: &'a Script<'a>,
    /// Whether the history holds its row already: one that a repair has left to be run again.
    pub(crate) recorded: bool,
}

/// Recorded with every row.
const TOOL: &str = concat!("migrate ", env!("CARGO_PKG_VERSION"));

/// How long a row's migration has been at work. Rounded when it is stored as a whole number.
const MILLISECONDS: &str = "pg_catalog.date_part('epoch', \
    pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) started_at) OPERATOR(pg_catalog.*) 1000::double precision";

/// Pins the path that the engine's SQL after the caller's resolves names with.
const PIN_PATH: &str = "SET LOCAL search_path TO pg_catalog, pg_temp";

/// The history row of a migration, from expressions; that of the checksum is hexadecimal.
fn insert(table: &HistoryTable, [version, name, checksum]: [&str; 3], state: &str) -> String {
    format!(
        "INSERT INTO {table} (version, name, checksum, state, xid, tool) VALUES \
         ({version}, {name}, pg_catalog.decode({checksum}, 'hex'), '{state}', \
         pg_catalog.txid_current()::pg_catalog.text, '{TOOL}')"
    )
}

/// [`insert`] for an item.
fn insert_item(table: &HistoryTable, item: ScriptRef<'_>, version: &str, state: &str) -> String {
    let name = Literal(item.name).to_string();
    let checksum = format!("'{}'", item.script.checksum);
    insert(table, [version, &name, &checksum], state)
}

/// The row of a migration that begins: a new one, or the one that a repair has left for it.
fn begin_row(table: &HistoryTable, item: ScriptRef<'_>) -> String {
    if !item.recorded {
        return insert_item(table, item, &item.version.to_string(), "running");
    }
    journal::claimed(&format!(
        "UPDATE {table} SET name = {name}, checksum = pg_catalog.decode('{checksum}', 'hex'), state = 'running', \
         done = 0, xid = pg_catalog.txid_current()::pg_catalog.text, started_at = pg_catalog.clock_timestamp(), \
         ms = NULL, applied_by = CURRENT_USER, tool = '{TOOL}' \
         WHERE version OPERATOR(pg_catalog.=) {version}::bigint AND state OPERATOR(pg_catalog.=) 'retry'",
        version = item.version,
        name = Literal(item.name),
        checksum = item.script.checksum,
    ))
}

/// The sentinel that stands for an empty history; versions start at 0.
const NONE: i64 = -1;
