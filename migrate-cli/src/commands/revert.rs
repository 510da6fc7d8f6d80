//! `migrate revert`: reverts applied migrations with their down files.

use clap::Args;
use migrate_runtime::{
    MigrationState, MigrationStatus, Revert as Which, RevertedMigration, Session, Status,
};
use serde_json::{Value, json};

use super::run::Limits;
use crate::duration;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::job::Job;
use crate::output::counted;

/// Revert applied migrations with their down files, newest first
#[derive(Debug, Args)]
pub(crate) struct Revert {
    /// Revert this many of the newest applied migrations
    #[arg(long, value_name = "N", default_value_t = 1, conflicts_with = "to")]
    last: usize,

    /// Revert to this version: every newer migration, but not this one
    #[arg(long, value_name = "VERSION")]
    to: Option<i64>,

    /// Revert every migration
    #[arg(long, conflicts_with_all = ["last", "to"])]
    all: bool,

    /// Show which migrations would be reverted, and change nothing
    #[arg(long)]
    dry_run: bool,

    #[command(flatten)]
    limits: Limits,
}

impl Revert {
    pub(crate) async fn perform<S: Session>(
        &self,
        job: &Job<'_>,
        session: &mut S,
    ) -> Result<Exit, Failure> {
        let which = match self.to {
            _ if self.all => Which::All,
            Some(version) => Which::To(version),
            None => Which::Last(self.last),
        };
        let output = job.output;
        if self.dry_run {
            let runner = self.limits.set(job.runner());
            let mut runner = runner.observer(|event| job.progress.tell(event));
            let status = runner.status_with(session).await;
            job.progress.end();
            let status = status?;
            return self.plan(job, &status);
        }
        let mut runner = self
            .limits
            .set(job.runner())
            .stop(&job.stop)
            .observer(|event| job.progress.tell(event));
        let result = runner.revert_with(session, which).await;
        job.progress.end();
        match result {
            Ok(report) => {
                output.text(&match report.reverted.len() {
                    0 => "nothing to revert".to_owned(),
                    some => format!("reverted {}", counted(some, "migration")),
                });
                output.document("revert", document(&report.reverted));
                Ok(Exit::Done)
            }
            Err(error) => {
                let report = document(error.reverted());
                Err(Failure::from(error).details(report))
            }
        }
    }

    /// What `--dry-run` says: the migrations that a revert would take, or the one that stops it.
    fn plan(&self, job: &Job<'_>, status: &Status) -> Result<Exit, Failure> {
        let is_recorded = |entry: &&MigrationStatus| {
            !matches!(
                entry.state,
                MigrationState::Pending | MigrationState::OutOfOrder
            )
        };
        let newest = status.entries.iter().rev().filter(is_recorded);
        let chosen: Vec<&MigrationStatus> = match self.to {
            Some(target) => newest.filter(|entry| entry.version > target).collect(),
            None if self.all => newest.collect(),
            None => newest.take(self.last).collect(),
        };
        if let Some(at) = chosen.iter().position(|entry| !entry.reversible)
            && let Some(MigrationStatus { version, name, .. }) = chosen.get(at)
        {
            let failure = Failure::refused(format!(
                "migration {version} {name} has no down file, so nothing would be reverted"
            ));
            return Err(match at {
                0 => failure,
                _ => failure.help(format!(
                    "revert the newer ones only: `migrate revert --to {version}`"
                )),
            });
        }
        let mut documents = Vec::new();
        for entry in &chosen {
            let down = job.set.get(entry.version).and_then(|migration| {
                let down = migration.down()?;
                Some(down.path())
            });
            let MigrationStatus { version, name, .. } = entry;
            job.output.text(&format!(
                "would revert {version} {name} with {}",
                down.as_deref().unwrap_or("its down file")
            ));
            documents.push(json!({ "version": version, "name": name, "file": down }));
        }
        if chosen.is_empty() {
            job.output.text("nothing to revert");
        }
        let document = json!({ "dry_run": true, "reverted": [], "would_revert": documents });
        job.output.document("revert", document);
        Ok(Exit::Done)
    }
}

fn document(reverted: &[RevertedMigration]) -> Value {
    let one = |one: &RevertedMigration| {
        json!({
            "version": one.version,
            "name": one.name,
            "file": one.file,
            "ms": duration::milliseconds(one.duration),
            "attempts": one.attempts,
        })
    };
    json!({ "reverted": reverted.iter().map(one).collect::<Vec<Value>>() })
}
