//! Recording what another tool has applied.

use std::time::Instant;

use super::backoff::Backoff;
use super::sql::{self, Adopted};
use super::{Engine, Outcome, own_signal};
use crate::error::{Error, ErrorKind, Kind};
use crate::event::Event;
use crate::foreign_history::{AdoptOutcome, ForeignHistory};
use crate::table::HistoryTable;

impl Engine<'_, '_> {
    /// Records `what`, all of it or nothing.
    pub(crate) async fn adopt(mut self, what: &ForeignHistory) -> Result<AdoptOutcome, Error> {
        self.refuse_stale()?;
        let mut rows = Vec::with_capacity(what.migrations.len());
        for taken in &what.migrations {
            let Some(migration) = self.set.get(taken.version) else {
                return Err(Error::new(Kind::unknown_version(taken.version, self.set)));
            };
            rows.push(Adopted {
                name: migration.name,
                checksum: migration.up.checksum,
                taken,
            });
        }
        match self.read_history().await {
            Ok(snapshot) => {
                let history = snapshot.history.unwrap_or_default();
                // All of them: beside another program's rows a run would refuse what is recorded here.
                self.refuse_taken(&history, |_| true).await?;
            }
            // The table to adopt may have this name, and is renamed then.
            Err(error) if error.kind() == ErrorKind::ForeignTable => {}
            Err(error) => return Err(error),
        }
        let doing = format!("record the history in {}", self.table);
        let other = HistoryTable::new(what.schema.clone(), what.name.clone()).ok();
        let mut with_schema = false;
        let mut backoff = Backoff::polling();
        let started = Instant::now();
        loop {
            let sql = sql::adopt(self.table, what, &rows, with_schema);
            let Err(failure) = self.session.transact(&sql).await else {
                return Ok(AdoptOutcome::Recorded);
            };
            if failure.code() == "3F000" && !with_schema {
                with_schema = true;
                continue;
            }
            let is_table = failure.code() == "55P03";
            match own_signal(self.table, &failure) {
                Some(Outcome::LockHeld) => {}
                Some(_) => return Ok(AdoptOutcome::TableChanged),
                // The other table is gone: another instance has renamed it.
                None if failure.code() == "42P01" => return Ok(AdoptOutcome::TableChanged),
                None => return Err(self.refused(doing, failure).await),
            }
            self.refuse_stopped()?;
            let waited = started.elapsed();
            let mut table = self.table;
            let mut holder = self.holder().await;
            if is_table
                && holder.is_none()
                && let Some(other) = &other
            {
                table = other;
                holder = self.writer(other).await;
            }
            if waited >= self.options.wait {
                let table = table.to_string();
                return Err(Error::new(if is_table {
                    Kind::TableLocked {
                        table,
                        holder,
                        waited,
                    }
                } else {
                    Kind::Locked { holder, waited }
                }));
            }
            let delay = backoff
                .delay()
                .min(self.options.wait.saturating_sub(waited));
            let holder = holder.as_ref();
            self.emit(&if is_table {
                Event::table_locked(holder, waited, delay)
            } else {
                Event::Waiting {
                    holder,
                    waited,
                    delay,
                }
            });
            self.session.sleep(delay).await;
        }
    }
}
