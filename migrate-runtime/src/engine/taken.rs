//! Refuses to go on where a version belongs to another migration, and asks when that was recorded.

use super::history::History;
use super::identity::taken_kind;
use super::{Engine, sql};
use crate::error::{Error, Taken};
use crate::timestamp::Timestamp;

impl Engine<'_, '_> {
    /// Refuses to go on where one of these versions belongs to another migration.
    pub(super) async fn refuse_taken(
        &mut self,
        history: &History,
        wanted: impl Fn(i64) -> bool,
    ) -> Result<(), Error> {
        let rows = history.rows().iter().filter(|row| wanted(row.version));
        let taken: Vec<Taken> = rows
            .filter_map(|row| {
                let migration = self.set.get(row.version)?;
                row.is_another(&migration)
                    .then(|| Taken::new(&migration, row))
            })
            .collect();
        if taken.is_empty() {
            return Ok(());
        }
        let kind = taken_kind(self.set, history, taken);
        Err(self.dated(Error::new(kind)).await)
    }

    /// The same error, with the times at which those versions were recorded. A run does not read them otherwise.
    pub(super) async fn dated(&mut self, mut error: Error) -> Error {
        let Some((table, taken)) = error.taken() else {
            return error;
        };
        *table = self.table.to_string();
        if let Ok(reply) = self.session.ask(&sql::status(self.table)).await {
            for one in taken {
                let is_its = |row: &&crate::session::Row| row.number(0) == Some(one.version);
                let row = reply.tagged(sql::tag::ROW).find(is_its);
                one.at = row.and_then(|row| row.text(5)).map(Timestamp::new);
            }
        }
        error
    }
}
