//! `migrate baseline`: takes a database as it is.

use clap::Args;
use migrate_runtime::Session;
use serde_json::json;

use super::run;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::job::Job;

/// Records migrations as applied without running them
///
/// For a database that was made before its migrations were tracked: everything up to VERSION counts as
/// applied from then on. Rows that are there stay as they are.
#[derive(Debug, Args)]
pub(crate) struct Baseline {
    /// The newest version whose effects the database has
    version: i64,
}

impl Baseline {
    pub(crate) async fn perform<S: Session>(
        &self,
        job: &Job<'_>,
        session: &mut S,
    ) -> Result<Exit, Failure> {
        let report = job.runner().baseline_over(session, self.version).await?;
        for recorded in &report.applied {
            job.output.text(&format!(
                "recorded {} as applied, without running it",
                recorded.file
            ));
        }
        job.output
            .text(&format!("{} recorded now", report.applied.len()));
        job.output
            .document("baseline", json!({ "recorded": run::applied(&report) }));
        Ok(Exit::Done)
    }
}
