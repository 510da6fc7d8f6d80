//! `migrate check`: everything that the build would say, without building.

use clap::Args;
use migrate_core::{Diagnostic, Loaded, Severity, Source, Style, file_name, render};
use serde_json::{Value, json};

use crate::directory::Directory;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::finding;
use crate::output::{GOOD, Output};

/// Checks the files by every rule of the build, without a database
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Fail on warnings, too
    #[arg(long)]
    deny_warnings: bool,

    /// No warnings about this version and older ones: they ran long ago
    #[arg(long, value_name = "VERSION")]
    since: Option<i64>,
}

impl Check {
    pub(crate) fn perform(&self, directory: &Directory, output: Output) -> Result<Exit, Failure> {
        let loaded = directory.load()?;
        let findings: Vec<&Diagnostic> = loaded
            .diagnostics
            .iter()
            .filter(|diagnostic| self.is_wanted(diagnostic))
            .collect();
        for finding in &findings {
            let text = render(finding, loaded.text(&finding.file), Style::Coloured);
            output.text(&format!("{text}\n"));
        }
        let count = |severity| {
            let found = findings.iter().filter(|found| found.severity == severity);
            found.count()
        };
        let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
        output.text(&summary(&loaded, errors, warnings));
        let failed = errors > 0 || self.deny_warnings && warnings > 0;
        let documents: Vec<Value> = findings
            .iter()
            .map(|found| finding::document(found, loaded.text(&found.file)))
            .collect();
        output.verdict(
            "check",
            !failed,
            json!({
                "migrations": loaded.migrations.len(),
                "errors": errors,
                "warnings": warnings,
                "findings": documents,
            }),
        );
        Ok(if failed { Exit::Refused } else { Exit::Done })
    }

    /// Whether it is about a file that is new enough. What stops the build is shown, however old.
    fn is_wanted(&self, diagnostic: &Diagnostic) -> bool {
        let Some(since) = self.since else {
            return true;
        };
        let name = diagnostic.file.rsplit('/').next().unwrap_or_default();
        let version = file_name::parse(name).map(|name| name.version);
        diagnostic.severity == Severity::Error || version.is_ok_and(|version| version > since)
    }
}

fn summary(loaded: &Loaded, errors: usize, warnings: usize) -> String {
    let plural = |number: usize, word: &str| match number {
        1 => format!("1 {word}"),
        _ => format!("{number} {word}s"),
    };
    // The settings file is a source as well.
    let is_sql = |source: &&Source| file_name::is_sql(&source.file);
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
