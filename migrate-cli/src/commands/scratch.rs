//! `migrate check --scratch`: runs the migrations, and reports what they do.

use std::time::Duration;

use migrate_runtime::Revert;
use serde_json::{Value, json};

use crate::duration;
use crate::failure::Failure;
use crate::job::Job;
use crate::output::{DIM, ERROR, GOOD, WARNING, counted};
use crate::scratch::catalog::{Catalog, differences};
use crate::scratch::{Lock, Scratch, Work};

/// The result of a run in the scratch database.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) files: Vec<File>,
    /// How many were reverted and applied again.
    pub(crate) reverted: usize,
    /// Why applying again failed.
    pub(crate) failed_again: Option<String>,
    /// The files after which the schema differs from the expected one, with the differences.
    pub(crate) differences: Vec<(String, Vec<String>)>,
}

/// One applied file.
#[derive(Debug)]
pub(crate) struct File {
    name: String,
    duration: Duration,
    locks: Vec<Lock>,
    work: Vec<Work>,
}

/// Applies everything to an empty database, reverts what can be reverted, and applies it again.
///
/// # Errors
/// A migration fails, or the server refuses a query of the observer.
pub(crate) async fn try_out(job: &Job<'_>, scratch: &mut Scratch) -> Result<Findings, Failure> {
    make_history(job, scratch).await?;
    scratch.watch(&job.table).await?;
    let mut found = Findings::default();
    let mut before = vec![scratch.catalog(&job.table).await?];
    for migration in job.set {
        let known = scratch.begin(&job.table).await?;
        let mut runner = job.runner().target(migration.version());
        let report = runner.run_with(&mut scratch.client).await?;
        let (locks, work) = scratch.end(&known).await?;
        let file = File {
            name: migration.up().path(),
            duration: report.applied.iter().map(|applied| applied.duration).sum(),
            locks,
            work,
        };
        job.progress.text(&show(&file));
        found.files.push(file);
        before.push(scratch.catalog(&job.table).await?);
    }
    revert(job, scratch, &before, &mut found).await?;
    if found.reverted > 0 {
        if let Err(error) = job.runner().run_with(&mut scratch.client).await {
            // What the down files left explains it.
            if found.differences.is_empty() {
                return Err(error.into());
            }
            let text = error.to_string();
            let first = text.lines().next().unwrap_or_default().to_owned();
            found.failed_again = Some(first);
            return Ok(found);
        }
        let again = scratch.catalog(&job.table).await?;
        if let Some(first) = before.last() {
            note(
                &mut found,
                "reverting and applying again".to_owned(),
                first,
                &again,
            );
        }
    }
    Ok(found)
}

/// The history table has to exist before it can be observed, and only the engine creates it. So a
/// baseline is recorded, and deleted again.
async fn make_history(job: &Job<'_>, scratch: &mut Scratch) -> Result<(), Failure> {
    let Some(first) = job.set.iter().next() else {
        return Err(Failure::environment("there are no migrations to run"));
    };
    let mut runner = job.runner();
    runner
        .baseline_with(&mut scratch.client, first.version())
        .await?;
    let forget = format!("DELETE FROM {}", job.table);
    scratch
        .client
        .batch_execute(&forget)
        .await
        .map_err(|error| {
            Failure::environment("cannot write to the scratch database").driver(&error)
        })
}

/// Newest first, as far as there are down files; each has to restore the schema from before its migration.
async fn revert(
    job: &Job<'_>,
    scratch: &mut Scratch,
    before: &[Catalog],
    found: &mut Findings,
) -> Result<(), Failure> {
    let migrations: Vec<_> = job.set.iter().collect();
    for (migration, expected) in migrations.iter().zip(before).rev() {
        let Some(down) = migration.down() else {
            break;
        };
        let mut runner = job.runner();
        runner
            .revert_with(&mut scratch.client, Revert::Last(1))
            .await?;
        found.reverted += 1;
        let now = scratch.catalog(&job.table).await?;
        note(found, down.path(), expected, &now);
    }
    Ok(())
}

/// A difference that an earlier file left is not reported again.
fn note(found: &mut Findings, file: String, expected: &Catalog, now: &Catalog) {
    let mut new = differences(expected, now);
    new.retain(|line| {
        let mut earlier = found.differences.iter();
        !earlier.any(|(_, lines)| lines.contains(line))
    });
    if !new.is_empty() {
        found.differences.push((file, new));
    }
}

fn show(file: &File) -> String {
    let took = duration::show(file.duration);
    let mut lines = vec![format!(
        "{GOOD}applied{GOOD:#} {} {DIM}in {took}{DIM:#}",
        file.name
    )];
    for work in &file.work {
        lines.push(format!(
            "    {WARNING}{} {}{WARNING:#}",
            work.what, work.table
        ));
    }
    for lock in &file.locks {
        if let Some(blocks) = lock.blocks() {
            lines.push(format!(
                "    takes {} on {}: {blocks}",
                lock.mode, lock.table
            ));
        }
    }
    lines.join("\n")
}

impl Findings {
    /// The differences that the down files left, and the totals.
    pub(crate) fn summary(&self) -> String {
        let mut lines = Vec::new();
        for (file, differences) in &self.differences {
            lines.push(format!(
                "{ERROR}{file}{ERROR:#} does not restore the schema:"
            ));
            lines.extend(differences.iter().map(|line| format!("    {line}")));
        }
        let applied = counted(self.files.len(), "migration");
        if let Some(error) = &self.failed_again {
            lines.push(format!("{ERROR}applying again fails:{ERROR:#} {error}"));
            lines.push(format!("applied {applied}, reverted {}", self.reverted));
            return lines.join("\n");
        }
        lines.push(match (self.reverted, self.differences.is_empty()) {
            (0, _) => format!("applied {applied}; reverted none, because the newest has no down file"),
            (reverted, true) => format!(
                "applied {applied}; reverted and applied again {reverted}, with the same schema each time"
            ),
            (reverted, false) => format!("applied {applied}; reverted and applied again {reverted}"),
        });
        lines.join("\n")
    }

    pub(crate) fn document(&self) -> Value {
        let file = |file: &File| {
            let locks = file.locks.iter();
            let work = file.work.iter();
            json!({
                "file": file.name,
                "ms": duration::milliseconds(file.duration),
                "locks": locks.map(|lock| json!({ "table": lock.table, "mode": lock.mode })).collect::<Vec<_>>(),
                "work": work.map(|work| json!({ "what": work.what, "table": work.table })).collect::<Vec<_>>(),
            })
        };
        let difference =
            |(file, lines): &(String, Vec<String>)| json!({ "after": file, "differences": lines });
        json!({
            "applied": self.files.iter().map(file).collect::<Vec<_>>(),
            "reverted": self.reverted,
            "failed_again": self.failed_again,
            "differences": self.differences.iter().map(difference).collect::<Vec<_>>(),
        })
    }
}
