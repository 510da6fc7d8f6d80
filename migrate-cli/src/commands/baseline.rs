//! `migrate baseline`: records migrations as applied without running them.

use clap::Args;
use migrate_runtime::Session;
use serde_json::{Value, json};

use super::wait::Wait;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::job::Job;
use crate::output::counted;

/// Record migrations as applied without running them
///
/// For a database that was created before its migrations were tracked: every migration up to VERSION
/// is recorded as applied. Rows that exist are not changed.
#[derive(Debug, Args)]
pub(crate) struct Baseline {
    /// Newest version whose effects the database has
    version: i64,

    #[command(flatten)]
    wait: Wait,
}

impl Baseline {
    pub(crate) async fn perform<S: Session>(
        &self,
        job: &Job<'_>,
        session: &mut S,
    ) -> Result<Exit, Failure> {
        let mut runner = self.wait.runner(job);
        let report = runner.baseline_with(session, self.version).await;
        job.progress.end();
        let report = report?;
        for recorded in &report.recorded {
            job.output.text(&format!(
                "recorded {} as applied without running it",
                recorded.file
            ));
        }
        job.output.text(&match report.recorded.len() {
            0 => "nothing to record: every migration up to this version is recorded".to_owned(),
            some => format!("recorded {}", counted(some, "migration")),
        });
        let recorded = report
            .recorded
            .iter()
            .map(|one| json!({ "version": one.version, "name": one.name, "file": one.file }));
        let recorded: Vec<Value> = recorded.collect();
        job.output
            .document("baseline", json!({ "recorded": recorded }));
        Ok(Exit::Done)
    }
}
