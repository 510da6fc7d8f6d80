//! What another tool has recorded in the same database, asked for only while our own history is empty.

use std::mem;

use super::sql::tag;
use super::{Engine, sql};
use crate::error::Error;
use crate::event::Event;
use crate::other_history::OtherHistory;
use crate::session::Reply;
use crate::table::Identifier;

impl Engine<'_, '_> {
    /// The tables of the tools that are known; none where they cannot be asked for, because no operation depends on it.
    pub(super) async fn other_histories(&mut self) -> Vec<OtherHistory> {
        let asked = self.session.ask(&sql::others(self.table)).await;
        asked.map_or_else(|_| Vec::new(), |reply| read(&reply))
    }

    /// Tells of the other histories that were found as the history table was made.
    pub(super) fn tell_of_others(&mut self) {
        for history in &mem::take(&mut self.others) {
            self.emit(&Event::OtherHistory { history });
        }
    }

    /// The same error of a run that began with an empty history, and what explains it.
    pub(super) async fn began_empty(&mut self, error: Error) -> Error {
        if !error.is_about_contents() {
            return error;
        }
        let other = self.other_histories().await.into_iter().next();
        error.began_empty(other)
    }
}

/// The tables in the answer to [`sql::others`].
pub(super) fn read(reply: &Reply) -> Vec<OtherHistory> {
    let one = |row: &crate::session::Row| {
        let table = format!("{}.{}", Identifier(row.text(0)?), Identifier(row.text(1)?));
        let columns: Vec<&str> = row.text(2)?.lines().collect();
        OtherHistory::read(table, &columns)
    };
    reply.tagged(tag::OTHER).filter_map(one).collect()
}
