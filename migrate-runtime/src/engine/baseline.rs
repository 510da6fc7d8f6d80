//! Recording migrations as applied without running them.

use super::sql::{self, Basis, ScriptRef};
use super::{Engine, State, own_signal};
use crate::error::{Error, Kind};
use crate::report::{BaselineReport, RecordedMigration};

impl Engine<'_, '_> {
    /// Records every embedded migration up to `version` that has no row yet.
    pub(crate) async fn baseline(mut self, version: i64) -> Result<BaselineReport, Error> {
        self.refuse_stale()?;
        if self.set.get(version).is_none() {
            return Err(Error::new(Kind::unknown_version(version, self.set)));
        }
        let mut snapshot = self.read_history().await?;
        loop {
            if snapshot.open_transaction {
                return Err(Error::new(Kind::OpenTransaction { error: None }));
            }
            let history = match snapshot.history.take() {
                Some(history) => history,
                None => match self.create().await? {
                    Ok(history) => history,
                    Err(outcome) => {
                        snapshot = self.again(outcome).await?;
                        continue;
                    }
                },
            };
            self.refuse_taken(&history, |recorded| recorded <= version)
                .await?;
            if let Some(row) = history
                .rows()
                .iter()
                .find(|row| matches!(row.state, State::Running | State::Reverting))
                && let Some(migration) = self.set.get(row.version)
            {
                let migrations = vec![crate::error::Problem::new(&migration, Some(row))];
                let error = Error::new(Kind::HalfApplied { migrations });
                snapshot = self.unless_in_hand(error, Some(&history)).await?;
                continue;
            }
            let set = self.set;
            let migrations: Vec<_> = set
                .iter()
                .take_while(|migration| migration.version <= version)
                .filter(|migration| history.get(migration.version).is_none())
                .collect();
            let mut report = BaselineReport {
                recorded: Vec::new(),
                known: history.rows().len(),
            };
            if migrations.is_empty() {
                return Ok(report);
            }
            let items: Vec<ScriptRef<'_>> = migrations
                .iter()
                .map(|migration| ScriptRef {
                    version: migration.version,
                    name: migration.name,
                    script: &migration.up,
                    recorded: false,
                })
                .collect();
            let sql = sql::baseline(self.table, &items, &Basis::of(&history));
            let Err(failure) = self.session.transact(&sql).await else {
                report.recorded = migrations.iter().map(RecordedMigration::of).collect();
                return Ok(report);
            };
            let Some(outcome) = own_signal(self.table, &failure) else {
                let doing = format!("record a baseline in {}", self.table);
                return Err(self.refused(doing, failure).await);
            };
            snapshot = self.again(outcome).await?;
        }
    }
}
