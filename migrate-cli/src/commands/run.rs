//! `migrate run`: applies pending migrations.

use std::time::Duration;

use clap::{Args, ValueEnum};
use migrate_runtime::{AppliedMigration, Policy, RunReport, Runner, Session, UnknownMigration};
use serde_json::{Value, json};

use super::other_history::{other_documents, other_histories};
use crate::duration;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::job::Job;
use crate::output::{Output, counted};

/// Apply pending migrations
#[derive(Debug, Default, Args)]
#[expect(
    clippy::struct_field_names,
    reason = "`dry_run` is what the flag is called"
)]
pub(crate) struct Run {
    /// Apply as far as this version, which is included
    #[arg(long, value_name = "VERSION")]
    to: Option<i64>,

    /// Show which migrations would be applied, and change nothing
    #[arg(long)]
    dry_run: bool,

    /// Apply all pending migrations in one transaction: all or none
    #[arg(long)]
    single_transaction: bool,

    /// Wait for the disk after each migration, not once for several that share a message
    #[arg(long)]
    one_flush_per_migration: bool,

    #[command(flatten)]
    limits: Limits,

    /// Continue despite a condition that is usually a mistake
    #[arg(long, value_enum, value_name = "CONDITION", value_delimiter = ',')]
    allow: Vec<Condition>,
}

/// How long to wait, and how often to try.
#[derive(Debug, Default, Args)]
pub(crate) struct Limits {
    /// Wait this long for a lock before rolling back and retrying [default: 800ms]
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    lock_timeout: Option<Duration>,

    /// Retry this many times when a lock cannot be acquired [default: 12]
    #[arg(long, value_name = "TIMES")]
    retries: Option<u32>,

    /// Cancel a statement that runs longer than this [default: no limit]
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    statement_timeout: Option<Duration>,

    /// Wait this long while another instance applies migrations [default: 5min]
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    wait: Option<Duration>,
}

impl Limits {
    pub(crate) fn set<'a>(&self, mut runner: Runner<'a>) -> Runner<'a> {
        if let Some(timeout) = self.lock_timeout {
            runner = runner.lock_timeout(timeout);
        }
        if let Some(retries) = self.retries {
            runner = runner.retries(retries);
        }
        if let Some(timeout) = self.statement_timeout {
            runner = runner.statement_timeout(timeout);
        }
        if let Some(limit) = self.wait {
            runner = runner.wait_timeout(limit);
        }
        runner
    }
}

/// A condition that `run` refuses unless it is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Condition {
    /// An applied file was edited
    Drift,
    /// The file of an applied migration is missing
    Missing,
    /// A pending migration is older than the newest applied one
    OutOfOrder,
}

impl Run {
    pub(crate) async fn perform<S: Session>(
        &self,
        job: &Job<'_>,
        session: &mut S,
    ) -> Result<Exit, Failure> {
        let mut runner = self.limits.set(job.runner());
        if let Some(version) = self.to {
            runner = runner.target(version);
        }
        if self.single_transaction {
            runner = runner.single_transaction(true);
        }
        if self.one_flush_per_migration {
            runner = runner.one_flush_per_migration(true);
        }
        for condition in &self.allow {
            runner = match condition {
                Condition::Drift => runner.drift(Policy::Allow),
                Condition::Missing => runner.missing(Policy::Allow),
                Condition::OutOfOrder => runner.out_of_order(Policy::Allow),
            };
        }
        if self.dry_run {
            let plan = runner.plan_with(session).await?;
            return Ok(report_plan(job.output, &plan));
        }
        let output = job.output;
        let mut runner = runner
            .stop(&job.stop)
            .observer(|event| job.progress.tell(event));
        let result = runner.run_with(session).await;
        job.progress.end();
        match result {
            Ok(report) => {
                output.text(&summary(&report));
                output.document("run", document(&report));
                Ok(Exit::Done)
            }
            Err(error) => {
                let report = document(error.report());
                Err(Failure::from(error).details(report))
            }
        }
    }
}

/// What `--dry-run` says.
fn report_plan(output: Output, plan: &migrate_runtime::Plan) -> Exit {
    for pending in &plan.pending {
        output.text(&format!("would apply {}", pending.file));
    }
    output.text(&format!(
        "{} pending, {} applied",
        plan.pending.len(),
        plan.current
    ));
    for line in other_histories(&plan.other_histories) {
        output.text(&line);
    }
    let pending: Vec<Value> = plan
        .pending
        .iter()
        .map(|pending| {
            json!({ "version": pending.version, "name": pending.name, "file": pending.file })
        })
        .collect();
    output.document(
        "run",
        json!({
            "dry_run": true,
            "pending": pending,
            "current": plan.current,
            "other_histories": other_documents(&plan.other_histories),
        }),
    );
    Exit::Done
}

/// The last line of a run.
fn summary(report: &RunReport) -> String {
    let mut lines = vec![match (report.applied.len(), report.current) {
        (0, 0) => "nothing to apply: there are no migrations".to_owned(),
        (0, current) => format!("up to date ({})", counted(current, "migration")),
        (applied, _) => format!("applied {}", counted(applied, "migration")),
    }];
    if let Some(newest) = report.ahead.last() {
        lines.push(format!(
            "the database is ahead by {}, up to {newest}: a newer release has migrated it",
            counted(report.ahead.len(), "migration")
        ));
    }
    for missing in &report.missing {
        lines.push(format!(
            "allowed: the file of the applied migration {missing} is missing"
        ));
    }
    for version in &report.drifted {
        lines.push(format!(
            "allowed: migration {version} was edited after it was applied"
        ));
    }
    lines.join("\n")
}

/// What JSON says of a run.
fn document(report: &RunReport) -> Value {
    let unknown = |list: &[UnknownMigration]| -> Vec<Value> {
        let one = |unknown: &UnknownMigration| json!({ "version": unknown.version, "name": unknown.name });
        list.iter().map(one).collect()
    };
    json!({
        "applied": applied(report),
        "current": report.current,
        "ahead": unknown(&report.ahead),
        "missing": unknown(&report.missing),
        "drifted": report.drifted,
    })
}

/// The migrations that a run applied.
fn applied(report: &RunReport) -> Vec<Value> {
    let one = |applied: &AppliedMigration| {
        json!({
            "version": applied.version,
            "name": applied.name,
            "file": applied.file,
            "ms": duration::milliseconds(applied.duration),
            "attempts": applied.attempts,
        })
    };
    report.applied.iter().map(one).collect()
}
