//! `migrate adopt`: adopts the history of another tool.

use clap::Args;
use clap::builder::PossibleValuesParser;
use migrate_adopt::{Error, Finding, Tool, adopt};
use migrate_runtime::{HistoryTable, Session, Timestamp};
use serde_json::{Value, json};

use super::wait::Wait;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::job::Job;

/// Adopt the history that another migration tool has recorded in this database
///
/// Matches the tool's rows with the files, verifies its checksums, and records the applied migrations
/// with their original times, in one transaction. Rows and files that do not match are listed, and
/// nothing is recorded until each of them is answered with --applied, --pending or --forget. The tool's
/// table is not changed, except that it is renamed if it has the name of migrate's history table.
/// Running the command again changes nothing.
#[derive(Debug, Args)]
pub(crate) struct Adopt {
    /// Tool to adopt from [default: recognised by its table]
    #[arg(long, value_name = "TOOL", value_parser = PossibleValuesParser::new(Tool::ALL.map(Tool::name)))]
    from: Option<String>,

    /// Table in which the tool keeps its history, if it does not have its usual name
    #[arg(long, value_name = "SCHEMA.NAME")]
    from_table: Option<String>,

    /// Record these versions as applied despite a missing row, a failure or an edit
    #[arg(long, value_name = "VERSION", num_args = 1.., value_delimiter = ',')]
    applied: Vec<i64>,

    /// Leave these versions pending although newer ones are applied, or they failed
    #[arg(long, value_name = "VERSION", num_args = 1.., value_delimiter = ',')]
    pending: Vec<i64>,

    /// Ignore these rows, given as the tool names them, although no file matches them
    #[arg(long, value_name = "ROW", num_args = 1.., value_delimiter = ',')]
    forget: Vec<String>,

    /// Show what would be recorded, and write nothing
    #[arg(long)]
    dry_run: bool,

    #[command(flatten)]
    wait: Wait,
}

impl Adopt {
    pub(crate) async fn perform<S: Session>(
        &self,
        job: &Job<'_>,
        session: &mut S,
    ) -> Result<Exit, Failure> {
        let mut adoption = adopt(job.set).table(job.table.clone());
        if let Some(tool) = self.from.as_deref().and_then(Tool::named) {
            adoption = adoption.from(tool);
        }
        if let Some(table) = &self.from_table {
            let (schema, name) = table.split_once('.').unwrap_or(("public", table));
            adoption = adoption.from_table(HistoryTable::new(schema.to_owned(), name.to_owned())?);
        }
        let applied = self.applied.iter();
        adoption = applied.fold(adoption, |adoption, version| adoption.applied(*version));
        let pending = self.pending.iter();
        adoption = pending.fold(adoption, |adoption, version| adoption.pending(*version));
        let forget = self.forget.iter();
        adoption = forget.fold(adoption, migrate_adopt::Adoption::forget);
        if let Some(limit) = self.wait.limit() {
            adoption = adoption.wait_timeout(limit);
        }
        let adoption = adoption
            .dry_run(self.dry_run)
            .stop(&job.stop)
            .observer(|event| job.progress.tell(event));
        let result = adoption.run_with(session).await;
        job.progress.end();
        let adopted = result.map_err(failure)?;
        let rows = adopted.recorded.iter();
        for row in rows.clone() {
            let time = row.applied_at.as_ref();
            let when = time.map_or_else(String::new, |time| format!(", applied {time}"));
            job.output.text(&format!("{}{when}", row.file));
        }
        job.output.text(&adopted.to_string());
        let rows: Vec<Value> = rows
            .map(|row| json!({ "version": row.version, "file": row.file, "applied_at": row.applied_at.as_ref().map(Timestamp::as_str) }))
            .collect();
        job.output.document(
            "adopt",
            json!({
                "tool": adopted.tool.map(Tool::name),
                "source": adopted.source,
                "recorded": rows,
                "known": adopted.known,
                "renamed": adopted.renamed,
                "dry_run": adopted.dry_run,
                "refused": adopted.refused,
            }),
        );
        Ok(Exit::Done)
    }
}

fn failure(error: Error) -> Failure {
    let hints = error.hints();
    let (message, text) = (error.to_string(), error.details().to_string());
    let failure = match error {
        Error::Record(error) => return error.into(),
        Error::Refused { findings, .. } => {
            let findings = findings.iter().map(document);
            let findings: Vec<Value> = findings.collect();
            Failure::refused(message).details(json!({ "findings": findings }))
        }
        Error::Connection { source } => Failure::environment(message).cause(source.as_ref()),
        Error::Database { error, .. } => Failure::refused(message)
            .sqlstate(Some(&error.code))
            .cause(error.as_ref()),
        _ => Failure::refused(message),
    };
    hints
        .into_iter()
        .fold(failure.described(text), Failure::help)
}

fn document(finding: &Finding) -> Value {
    json!({ "message": finding.to_string(), "answers": finding.answers() })
}
