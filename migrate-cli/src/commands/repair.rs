//! `migrate repair`: corrects the history where only a person can know what is true.

use clap::{ArgGroup, Args};
use migrate_runtime::{Repair as What, Session};
use serde_json::{Value, json};

use super::wait::Wait;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::job::Job;

/// Correct the history, without running any migration
///
/// Each corrected row keeps a note, which `status --format json` shows.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("correction")
    .args(["accept", "applied", "retry", "forget", "renumber"])
    .required(true))]
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

    /// Forget these recorded migrations, whose files are gone for good; give a `--reason`
    #[arg(
        long,
        value_name = "VERSION",
        num_args = 1..,
        value_delimiter = ',',
        requires = "reason"
    )]
    forget: Vec<i64>,

    /// Why they are forgotten, for the note that their rows keep
    #[arg(long, value_name = "TEXT", requires = "forget")]
    reason: Option<String>,

    /// Record that the file of version FROM has the version TO now, with the same text
    #[arg(long, value_names = ["FROM", "TO"], num_args = 2)]
    renumber: Vec<i64>,

    #[command(flatten)]
    wait: Wait,
}

impl Repair {
    pub(crate) async fn perform<S: Session>(
        &self,
        job: &Job<'_>,
        session: &mut S,
    ) -> Result<Exit, Failure> {
        let what = match (self.applied, self.retry, &self.reason, &*self.renumber) {
            (Some(version), ..) => What::MarkApplied(version),
            (None, Some(version), ..) => What::MarkPending(version),
            (None, None, Some(reason), _) => What::Forget {
                versions: self.forget.clone(),
                reason: reason.clone(),
            },
            (None, None, None, &[from, to]) => What::Renumber { from, to },
            _ => What::AcceptChecksums(self.accept.clone()),
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
            .map(|row| json!({ "version": row.version, "name": row.name, "file": row.file, "note": row.note }))
            .collect();
        job.output.document("repair", json!({ "repaired": rows }));
        Ok(Exit::Done)
    }
}
