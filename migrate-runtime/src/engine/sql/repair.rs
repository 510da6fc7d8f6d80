//! Messages that change what the history says, and nothing else.

use super::journal::claimed;
use super::tag::NOTE;
use super::trust::writable;
use super::{begin_ours, lock, utc};
use crate::engine::Row;
use crate::migrations::Checksum;
use crate::table::{HistoryTable, Literal};

/// What is to become of one row.
#[derive(Debug, Clone)]
pub(crate) struct Change<'a> {
    /// The row as the repair was decided on: another one is another decision.
    pub(crate) row: &'a Row,
    pub(crate) state: &'static str,
    /// What it is about from now on, if that is to be recorded.
    pub(crate) identity: Option<Identity<'a>>,
    pub(crate) note: &'a str,
}

/// What tells one migration from another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Identity<'a> {
    pub(crate) version: i64,
    pub(crate) name: &'a str,
    pub(crate) checksum: Checksum,
}

/// Changes rows, all or none, each with its note; answers with the notes, in the order of `changes`.
pub(crate) fn repair(table: &HistoryTable, changes: &[Change<'_>]) -> String {
    let begin = begin_ours();
    let mut sql = format!("{begin};{};{};", lock(table), writable(table));
    for change in changes {
        let Row {
            version,
            state,
            done,
            checksum,
            ..
        } = change.row;
        let same_text = checksum.map_or_else(String::new, |checksum| {
            format!(" AND pg_catalog.encode(checksum, 'hex') OPERATOR(pg_catalog.=) '{checksum}'")
        });
        let identity = change.identity.map_or_else(String::new, |identity| {
            format!(
                "version = {}::bigint, name = {}, checksum = pg_catalog.decode('{}', 'hex'), ",
                identity.version,
                Literal(identity.name),
                identity.checksum
            )
        });
        let update = format!(
            "UPDATE {table} SET state = '{new}', done = 0, {identity}\
             note = pg_catalog.concat_ws(E'\\n', note, {note}) \
             WHERE version OPERATOR(pg_catalog.=) {version}::bigint \
             AND state OPERATOR(pg_catalog.=) '{old}' AND done OPERATOR(pg_catalog.=) {done}{same_text}",
            new = change.state,
            old = state.as_str(),
            note = signed(change.note),
        );
        sql.push_str(&claimed(&update));
        sql.push(';');
    }
    let notes: Vec<String> = changes
        .iter()
        .map(|change| format!("({}, '{NOTE}')", signed(change.note)))
        .collect();
    format!("{sql}VALUES {};COMMIT", notes.join(","))
}

/// A note, with when and by whom: the transaction's time, so that both uses say the same.
fn signed(note: &str) -> String {
    format!(
        "pg_catalog.concat({}, ' (', {}, ' by ', CURRENT_USER, ')')",
        Literal(note),
        utc("pg_catalog.transaction_timestamp()")
    )
}
