//! A message that carries several migrations, each in a transaction of its own.
//!
//! All but the last commit without waiting for the disk. The server's log is one sequence, so the flush of the last is that
//! of all before it, on synchronous standbys too.
//!
//! What every one of them needs is prepared once, because to plan a statement costs more than to carry it out.
//! The names are this message's alone and go with it, so with a pooler they clash with no other client's.

use std::time::Duration;

use super::apply::{finish_row, microseconds, taken};
use super::trust::{lock_to_write, still_writable};
use super::{
    BEGIN, Basis, GUARD, LATE, Limits, Message, ScriptRef, begin_ours, if_unmoved, insert,
    milliseconds, set_path, settings, timeouts,
};
use crate::table::{HistoryTable, Literal};

/// What the transactions have counted: the message's token, and of each that is committed when it began and was about to
/// commit, in microseconds of the message. The count is a setting of the session, so it commits with each of them; here
/// it is read and cleared. The last column is when the message ended.
const COMMIT_COUNT: &str = "SELECT pg_catalog.current_setting('migrate.applied', true), \
     pg_catalog.set_config('migrate.applied', '', false), pg_catalog.set_config('migrate.before', '', false), \
     (pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) \
     pg_catalog.statement_timestamp()) OPERATOR(pg_catalog.*) 1000000::double precision)::bigint";

/// Such a message.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) message: Message,
    /// Where it did not: flushes what is committed, and says which of them that are.
    pub(crate) settle: String,
    /// Takes back what was prepared, where the message did not come to its end.
    pub(crate) forget: String,
}

impl Batch {
    /// Applies migrations that have no rows yet and leave the session alone, as far as the first that fails. After
    /// the first, none begins once the message has taken longer than `time`. `flushes`: how many of them are flushed one by one.
    /// `token` is hexadecimal and no other message's.
    pub(crate) fn new(
        table: &HistoryTable,
        items: &[ScriptRef<'_>],
        basis: &Basis,
        limits: Limits<'_>,
        time: Duration,
        flushes: Flushes,
        token: &str,
    ) -> Self {
        let mut message = Message::default();
        // A transaction of its own: after a query, the first BEGIN could choose no isolation level any more.
        message.add(BEGIN);
        message.add(settings::LIFT);
        // Without parameters, so that it is planned once. The server plans a statement that has some for each of its
        // first five executions, and this one takes longer to plan than all the others.
        message.add(&format!(
            "PREPARE migrate_trust_{token} AS SELECT {}",
            taken(table)
        ));
        let timeouts = timeouts(&["$1".to_owned(), "$2".to_owned()]);
        message.add(&format!(
            "PREPARE migrate_take_{token} (pg_catalog.text, pg_catalog.text) AS SELECT {timeouts}"
        ));
        let version = if_in_time(time, "$5", &if_unmoved(table, basis, "$4", "$1"));
        message.add(&format!(
            "PREPARE migrate_begin_{token} (bigint, pg_catalog.text, pg_catalog.text, bigint, boolean) AS {}",
            insert(table, [&version, "$2", "$3"], "running")
        ));
        message.add(&format!(
            "PREPARE migrate_end_{token} (bigint, boolean) AS {}",
            counted(&finish_row(table, "$1"), "$2")
        ));
        message.add(&format!(
            "PREPARE migrate_leave_{token} (pg_catalog.text, pg_catalog.text) AS SELECT {}, {timeouts}",
            settings::put_back(limits.named)
        ));
        message.add(&format!(
            "SELECT pg_catalog.set_config('migrate.applied', '{token}', false), {}",
            settings::remember(limits.named, false)
        ));
        message.add("COMMIT");
        let lock_table = lock_to_write(table);
        let mut newest = basis.newest;
        for (at, item) in items.iter().enumerate() {
            message.add(BEGIN);
            message.add(&lock_table);
            message.add(&format!("EXECUTE migrate_trust_{token}"));
            let [wait, work] = limits.of(item.script);
            message.add(&format!("EXECUTE migrate_take_{token}({wait}, {work})"));
            if let Some(path) = limits.path {
                message.add(&set_path(path));
            }
            message.add(&format!(
                "EXECUTE migrate_begin_{token}({}, {}, '{}', {}, {})",
                item.version,
                Literal(item.name),
                item.script.checksum,
                newest,
                at > 0,
            ));
            message.body(at, item.script.sql, 0, 0, item.script.statements());
            if settings::may_limit(item.script.sql) {
                message.add(settings::UNLIMITED);
            }
            message.add(&format!("EXECUTE migrate_leave_{token}({wait}, {work})"));
            let flush = flushes == Flushes::Each || item.script.flush || at + 1 == items.len();
            message.add(&format!(
                "EXECUTE migrate_end_{token}({}, {flush})",
                item.version
            ));
            message.add("COMMIT");
            newest = newest.max(item.version);
        }
        let forget = ["trust", "take", "begin", "leave", "end"]
            .map(|name| format!("DEALLOCATE migrate_{name}_{token}"))
            .join(";");
        message.add(COMMIT_COUNT);
        message.add(&forget);
        let settle = match items.first() {
            Some(first) if flushes == Flushes::Last => {
                format!("{};{COMMIT_COUNT}", flush(table, first.version))
            }
            _ => COMMIT_COUNT.to_owned(),
        };
        Self {
            message,
            settle,
            forget,
        }
    }
}

/// Which migrations of a batch wait for the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flushes {
    /// The last, which does so for all; and those whose files ask for it.
    Last,
    /// Each of them.
    Each,
}

/// Flushes all that this session has committed, as it flushes otherwise. A commit flushes where its transaction has written
/// to the log; a number of its own is not enough. To lock a row is the least that writes, and needs no right but those of
/// a run. If the row is gone, whatever has deleted it was committed after it.
fn flush(table: &HistoryTable, version: i64) -> String {
    format!(
        "{begin};{writable};\
         SELECT 1 FROM ONLY {table} WHERE version OPERATOR(pg_catalog.=) {version}::bigint FOR KEY SHARE;COMMIT",
        begin = begin_ours(),
        writable = still_writable(table),
    )
}

/// `value`, unless the message came longer ago than `time` and `bounded` holds. A message cannot be called back: without
/// this, a request to stop would wait for all that is in it. (The timestamp of a statement is that of its message.)
fn if_in_time(time: Duration, bounded: &str, value: &str) -> String {
    format!(
        "CASE WHEN {bounded} AND pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) pg_catalog.statement_timestamp() \
         OPERATOR(pg_catalog.>) '{} milliseconds'::interval THEN pg_catalog.concat('{LATE}')::bigint ELSE {value} END",
        milliseconds(time)
    )
}

/// A write that fails unless it meets exactly the row that this transaction has made, and counts it. Without `flush` the commit
/// does not wait for the disk: set here, after the file, so that no file finds the setting changed; only what is deferred
/// to the commit does.
fn counted(write: &str, flush: &str) -> String {
    format!(
        "WITH u AS ({write} RETURNING started_at) \
         SELECT CASE WHEN pg_catalog.count(*) OPERATOR(pg_catalog.=) 1::bigint \
         THEN pg_catalog.set_config('migrate.applied', pg_catalog.concat(\
             pg_catalog.current_setting('migrate.applied', true), ' ', {start}, '-', {end}), false) \
         ELSE pg_catalog.concat('{GUARD}', pg_catalog.count(*))::integer::pg_catalog.text END, \
         CASE WHEN NOT {flush} THEN pg_catalog.set_config('synchronous_commit', 'off', true) END FROM u",
        start = microseconds(
            "pg_catalog.max(started_at)",
            "pg_catalog.statement_timestamp()"
        ),
        end = microseconds(
            "pg_catalog.clock_timestamp()",
            "pg_catalog.statement_timestamp()"
        ),
    )
}
