//! `migrate plan`: what `run` would do, statement by statement.

use std::borrow::Cow;

use clap::Args;
use migrate_check::{
    Diagnostic, Lines, Loaded, Lock, Renderer, Script as KnownScript, Style, TableName,
};
use migrate_runtime::{PendingMigration, Script, Session};
use serde_json::{Value, json};

use super::other_history::{other_documents, other_histories};
use super::wait::ReadWait;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::job::Job;
use crate::output::{DIM, WARNING};

/// Show what `run` would do, statement by statement, and change nothing
#[derive(Debug, Args)]
pub(crate) struct Plan {
    /// Plan as far as this version, which is included
    #[arg(long, value_name = "VERSION")]
    to: Option<i64>,

    #[command(flatten)]
    wait: ReadWait,
}

/// A statement with its place.
struct Step<'s> {
    line: usize,
    sql: &'s str,
    done: bool,
    /// What it locks against others.
    locks: Vec<Lock>,
}

impl Plan {
    pub(crate) async fn perform<S: Session>(
        &self,
        job: &Job<'_>,
        session: &mut S,
    ) -> Result<Exit, Failure> {
        let mut runner = self.wait.runner(job);
        if let Some(version) = self.to {
            runner = runner.target(version);
        }
        let plan = runner.plan_with(session).await;
        job.progress.end();
        let plan = plan?;
        let loaded = loaded(job);
        let mut documents = Vec::new();
        for pending in &plan.pending {
            let Some(migration) = job.set.get(pending.version) else {
                continue;
            };
            let script = migration.up();
            let known = loaded.migrations.iter();
            let known = known
                .filter(|known| known.version == pending.version)
                .map(|known| &known.up)
                .next();
            let text = loaded.text(&script.path()).unwrap_or(script.sql());
            let steps = steps(script, known, pending.done);
            let findings = findings(&loaded, script, known, text);
            job.output.text(&show(pending, &steps, &findings, text));
            documents.push(document(pending, &steps, &findings, text));
        }
        job.output.text(&format!(
            "{} pending, {} applied",
            plan.pending.len(),
            plan.current
        ));
        for line in other_histories(&plan.other_histories) {
            job.output.text(&line);
        }
        job.output.document(
            "plan",
            json!({
                "pending": documents,
                "current": plan.current,
                "other_histories": other_documents(&plan.other_histories),
            }),
        );
        Ok(Exit::Done)
    }
}

/// What is known of the files: from the directory, or from the embedded set.
fn loaded<'j>(job: &'j Job<'_>) -> Cow<'j, Loaded> {
    match &job.loaded {
        Some(loaded) => Cow::Borrowed(loaded),
        None => Cow::Owned(job.set.to_loaded(TableName {
            schema: job.table.schema().to_owned(),
            name: job.table.name().to_owned(),
        })),
    }
}

fn steps<'s>(script: &Script<'s>, known: Option<&KnownScript>, done: usize) -> Vec<Step<'s>> {
    let lines_before = known.and_then(|known| known.lines_before).unwrap_or(0);
    let lines = Lines::of(script.sql());
    let step = |(number, statement): (usize, migrate_runtime::Statement<'s>)| Step {
        line: lines_before + lines.position(statement.start()).line,
        sql: statement.sql(),
        done: number < done,
        locks: known
            .and_then(|known| known.statements.get(number))
            .map_or_else(Vec::new, |statement| statement.locks.clone()),
    };
    script.statements().enumerate().map(step).collect()
}

/// What the build says about this direction of a file, errors and warnings.
fn findings<'l>(
    loaded: &'l Loaded,
    script: &Script<'_>,
    known: Option<&KnownScript>,
    text: &str,
) -> Vec<&'l Diagnostic> {
    let file = script.path();
    // Where a file holds both directions, those of the other one are left out.
    let lines_before = known.and_then(|known| known.lines_before);
    let start = lines_before.map_or(0, |lines| {
        let lines = text.split_inclusive('\n').take(lines);
        lines.map(str::len).sum()
    });
    let end = lines_before.map_or(usize::MAX, |_| start + script.sql().len());
    let is_here = |finding: &&Diagnostic| {
        let span = finding.span.as_ref();
        finding.file == file && span.is_none_or(|span| start <= span.start && span.start < end)
    };
    loaded.diagnostics.iter().filter(is_here).collect()
}

fn show(
    pending: &PendingMigration,
    steps: &[Step<'_>],
    findings: &[&Diagnostic],
    text: &str,
) -> String {
    let how = if pending.transactional {
        ""
    } else {
        "  one statement at a time, without a transaction"
    };
    let file = &pending.file;
    let mut lines = vec![format!("{WARNING}{file}{WARNING:#}{DIM}{how}{DIM:#}")];
    for step in steps {
        let done = if step.done { "  (done)" } else { "" };
        let mut rest = step.sql.lines();
        let first = rest.next().unwrap_or_default();
        lines.push(format!("{DIM}{:>5} |{DIM:#} {first}{done}", step.line));
        lines.extend(rest.map(|line| format!("{DIM}      |{DIM:#} {line}").trim_end().to_owned()));
        lines.extend(
            step.locks
                .iter()
                .map(|lock| format!("{DIM}      = takes {} on {}{DIM:#}", lock.mode, lock.table)),
        );
    }
    let renderer = renderer(findings, text);
    lines.extend(findings.iter().map(|finding| renderer.render(finding)));
    lines.join("\n") + "\n"
}

fn document(
    pending: &PendingMigration,
    steps: &[Step<'_>],
    findings: &[&Diagnostic],
    text: &str,
) -> Value {
    let step = |step: &Step<'_>| {
        let lock =
            |lock: &Lock| json!({ "table": lock.table.to_string(), "mode": lock.mode.to_string() });
        let locks: Vec<_> = step.locks.iter().map(lock).collect();
        json!({ "line": step.line, "sql": step.sql, "done": step.done, "locks": locks })
    };
    let renderer = renderer(findings, text);
    let finding =
        |finding: &&Diagnostic| crate::finding::document(finding, renderer.position(finding));
    json!({
        "version": pending.version,
        "name": pending.name,
        "file": pending.file,
        "transactional": pending.transactional,
        "statements": steps.iter().map(step).collect::<Vec<_>>(),
        "findings": findings.iter().map(finding).collect::<Vec<_>>(),
    })
}

/// All findings of one file have its name.
fn renderer<'t>(findings: &[&'t Diagnostic], text: &'t str) -> Renderer<'t> {
    let file = findings.first().map(|finding| finding.file.as_str());
    Renderer::new(file.map(|file| (file, text)), Style::Coloured)
}
