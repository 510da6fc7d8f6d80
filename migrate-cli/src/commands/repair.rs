//! `migrate repair`: tells the history what only a person can know.

use clap::Args;
use migrate_runtime::{Repair as What, Session};
use serde_json::{Value, json};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::job::Job;

/// Corrects the history after a deliberate edit or an interruption; runs no migration
///
/// Each changed row keeps a note of it, which `status --format json` shows.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Repair {
    /// These applied files were edited on purpose: take their new checksums over
    #[arg(long, value_name = "VERSION", num_args = 1.., value_delimiter = ',')]
    accept: Vec<i64>,

    /// This half-done migration has been finished by hand: count it as applied
    #[arg(long, value_name = "VERSION")]
    applied: Option<i64>,

    /// What this half-done migration did has been undone by hand: let the next run start it anew
    #[arg(long, value_name = "VERSION")]
    retry: Option<i64>,
}

impl Repair {
    pub(crate) async fn perform<S: Session>(
        &self,
        job: &Job<'_>,
        session: &mut S,
    ) -> Result<Exit, Failure> {
        let what = match (self.applied, self.retry) {
            (Some(version), _) => What::Applied(version),
            (None, Some(version)) => What::Retry(version),
            (None, None) => What::Accept(self.accept.clone()),
        };
        let repaired = job.runner().repair_over(session, &what).await?;
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
