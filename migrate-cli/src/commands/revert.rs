//! `migrate revert`: takes applied migrations back with their down files.

use clap::Args;
use migrate_runtime::{Revert as Which, Session};
use serde_json::json;

use super::run::{self, Limits};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::job::Job;

/// Takes applied migrations back with their down files, newest first
#[derive(Debug, Args)]
pub(crate) struct Revert {
    /// How many of the newest applied migrations
    #[arg(long, value_name = "N", default_value_t = 1, conflicts_with = "to")]
    last: usize,

    /// Everything newer than this version; 0 for all
    #[arg(long, value_name = "VERSION")]
    to: Option<i64>,

    #[command(flatten)]
    limits: Limits,
}

impl Revert {
    pub(crate) async fn perform<S: Session>(
        &self,
        job: &Job<'_>,
        session: &mut S,
    ) -> Result<Exit, Failure> {
        let which = self.to.map_or(Which::Last(self.last), Which::To);
        let output = job.output;
        let mut runner = self
            .limits
            .set(job.runner())
            .stop(&job.stop)
            .observer(|event| job.progress.tell(event));
        let document = |report| json!({ "reverted": run::applied(report) });
        let result = runner.revert_over(session, which).await;
        job.progress.end();
        match result {
            Ok(report) => {
                output.text(&match report.applied.len() {
                    0 => "nothing to revert".to_owned(),
                    some => format!("{some} reverted"),
                });
                output.document("revert", document(&report));
                Ok(Exit::Done)
            }
            Err(error) => {
                let report = document(error.report());
                Err(Failure::from(error).details(report))
            }
        }
    }
}
