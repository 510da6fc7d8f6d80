//! `migrate plan`: what `run` would do, statement by statement.

use clap::Args;
use migrate_check::lint::{Lock, locks};
use migrate_check::{Diagnostic, Lines, Renderer, Style, Transaction, judge};
use migrate_runtime::{PendingMigration, Script, Session};
use serde_json::{Value, json};

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
        let mut runner = job.runner();
        if let Some(version) = self.to {
            runner = runner.target(version);
        }
        let plan = runner.plan_with(session).await?;
        let mut documents = Vec::new();
        for pending in &plan.pending {
            let Some(migration) = job.set.get(pending.version) else {
                continue;
            };
            let script = migration.up();
            let steps = steps(script, pending.done);
            let findings = findings(job, pending.version, script);
            job.output
                .text(&show(pending, &steps, &findings, script.sql()));
            documents.push(document(pending, &steps, &findings, script.sql()));
        }
        job.output.text(&format!(
            "{} pending, {} applied",
            plan.pending.len(),
            plan.current
        ));
        job.output.document(
            "plan",
            json!({ "pending": documents, "current": plan.current }),
        );
        Ok(Exit::Done)
    }
}

fn steps<'s>(script: &Script<'s>, done: usize) -> Vec<Step<'s>> {
    let mut locks = locks(script.sql());
    let lines = Lines::of(script.sql());
    let step = |(number, statement): (usize, migrate_runtime::Statement<'s>)| {
        let range = statement.start()..statement.start() + statement.sql().len();
        Step {
            line: lines.position(statement.start()).line,
            sql: statement.sql(),
            done: number < done,
            locks: locks
                .extract_if(.., |lock| range.contains(&lock.statement))
                .collect(),
        }
    };
    script.statements().enumerate().map(step).collect()
}

/// What the rules say about the file, errors and warnings.
fn findings(job: &Job<'_>, version: i64, script: &Script<'_>) -> Vec<Diagnostic> {
    let transaction = if script.is_transactional() {
        Transaction::Single
    } else {
        Transaction::None
    };
    judge(
        &script.path(),
        script.sql(),
        version,
        transaction,
        &job.settings,
    )
}

fn show(
    pending: &PendingMigration,
    steps: &[Step<'_>],
    findings: &[Diagnostic],
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
    findings: &[Diagnostic],
    text: &str,
) -> Value {
    let step = |step: &Step<'_>| {
        let lock = |lock: &Lock| json!({ "table": lock.table, "mode": lock.mode });
        let locks: Vec<_> = step.locks.iter().map(lock).collect();
        json!({ "line": step.line, "sql": step.sql, "done": step.done, "locks": locks })
    };
    let renderer = renderer(findings, text);
    let finding =
        |finding: &Diagnostic| crate::finding::document(finding, renderer.position(finding));
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
fn renderer<'t>(findings: &'t [Diagnostic], text: &'t str) -> Renderer<'t> {
    let file = findings.first().map(|finding| finding.file.as_str());
    Renderer::new(file.map(|file| (file, text)), Style::Coloured)
}
