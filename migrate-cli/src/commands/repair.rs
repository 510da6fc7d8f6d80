//! `migrate repair`: corrects the history where only a person can know what is true.

use clap::{ArgGroup, Args};
use migrate_runtime::{Repair as What, Session};
use serde_json::{Value, json};

use super::wait::Wait;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::job::Job;

/// Correct the history after an edit or an interruption, without running any migration
///
/// Each corrected row keeps a note, which `status --format json` shows.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("correction").required(true).args(["accept", "applied", "retry"]))]
pub(crate) struct Repair {
    /// Accept the edits of these applied files: record their new checksums
    #[arg(long, value_name = "VERSION", num_args = 1.., value_delimiter = ',')]
    accept: Vec<i64>,

    /// Record this interrupted migration as applied, after you finished it by hand
    #[arg(long, value_name = "VERSION")]
    applied: Option<i64>,

    /// Let the next run start this interrupted migration again, after you undid its effects by hand
    #[arg(long, value_name = "VERSION")]
    retry: Option<i64>,

    #[command(flatten)]
    wait: Wait,
}

impl Repair {
    pub(crate) async fn perform<S: Session>(
        &self,
        job: &Job<'_>,
        session: &mut S,
    ) -> Result<Exit, Failure> {
        let what = match (self.applied, self.retry) {
            (Some(version), _) => What::MarkApplied(version),
            (None, Some(version)) => What::MarkPending(version),
            (None, None) => What::AcceptChecksums(self.accept.clone()),
        };
        let repaired = self.wait.runner(job).repair_with(session, &what).await;
        job.progress.end();
        let repaired = repaired?;
        for row in &repaired {
            job.output.text(&row.to_string());
        }
        if repaired.is_empty() {
            job.output.text("nothing to repair");
        }
        let rows: Vec<Value> = repaired
            .iter()
            .map(|row| json!({ "version": row.version, "file": row.file, "note": row.note }))
            .collect();
        job.output.document("repair", json!({ "repaired": rows }));
        Ok(Exit::Done)
    }
}
