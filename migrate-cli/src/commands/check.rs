//! `migrate check`: everything that the build would say, without building.

use clap::Args;
use migrate_check::{Loaded, Severity, Source, Style, files, render};
use serde_json::{Value, json};

use super::scratch::{self, Findings};
use crate::connection::environment::Environment;
use crate::connection::target::Target;
use crate::directory::Directory;
use crate::embedded::block_on;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::finding;
use crate::interruption::Interruptions;
use crate::job::Job;
use crate::options::Options;
use crate::output::{GOOD, Output};
use crate::scratch::Scratch;

/// Checks the files by every rule of the build, without a database
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Fail on warnings, too
    #[arg(long)]
    deny_warnings: bool,

    /// Also apply everything to a throwaway database on the server that `DATABASE_URL` or
    /// `--database-url` names, and say what it locks, rewrites and scans, and what the down files leave
    #[arg(long)]
    scratch: bool,

    /// No warnings about this version and older ones: they ran long ago
    #[arg(long, value_name = "VERSION")]
    since: Option<i64>,
}

impl Check {
    pub(crate) fn perform(
        &self,
        directory: &Directory,
        options: &Options,
        output: Output,
    ) -> Result<Exit, Failure> {
        let mut directory = directory.clone();
        if self.since.is_some() {
            directory.configured.settings.since = self.since;
        }
        let loaded = directory.load()?;
        let findings = &loaded.diagnostics;
        for finding in findings {
            let text = render(finding, loaded.text(&finding.file), Style::Coloured);
            output.text(&format!("{text}\n"));
        }
        let count = |severity| {
            let found = findings.iter().filter(|found| found.severity == severity);
            found.count()
        };
        let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
        output.text(&summary(&loaded, errors, warnings));
        let mut failed = errors > 0 || self.deny_warnings && warnings > 0;
        let documents: Vec<Value> = findings
            .iter()
            .map(|found| finding::document(found, loaded.text(&found.file)))
            .collect();
        let mut document = json!({
            "migrations": loaded.migrations.len(),
            "errors": errors,
            "warnings": warnings,
            "findings": documents,
        });
        // What cannot be built is not worth trying out.
        if self.scratch && errors == 0 {
            let found = block_on(try_out(&directory, options, output))??;
            output.text(&found.summary());
            failed |= !found.differences.is_empty();
            if let Value::Object(members) = &mut document {
                members.insert("scratch".to_owned(), found.document());
            }
        }
        output.verdict("check", !failed, document);
        Ok(if failed { Exit::Refused } else { Exit::Done })
    }
}

/// Tries the files out in a database that is gone afterwards, whatever happens.
async fn try_out(
    directory: &Directory,
    options: &Options,
    output: Output,
) -> Result<Findings, Failure> {
    let environment = Environment::read()?;
    let target = Target::find(options.database_url.as_deref(), &environment)?;
    let set = directory.migrations()?;
    let settings = directory.settings().clone();
    let job = Job::new(&set, directory.table(), settings, output);
    let mut interruptions = Interruptions::listen();
    let mut scratch = Scratch::create(&target).await?;
    let cancel = scratch.cancel.clone();
    let found = tokio::select! {
        found = scratch::try_out(&job, &mut scratch) => found,
        () = interruptions.next() => {
            cancel.send().await;
            Err(Failure::refused("interrupted"))
        }
    };
    scratch.remove().await?;
    found
}

fn summary(loaded: &Loaded, errors: usize, warnings: usize) -> String {
    let plural = |number: usize, word: &str| match number {
        1 => format!("1 {word}"),
        _ => format!("{number} {word}s"),
    };
    // The settings file is a source as well.
    let is_sql = |source: &&Source| files::is_sql(&source.file);
    let files = plural(loaded.sources.iter().filter(is_sql).count(), "file");
    if errors + warnings == 0 {
        return format!("{GOOD}ok{GOOD:#}: {files}, nothing to complain of");
    }
    format!(
        "{}, {} in {files}",
        plural(errors, "error"),
        plural(warnings, "warning")
    )
}
