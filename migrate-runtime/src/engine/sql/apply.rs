//! Messages that carry a whole file in a transaction.

use std::fmt::Write as _;
use std::time::Duration;

use super::journal::{checked, claimed};
use super::trust::{is_writable, lock_to_write};
use super::{
    BEGIN, Basis, GUARD, Limits, MILLISECONDS, Message, PIN_PATH, ScriptRef, begin_row, if_unmoved,
    insert_item, lock_taken, set_path, settings, timeouts, unmoved,
};
use crate::session::Reply;
use crate::table::{HistoryTable, Literal};

/// Applies one migration: its row, its SQL and its commit in one message.
///
/// The row goes in first, so a second instance that slips past the lock fails on the primary key
/// before it runs anything, and the row's `xid` proves at the end that the file did not end the
/// transaction: a file with a `ROLLBACK` in it would otherwise be recorded with its changes lost.
pub(crate) fn apply(
    table: &HistoryTable,
    item: ScriptRef<'_>,
    basis: &Basis,
    limits: Limits<'_>,
) -> Message {
    let mut message = Message::default();
    message.add(BEGIN);
    message.add(settings::LIFT);
    message.add(&lock_to_write(table));
    let start = if item.recorded {
        vec![unmoved(table, basis), begin_row(table, item)]
    } else {
        let newest = basis.newest.to_string();
        let version = if_unmoved(table, basis, &newest, &item.version.to_string());
        vec![insert_item(table, item, &version, "running")]
    };
    let end = checked(&finish_row(table, &item.version.to_string()));
    let taken = format!("{}, ", taken(table));
    run_between(&mut message, 0, item, limits, &taken, &start, &[end]);
    message.add("COMMIT");
    message
}

/// Applies several migrations in one transaction and one message. What a commit would drop after each of them is in `temporary`.
pub(crate) fn apply_all(
    table: &HistoryTable,
    items: &[ScriptRef<'_>],
    temporary: &[Vec<String>],
    basis: &Basis,
    limits: Limits<'_>,
) -> Message {
    let mut message = begin(table, basis);
    for (at, item) in items.iter().enumerate() {
        let dropped = temporary.get(at).filter(|_| at + 1 < items.len());
        let dropped = dropped.map_or(&[][..], Vec::as_slice);
        apply_one(&mut message, table, (at, dropped), *item, limits);
    }
    message.add("COMMIT");
    message
}

fn apply_one(
    message: &mut Message,
    table: &HistoryTable,
    (at, dropped): (usize, &[String]),
    item: ScriptRef<'_>,
    limits: Limits<'_>,
) {
    let start = [begin_row(table, item)];
    let end = timed(&finish_row(table, &item.version.to_string()));
    let mut ends = Vec::new();
    if !dropped.is_empty() {
        ends.extend(drop_temporary(dropped));
    }
    ends.push(end);
    run_between(message, at, item, limits, "", &start, &ends);
}

/// Drops temporary tables as a commit does: with what depends on them, and without a word. A commit needs no right to do so;
/// where a file has made the table as another role, that role drops it. Where the session's role may not become that one,
/// as the owner of a function that has made it, it stays. So does what is no table.
fn drop_temporary(tables: &[String]) -> [String; 3] {
    let mut block =
        "DECLARE was pg_catalog.text := pg_catalog.current_setting('role'); BEGIN ".to_owned();
    for table in tables {
        let _ = write!(
            block,
            "BEGIN DROP TABLE IF EXISTS pg_temp.{table} CASCADE; \
             EXCEPTION WHEN wrong_object_type THEN NULL; WHEN insufficient_privilege THEN BEGIN \
             PERFORM pg_catalog.set_config('role', pg_catalog.pg_get_userbyid(c.relowner), true) FROM pg_catalog.pg_class AS c \
             WHERE c.oid OPERATOR(pg_catalog.=) pg_catalog.to_regclass({named})::pg_catalog.oid; \
             DROP TABLE pg_temp.{table} CASCADE; PERFORM pg_catalog.set_config('role', was, true); \
             EXCEPTION WHEN insufficient_privilege OR wrong_object_type THEN NULL; END; END; ",
            named = Literal(&format!("pg_temp.{table}")),
        );
    }
    block.push_str("END");
    [
        "SELECT pg_catalog.set_config('migrate.told', pg_catalog.current_setting('client_min_messages'), true), \
         pg_catalog.set_config('client_min_messages', 'error', true)"
            .to_owned(),
        format!("DO LANGUAGE plpgsql {}", Literal(&block)),
        "SELECT pg_catalog.set_config('client_min_messages', pg_catalog.current_setting('migrate.told'), true)"
            .to_owned(),
    ]
}

/// Settles the row that this transaction has made.
pub(super) fn finish_row(table: &HistoryTable, version: &str) -> String {
    format!(
        "UPDATE {table} SET state = 'applied', ms = {MILLISECONDS} \
         WHERE version OPERATOR(pg_catalog.=) {version}::bigint \
         AND xid OPERATOR(pg_catalog.=) pg_catalog.txid_current()::pg_catalog.text \
         AND state OPERATOR(pg_catalog.=) 'running'",
    )
}

/// [`checked`], which answers with how long the row's migration took, for [`times`].
fn timed(write: &str) -> String {
    format!(
        "WITH u AS ({write} RETURNING started_at) \
         SELECT CASE WHEN pg_catalog.count(*) OPERATOR(pg_catalog.=) 1::bigint \
         THEN pg_catalog.concat('{TOOK}', {took}) \
         ELSE pg_catalog.concat('{GUARD}', pg_catalog.count(*))::integer::pg_catalog.text END FROM u",
        took = microseconds("pg_catalog.clock_timestamp()", "pg_catalog.max(started_at)"),
    )
}

/// Begins the answer of [`timed`].
const TOOK: &str = "migrate:took ";

/// How long each migration of [`apply_all`] took. The rows are known by what they say: a file answers with rows as well.
pub(crate) fn times(reply: &Reply) -> Vec<Duration> {
    let times = reply
        .rows()
        .iter()
        .filter_map(|row| row.text(0)?.strip_prefix(TOOK)?.parse().ok());
    times.map(Duration::from_micros).collect()
}

/// From one time to a later one.
pub(super) fn microseconds(to: &str, from: &str) -> String {
    format!(
        "(pg_catalog.date_part('epoch', {to} OPERATOR(pg_catalog.-) {from}) \
         OPERATOR(pg_catalog.*) 1000000::double precision)::bigint"
    )
}

/// Reverts one migration: the row is claimed first, so that of two instances one fails before it runs anything.
pub(crate) fn revert(
    table: &HistoryTable,
    item: ScriptRef<'_>,
    basis: &Basis,
    limits: Limits<'_>,
) -> Message {
    let mut message = begin(table, basis);
    let version = item.version;
    let start = [claimed(&format!(
        "UPDATE {table} SET state = 'running', xid = pg_catalog.txid_current()::pg_catalog.text \
         WHERE version OPERATOR(pg_catalog.=) {version}::bigint \
         AND (state OPERATOR(pg_catalog.=) 'applied' OR state OPERATOR(pg_catalog.=) 'baseline')"
    ))];
    let end = checked(&format!(
        "DELETE FROM {table} WHERE version OPERATOR(pg_catalog.=) {version}::bigint \
         AND xid OPERATOR(pg_catalog.=) pg_catalog.txid_current()::pg_catalog.text"
    ));
    run_between(&mut message, 0, item, limits, "", &start, &[end]);
    message.add("COMMIT");
    message
}

/// Records migrations as applied without running them. Never touches a row that is there.
pub(crate) fn baseline(table: &HistoryTable, items: &[ScriptRef<'_>], basis: &Basis) -> String {
    let mut message = begin(table, basis);
    for item in items {
        message.add(&format!(
            "{} ON CONFLICT (version) DO NOTHING",
            insert_item(table, *item, &item.version.to_string(), "baseline")
        ));
    }
    message.add("COMMIT");
    message.sql
}

fn begin(table: &HistoryTable, basis: &Basis) -> Message {
    let mut message = Message::default();
    message.add(BEGIN);
    message.add(settings::LIFT);
    message.add(&lock_to_write(table));
    message.add(&format!("SELECT {}", taken(table)));
    message.add(&unmoved(table, basis));
    message
}

/// The history's lock, and that the table is one to write.
pub(super) fn taken(table: &HistoryTable) -> String {
    format!("{}, {}", lock_taken(table), is_writable(table))
}

/// The file between what claims its history row and what settles it. `taken` is selected before the
/// limits, in the same statement: each statement has its price, and small migrations notice.
fn run_between(
    message: &mut Message,
    at: usize,
    item: ScriptRef<'_>,
    limits: Limits<'_>,
    taken: &str,
    start: &[String],
    end: &[String],
) {
    let script = item.script;
    if script.changes_session {
        message.add(settings::SAVE);
    }
    let remember = settings::remember(limits.named, true);
    let timeouts = timeouts(&limits.of(script));
    message.add(&format!("SELECT {taken}{remember}, {timeouts}"));
    if let Some(path) = limits.path {
        message.add(&set_path(path));
    }
    for statement in start {
        message.add(statement);
    }
    message.body(at, script.sql, 0, 0, script.statements());
    if settings::may_limit(script.sql) {
        message.add(settings::UNLIMITED);
    }
    if script.changes_session {
        message.add(PIN_PATH);
        message.add(&settings::restore_as_file_s_role(
            settings::SAVED,
            settings::PINNED,
        ));
    }
    // Roles first of all: the file's may not touch the history.
    message.add(&format!(
        "SELECT {}, {timeouts}",
        settings::put_back(limits.named)
    ));
    if script.changes_session {
        message.add(PIN_PATH);
        message.add(&settings::restore(settings::SAVED, settings::PINNED));
    }
    for statement in end {
        message.add(statement);
    }
}
