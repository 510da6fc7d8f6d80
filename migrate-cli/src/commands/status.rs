//! `migrate status`: the state of every migration.

use anstyle::Style;
use clap::Args;
use comfy_table::{ColumnConstraint, ContentArrangement, Table};
use migrate_runtime::{MigrationState, MigrationStatus, Session, Timestamp};
use serde_json::{Value, json};

use super::other_history::{other_documents, other_histories};
use super::wait::ReadWait;
use crate::duration;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::job::Job;
use crate::output::{DIM, ERROR, WARNING};

/// Show the state of every migration
#[derive(Debug, Args)]
pub(crate) struct Status {
    /// Exit with 1 unless every migration is applied and unchanged
    #[arg(long)]
    exit_code: bool,

    #[command(flatten)]
    wait: ReadWait,
}

impl Status {
    pub(crate) async fn perform<S: Session>(
        &self,
        job: &Job<'_>,
        session: &mut S,
    ) -> Result<Exit, Failure> {
        let status = self.wait.runner(job).status_with(session).await;
        job.progress.end();
        let status = status?;
        if !status.entries.is_empty() {
            let width = terminal_size::terminal_size_of(std::io::stdout());
            let width = width.map(|(width, _)| usize::from(width.0));
            job.output.text(&table(&status.entries, width));
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

const COLUMNS: [&str; 7] = [
    "version",
    "name",
    "state",
    "applied at",
    "by",
    "took",
    "checksum",
];

/// The columns that a narrow terminal does without, the least important first: the state says what the
/// checksum does.
const DISPENSABLE: [&str; 4] = ["checksum", "by", "took", "applied at"];

/// A line for each migration. Columns are left out until the lines fit a terminal of `width`.
fn table(entries: &[MigrationStatus], width: Option<usize>) -> String {
    let lines = (0..=DISPENSABLE.len())
        .map(|left_out| lines(entries, DISPENSABLE.get(..left_out).unwrap_or_default()));
    let fits = |lines: &Vec<String>| {
        let widest = lines.iter().map(|line| line.chars().count()).max();
        width.is_none_or(|width| widest.unwrap_or(0) <= width)
    };
    let mut narrowest = Vec::new();
    for lines in lines {
        narrowest = lines;
        if fits(&narrowest) {
            break;
        }
    }
    // Colours mark what needs attention.
    let styles = std::iter::once(DIM).chain(entries.iter().map(style));
    let coloured: Vec<String> = narrowest
        .iter()
        .zip(styles)
        .map(|(line, style)| format!("{style}{line}{style:#}"))
        .collect();
    coloured.join("\n")
}

/// The header and a line for each migration, without the columns of these names.
fn lines(entries: &[MigrationStatus], without: &[&str]) -> Vec<String> {
    let mut table = Table::new();
    table
        .load_style(comfy_table::presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(COLUMNS);
    for entry in entries {
        let or_dash = |text: Option<&str>| text.unwrap_or("-").to_owned();
        let applied_at = entry.applied_at.as_ref().map(Timestamp::as_str);
        table.add_row([
            entry.version.to_string(),
            entry.name.clone(),
            entry.state.to_string(),
            or_dash(applied_at),
            or_dash(entry.applied_by.as_deref()),
            entry
                .duration
                .map_or_else(|| "-".to_owned(), duration::show),
            match entry.checksum_matches {
                Some(true) => "ok".to_owned(),
                Some(false) => "differs".to_owned(),
                None => "-".to_owned(),
            },
        ]);
    }
    for (column, name) in table.column_iter_mut().zip(COLUMNS) {
        column.set_padding((0, 2));
        if without.contains(&name) {
            column.set_constraint(ColumnConstraint::Hidden);
        }
    }
    table
        .lines()
        .map(|line| line.trim_end().to_owned())
        .collect()
}

/// Plain for applied migrations, yellow for pending ones, red for mistakes.
fn style(entry: &MigrationStatus) -> Style {
    match entry.state {
        MigrationState::Applied | MigrationState::Baseline => Style::new(),
        MigrationState::Ahead | MigrationState::Forgotten => DIM,
        MigrationState::Pending => WARNING,
        _ => ERROR,
    }
}

/// The totals, and what to do next.
fn summary(status: &migrate_runtime::Status) -> String {
    let count = |word| {
        let words = status.entries.iter().map(|entry| state(entry.state));
        words.filter(|found| *found == word).count()
    };
    let mut parts = vec![
        format!("{} applied", applied(status)),
        format!("{} pending", count("pending")),
    ];
    for (word, shown) in [
        ("out_of_order", "out of order"),
        ("drifted", "drifted"),
        ("version_taken", "with a version that is taken"),
        ("missing", "missing"),
        ("forgotten", "forgotten"),
        ("interrupted", "interrupted"),
        ("ahead", "ahead (applied by a newer release)"),
    ] {
        match count(word) {
            0 => {}
            some => parts.push(format!("{some} {shown}")),
        }
    }
    let mut lines = vec![parts.join(", ")];
    if !status.table_exists {
        lines.push(format!(
            "{} does not exist yet: the first run creates it",
            status.table
        ));
    }
    if let Some(holder) = &status.holder {
        lines.push(format!("migrations are being applied by {holder}"));
    }
    lines.extend(other_histories(&status.other_histories));
    for entry in &status.entries {
        if let Some(advice) = renumbered(entry, status).or_else(|| advice(entry)) {
            lines.push(format!("{}: {advice}", label(entry)));
        }
    }
    lines.join("\n")
}

/// How many migrations of the set are applied.
fn applied(status: &migrate_runtime::Status) -> usize {
    let is_applied = |entry: &&MigrationStatus| {
        matches!(
            entry.state,
            MigrationState::Applied | MigrationState::Baseline
        )
    };
    status.entries.iter().filter(is_applied).count()
}

fn label(entry: &MigrationStatus) -> String {
    entry.file.clone().unwrap_or_else(|| {
        format!("{} {}", entry.version, entry.name)
            .trim_end()
            .to_owned()
    })
}

/// What to do where a file that has not run bears the name of one that is missing: to forget the row would run it again.
fn renumbered(missing: &MigrationStatus, status: &migrate_runtime::Status) -> Option<String> {
    if missing.state != MigrationState::Missing {
        return None;
    }
    let is_it = |entry: &&MigrationStatus| {
        entry.name == missing.name
            && matches!(
                entry.state,
                MigrationState::Pending | MigrationState::OutOfOrder
            )
    };
    let file = status.entries.iter().find(is_it)?;
    Some(format!(
        "applied, but its file is missing; {} has its name: if it was renumbered, `migrate repair --renumber {} {}`; if it is another one, restore the missing file or forget it",
        file.file.as_deref().unwrap_or_default(),
        missing.version,
        file.version
    ))
}

/// What is wrong, and what to do about it.
fn advice(entry: &MigrationStatus) -> Option<String> {
    let version = entry.version;
    match entry.state {
        MigrationState::Drifted => Some(format!(
            "edited after it was applied; restore the file and put the change into a new migration, or accept the edit: `migrate repair --accept {version}`"
        )),
        MigrationState::VersionTaken => Some(format!(
            "the history records {version} {} instead, so this file has never run; if another program records its migrations there, set another `table`, else rename the file to a newer version",
            entry.recorded_name.as_deref().unwrap_or_default()
        )),
        MigrationState::Missing => Some(format!(
            "applied, but its file is missing; restore the file, or if it is gone for good: `migrate repair --forget {version} --reason \"…\"`"
        )),
        MigrationState::Forgotten => entry.note.clone(),
        MigrationState::Applied | MigrationState::Baseline => {
            let recorded = entry.recorded_name.as_ref()?;
            Some(format!(
                "recorded as {version} {recorded}, with the same text: the file was renamed, which changes nothing"
            ))
        }
        MigrationState::OutOfOrder => Some(
            "older than the newest applied migration; give it a newer version, or add `-- migrate: out-of-order` to it".to_owned(),
        ),
        MigrationState::Interrupted { .. } if entry.reverting => Some(format!(
            "its revert was interrupted, and no run goes past it: `migrate revert` resumes it; to settle it by hand, `migrate repair --applied {version}` once what was reverted is there again, or `migrate repair --retry {version}` once nothing is left"
        )),
        MigrationState::Interrupted { .. } => Some(
            "interrupted; the next run resumes it, or says why it cannot".to_owned(),
        ),
        _ => None,
    }
}

fn document(status: &migrate_runtime::Status) -> Value {
    let entry = |entry: &MigrationStatus| {
        json!({
            "version": entry.version,
            "name": entry.name,
            "recorded_name": entry.recorded_name,
            "file": entry.file,
            "state": state(entry.state),
            "done": match entry.state { MigrationState::Interrupted { done, .. } => Some(done), _ => None },
            "applied_at": entry.applied_at.as_ref().map(Timestamp::as_str),
            "applied_by": entry.applied_by,
            "ms": entry.duration.map(duration::milliseconds),
            "checksum_matches": entry.checksum_matches,
            "reversible": entry.reversible,
            "reverting": entry.reverting,
            "note": entry.note,
        })
    };
    let holder = status.holder.as_ref().map(|holder| {
        json!({
            "pid": holder.pid,
            "user": holder.user,
            "application": holder.application,
            "since": holder.since.as_ref().map(Timestamp::as_str),
        })
    });
    json!({
        "table": status.table,
        "table_exists": status.table_exists,
        "current": applied(status),
        "up_to_date": status.is_current(),
        "pending": status.pending(),
        "holder": holder,
        "other_histories": other_documents(&status.other_histories),
        "migrations": status.entries.iter().map(entry).collect::<Vec<_>>(),
    })
}

/// The condition as one stable word.
fn state(condition: MigrationState) -> &'static str {
    match condition {
        MigrationState::Pending => "pending",
        MigrationState::Applied => "applied",
        MigrationState::Baseline => "baseline",
        MigrationState::Drifted => "drifted",
        MigrationState::VersionTaken => "version_taken",
        MigrationState::Missing => "missing",
        MigrationState::Forgotten => "forgotten",
        MigrationState::Ahead => "ahead",
        MigrationState::OutOfOrder => "out_of_order",
        MigrationState::Interrupted { .. } => "interrupted",
        _ => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use migrate_runtime::{MigrationState, MigrationStatus, Timestamp};

    use super::table;

    #[test]
    fn a_narrow_terminal_gets_fewer_columns_and_no_wrapped_line() {
        let mut entry = MigrationStatus::default();
        entry.version = 20_250_131_093_000;
        entry.name = "create_users".to_owned();
        entry.state = MigrationState::Applied;
        entry.applied_at = Some(Timestamp::new("2026-01-31T09:30:00Z"));
        entry.applied_by = Some("shop_owner".to_owned());
        entry.duration = Some(Duration::from_millis(11));
        entry.checksum_matches = Some(true);
        let shown =
            |width| anstream::adapter::strip_str(&table(&[entry.clone()], width)).to_string();
        insta::assert_snapshot!(shown(None), @"
        version         name          state    applied at            by          took   checksum
        20250131093000  create_users  applied  2026-01-31T09:30:00Z  shop_owner  11 ms  ok
        ");
        insta::assert_snapshot!(shown(Some(80)), @"
        version         name          state    applied at            by          took
        20250131093000  create_users  applied  2026-01-31T09:30:00Z  shop_owner  11 ms
        ");
        insta::assert_snapshot!(shown(Some(60)), @"
        version         name          state    applied at
        20250131093000  create_users  applied  2026-01-31T09:30:00Z
        ");
    }
}
