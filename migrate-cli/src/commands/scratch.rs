//! `migrate check --scratch`: runs the migrations, and reports what they do.

use std::time::{Duration, Instant};

use migrate_runtime::{Migration, Revert};
use serde_json::{Value, json};

use crate::duration;
use crate::failure::Failure;
use crate::job::Job;
use crate::output::{DIM, ERROR, GOOD, WARNING, counted};
use crate::scratch::catalog::differences;
use crate::scratch::{Lock, Scratch, Work};

/// The result of a run in the scratch database.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// How many were applied without a report, because `--start-after` leaves them out.
    earlier: usize,
    files: Vec<File>,
    /// How many were reverted and applied again.
    reverted: usize,
    /// The files that have no down file.
    untested: Vec<String>,
    failed_again: Option<FailedAgain>,
    pub(crate) differences: Vec<Difference>,
}

/// Why the migrations stopped: one could not be applied again after its down file.
#[derive(Debug)]
struct FailedAgain {
    message: String,
    /// How many migrations come after it.
    remaining: usize,
}

/// A schema that is not the expected one.
#[derive(Debug)]
pub(crate) struct Difference {
    /// What ran last.
    file: String,
    direction: Direction,
    lines: Vec<String>,
}

#[derive(Debug, Clone, Copy)]
enum Direction {
    /// After the down file: the schema from before the migration is expected.
    Down,
    /// Applied for the second time: the schema of the first time is expected.
    Again,
}

/// One applied file.
#[derive(Debug)]
struct File {
    name: String,
    duration: Duration,
    locks: Vec<Lock>,
    work: Vec<Work>,
}

/// Applies each migration to an empty database, and right after it reverts and applies it again if it has
/// a down file. Those up to `start_after` are only applied.
///
/// # Errors
/// A migration or a down file fails, or the server refuses a query of the observer.
pub(crate) async fn try_out(
    job: &Job<'_>,
    scratch: &mut Scratch,
    start_after: Option<i64>,
) -> Result<Findings, Failure> {
    make_history(job, scratch).await?;
    scratch.watch(&job.table).await?;
    let mut found = Findings::default();
    let (earlier, reported): (Vec<_>, Vec<_>) = job
        .set
        .iter()
        .partition(|migration| start_after.is_some_and(|last| migration.version() <= last));
    if let Some(last) = earlier.last() {
        found.earlier = earlier.len();
        apply_earlier(job, scratch, last.version(), earlier.len()).await?;
    }
    let mut before = scratch.catalog(&job.table).await?;
    for (index, migration) in reported.iter().enumerate() {
        let file = apply(job, scratch, migration).await?;
        job.progress.text(&show(&file));
        found.files.push(file);
        let after = scratch.catalog(&job.table).await?;
        let Some(down) = migration.down() else {
            found.untested.push(migration.up().path());
            before = after;
            continue;
        };
        let mut runner = job.runner();
        runner
            .revert_with(&mut scratch.client, Revert::Last(1))
            .await?;
        found.reverted += 1;
        let reverted = scratch.catalog(&job.table).await?;
        let left = differences(&before, &reverted);
        found.add(Direction::Down, down.path(), left.clone());
        let mut runner = job.runner().target(migration.version());
        if let Err(error) = runner.run_with(&mut scratch.client).await {
            // What the down file left explains it.
            if left.is_empty() {
                return Err(Failure::from(error).help(format!(
                    "it was applied before, and reverted by {}: make it possible to apply it again after that",
                    down.path()
                )));
            }
            let text = error.to_string();
            found.failed_again = Some(FailedAgain {
                message: text.lines().next().unwrap_or_default().to_owned(),
                remaining: reported.len() - index - 1,
            });
            return Ok(found);
        }
        let again = scratch.catalog(&job.table).await?;
        let mut changed = differences(&after, &again);
        changed.retain(|line| !left.contains(line));
        found.add(Direction::Again, migration.up().path(), changed);
        before = again;
    }
    Ok(found)
}

/// Applies the migrations up to `last` without a report.
async fn apply_earlier(
    job: &Job<'_>,
    scratch: &mut Scratch,
    last: i64,
    count: usize,
) -> Result<(), Failure> {
    let began = Instant::now();
    let mut runner = job.runner().target(last);
    runner.run_with(&mut scratch.client).await?;
    job.progress.text(&format!(
        "{GOOD}applied{GOOD:#} {} as far as {last} {DIM}in {}{DIM:#}",
        counted(count, "migration"),
        duration::show(began.elapsed())
    ));
    Ok(())
}

/// Applies one migration, observed.
async fn apply(
    job: &Job<'_>,
    scratch: &mut Scratch,
    migration: &Migration<'_>,
) -> Result<File, Failure> {
    let known = scratch.begin(&job.table).await?;
    let mut runner = job.runner().target(migration.version());
    let report = runner.run_with(&mut scratch.client).await?;
    let (locks, work) = scratch.end(&known).await?;
    Ok(File {
        name: migration.up().path(),
        duration: report.applied.iter().map(|applied| applied.duration).sum(),
        locks,
        work,
    })
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

/// How many files without a down file are named.
const NAMED: usize = 10;

impl Findings {
    fn add(&mut self, direction: Direction, file: String, lines: Vec<String>) {
        if !lines.is_empty() {
            self.differences.push(Difference {
                file,
                direction,
                lines,
            });
        }
    }

    /// The differences that the down files left, what was not tested, and the totals.
    pub(crate) fn summary(&self) -> String {
        let mut lines = Vec::new();
        for difference in &self.differences {
            let file = &difference.file;
            lines.push(match difference.direction {
                Direction::Down => format!("{ERROR}{file}{ERROR:#} does not restore the schema:"),
                Direction::Again => format!(
                    "{ERROR}{file}{ERROR:#} gives another schema when it is applied again after its down file:"
                ),
            });
            lines.extend(difference.lines.iter().map(|line| format!("    {line}")));
        }
        if self.reverted > 0 && !self.untested.is_empty() {
            lines.push(self.show_untested());
        }
        let applied = counted(self.earlier + self.files.len(), "migration");
        let reverted = self.reverted;
        if let Some(FailedAgain { message, remaining }) = &self.failed_again {
            lines.push(format!("{ERROR}applying again fails:{ERROR:#} {message}"));
            lines.push(match remaining {
                0 => format!("applied {applied}, reverted {reverted}"),
                _ => format!(
                    "applied {applied}, reverted {reverted}; {} not tried",
                    counted(*remaining, "later migration")
                ),
            });
            return lines.join("\n");
        }
        lines.push(match (reverted, self.differences.is_empty()) {
            (0, _) if self.files.is_empty() => format!("applied {applied}"),
            (0, _) => format!("applied {applied}; reverted none, because there is no down file"),
            (_, true) => format!(
                "applied {applied}; reverted and applied again {reverted}, with the same schema each time"
            ),
            (_, false) => format!("applied {applied}; reverted and applied again {reverted}"),
        });
        lines.join("\n")
    }

    fn show_untested(&self) -> String {
        let named: Vec<&str> = self
            .untested
            .iter()
            .take(NAMED)
            .map(String::as_str)
            .collect();
        let more = match self.untested.len() - named.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        format!(
            "{WARNING}not reverted, without a down file:{WARNING:#} {}{more}",
            named.join(", ")
        )
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
            |found: &Difference| json!({ "after": found.file, "differences": found.lines });
        json!({
            "applied": self.files.iter().map(file).collect::<Vec<_>>(),
            "reverted": self.reverted,
            "not_reverted": self.untested,
            "failed_again": self.failed_again.as_ref().map(|failed| &failed.message),
            "differences": self.differences.iter().map(difference).collect::<Vec<_>>(),
        })
    }
}
