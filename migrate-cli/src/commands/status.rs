//! `migrate status`: how every migration stands.

use std::time::Duration;

use anstyle::Style;
use clap::Args;
use comfy_table::{ContentArrangement, Table};
use migrate_runtime::{Condition, Entry, Session};
use serde_json::{Value, json};

use crate::duration;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::job::Job;
use crate::output::{DIM, ERROR, WARNING};

/// Shows how every migration stands
#[derive(Debug, Args)]
pub(crate) struct Status {
    /// Exit with 1 unless everything is applied and as it was applied
    #[arg(long)]
    exit_code: bool,
}

impl Status {
    pub(crate) async fn perform<S: Session>(
        &self,
        job: &Job<'_>,
        session: &mut S,
    ) -> Result<Exit, Failure> {
        let status = job.runner().status_over(session).await?;
        if !status.entries.is_empty() {
            job.output.text(&table(&status));
        }
        job.output.text(&summary(&status));
        job.output.document("status", document(&status));
        Ok(if self.exit_code && !status.is_current() {
            Exit::Refused
        } else {
            Exit::Done
        })
    }
}

/// A line for each migration, in colours where something is to be done.
fn table(status: &migrate_runtime::Status) -> String {
    let mut table = Table::new();
    table
        .load_style(comfy_table::presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header([
            "version",
            "name",
            "state",
            "applied at",
            "by",
            "took",
            "checksum",
        ]);
    for entry in &status.entries {
        let or_dash = |text: Option<&str>| text.unwrap_or("-").to_owned();
        let took = entry.milliseconds.map(Duration::from_millis);
        table.add_row([
            entry.version.to_string(),
            entry.name.clone(),
            entry.condition.to_string(),
            or_dash(entry.applied_at.as_deref()),
            or_dash(entry.applied_by.as_deref()),
            took.map_or_else(|| "-".to_owned(), duration::show),
            match entry.checksum_matches {
                Some(true) => "ok".to_owned(),
                Some(false) => "differs".to_owned(),
                None => "-".to_owned(),
            },
        ]);
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    let styles = std::iter::once(DIM).chain(status.entries.iter().map(style));
    let lines: Vec<String> = table
        .lines()
        .zip(styles)
        .map(|(line, style)| format!("{style}{}{style:#}", line.trim_end()))
        .collect();
    lines.join("\n")
}

/// Nothing to see in what is applied; yellow is work to do, red is a mistake.
fn style(entry: &Entry) -> Style {
    match entry.condition {
        Condition::Applied | Condition::Baseline => Style::new(),
        Condition::Ahead => DIM,
        Condition::Pending => WARNING,
        _ => ERROR,
    }
}

/// What to make of the table, and what to do next.
fn summary(status: &migrate_runtime::Status) -> String {
    let count = |word| {
        let words = status.entries.iter().map(|entry| state(entry.condition));
        words.filter(|found| *found == word).count()
    };
    let mut parts = vec![
        format!("{} applied", count("applied") + count("baseline")),
        format!("{} pending", count("pending")),
    ];
    for (word, shown) in [
        ("out_of_order", "out of order"),
        ("drifted", "drifted"),
        ("missing", "missing"),
        ("interrupted", "interrupted"),
        ("ahead", "ahead of these files"),
    ] {
        match count(word) {
            0 => {}
            some => parts.push(format!("{some} {shown}")),
        }
    }
    let mut lines = vec![parts.join(", ")];
    if !status.table_exists {
        lines.push(format!(
            "there is no {} yet: the first run creates it",
            status.table
        ));
    }
    if let Some(holder) = &status.holder {
        lines.push(format!("being migrated right now by {holder}"));
    }
    for entry in &status.entries {
        if let Some(advice) = advice(entry) {
            lines.push(format!("{}: {advice}", label(entry)));
        }
    }
    lines.join("\n")
}

fn label(entry: &Entry) -> String {
    entry.file.clone().unwrap_or_else(|| {
        format!("{} {}", entry.version, entry.name)
            .trim_end()
            .to_owned()
    })
}

/// What `run` will say about it, and what to do.
fn advice(entry: &Entry) -> Option<&'static str> {
    match entry.condition {
        Condition::Drifted => Some(
            "edited after it was applied; restore it and put the change into a new migration, or accept it with `migrate repair`",
        ),
        Condition::Missing => Some("was applied and its file is gone; restore the file"),
        Condition::OutOfOrder => Some(
            "older than the newest applied one; give it a newer number, or `-- migrate: out-of-order`",
        ),
        Condition::Interrupted { .. } => {
            Some("begun and not finished; the next run resumes it, or says why it cannot")
        }
        _ => None,
    }
}

fn document(status: &migrate_runtime::Status) -> Value {
    let entry = |entry: &Entry| {
        json!({
            "version": entry.version,
            "name": entry.name,
            "file": entry.file,
            "state": state(entry.condition),
            "done": match entry.condition { Condition::Interrupted { done, .. } => Some(done), _ => None },
            "applied_at": entry.applied_at,
            "applied_by": entry.applied_by,
            "ms": entry.milliseconds,
            "checksum_matches": entry.checksum_matches,
            "reversible": entry.reversible,
            "note": entry.note,
        })
    };
    let holder = status.holder.as_ref().map(|holder| {
        json!({
            "pid": holder.pid,
            "user": holder.user,
            "application": holder.application,
            "since": holder.since,
        })
    });
    json!({
        "table": status.table,
        "table_exists": status.table_exists,
        "current": status.is_current(),
        "pending": status.pending(),
        "holder": holder,
        "migrations": status.entries.iter().map(entry).collect::<Vec<_>>(),
    })
}

/// The condition as one stable word.
fn state(condition: Condition) -> &'static str {
    match condition {
        Condition::Pending => "pending",
        Condition::Applied => "applied",
        Condition::Baseline => "baseline",
        Condition::Drifted => "drifted",
        Condition::Missing => "missing",
        Condition::Ahead => "ahead",
        Condition::OutOfOrder => "out_of_order",
        Condition::Interrupted { .. } => "interrupted",
        _ => "unknown",
    }
}
