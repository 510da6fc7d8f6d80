//! `migrate check`: every rule of the build, without a build.

use std::path::PathBuf;

use clap::Args;
use migrate_check::{Level, Loaded, Severity, Source, Style, files};
use migrate_runtime::{Migrations, Script};
use serde_json::{Value, json};

use super::scratch::{self, Findings};
use crate::connection::environment::Environment;
use crate::directory::Directory;
use crate::embedded::block_on;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::finding;
use crate::interruption::Interruptions;
use crate::job::Job;
use crate::options::Options;
use crate::output::{DIM, ERROR, GOOD, Output, WARNING, counted};
use crate::scratch::{Prelude, Scratch, ScratchServer};

/// Check the migrations with every rule of the build, without a database
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Treat warnings as errors
    #[arg(long)]
    deny_warnings: bool,

    /// Report these rules as errors, as `lint` in migrate.toml does
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    deny: Vec<String>,

    /// Report these rules as warnings
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    warn: Vec<String>,

    /// Do not report these rules
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    allow: Vec<String>,

    /// Also apply and revert the migrations in a temporary database, and show what each file locks,
    /// rewrites and scans, and what its down file leaves
    #[arg(long)]
    scratch: bool,

    /// Create the temporary database on this server, as a role that may create databases
    /// [default: `MIGRATE_SCRATCH_URL`, or a server on this machine]
    ///
    /// Without it, the server that `DATABASE_URL` names is used only if it is on this machine; otherwise
    /// an installed PostgreSQL is started for the check.
    #[arg(long, value_name = "URL", requires = "scratch")]
    scratch_url: Option<String>,

    /// Run this SQL file in the temporary database first, e.g. for roles, extensions and settings
    #[arg(long, value_name = "FILE", requires = "scratch")]
    prelude: Option<PathBuf>,

    /// Report no warnings for this version and older ones, and with `--scratch` only apply them
    #[arg(long, value_name = "VERSION")]
    start_after: Option<i64>,

    /// The old name of `--start-after`
    #[arg(
        long,
        value_name = "VERSION",
        hide = true,
        conflicts_with = "start_after"
    )]
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
            output.note(&format!(
                "{WARNING}note:{WARNING:#} `--since` is now called `--start-after`"
            ));
        }
        if let Some(version) = self.start_after.or(self.since) {
            directory.configured.settings.start_after = Some(version);
        }
        // What the prelude makes is there for the migrations; one that cannot be read is reported when it is to run.
        if let Some(prelude) = self.prelude.as_deref().filter(|file| file.is_file()) {
            directory.assume(prelude);
        }
        for (level, rules) in [
            (Level::Deny, &self.deny),
            (Level::Warn, &self.warn),
            (Level::Allow, &self.allow),
        ] {
            for rule in rules {
                let settings = &mut directory.configured.settings;
                settings
                    .set_rule(rule, level)
                    .map_err(|wrong| Failure::environment(wrong.message).help(wrong.help))?;
            }
        }
        let loaded = directory.load()?;
        let findings = &loaded.diagnostics;
        let renderer = loaded.renderer(Style::Coloured);
        for finding in findings {
            let text = renderer.render(finding);
            output.text(&format!("{text}\n"));
        }
        let count = |severity| {
            let found = findings.iter().filter(|found| found.severity == severity);
            found.count()
        };
        let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
        output.text(&summary(&loaded, errors, warnings));
        let denied = self.deny_warnings && warnings > 0;
        let mut failed = errors > 0 || denied;
        let documents: Vec<Value> = findings
            .iter()
            .map(|found| finding::document(found, renderer.position(found)))
            .collect();
        let mut document = json!({
            "migrations": loaded.migrations.len(),
            "errors": errors,
            "warnings": warnings,
            "findings": documents,
        });
        // Files that do not build are not run.
        if self.scratch && errors == 0 {
            if options.database_url.is_some() {
                return Err(Failure::environment(
                    "`--database-url` does not choose the server of the scratch database",
                )
                .help("name a server where a database may be created: `--scratch-url <URL>`"));
            }
            let prelude = self.prelude.as_deref().map(Prelude::read).transpose()?;
            let found = block_on(self.try_out(&directory, prelude.as_ref(), output))??;
            output.text(&found.summary());
            failed |= !found.differences.is_empty();
            if let Value::Object(members) = &mut document {
                members.insert("scratch".to_owned(), found.document());
            }
        }
        if denied && errors == 0 {
            output.note(&format!(
                "{ERROR}error:{ERROR:#} {}, and `--deny-warnings` treats warnings as errors",
                counted(warnings, "warning")
            ));
        }
        output.verdict("check", !failed, document);
        Ok(if failed { Exit::Refused } else { Exit::Done })
    }

    /// Runs the migrations in a temporary database, which is dropped afterwards in any case.
    async fn try_out(
        &self,
        directory: &Directory,
        prelude: Option<&Prelude>,
        output: Output,
    ) -> Result<Findings, Failure> {
        let server = ScratchServer::choose(self.scratch_url.as_deref(), &Environment::read()?)?;
        output.note(&format!("{DIM}scratch database on {server}{DIM:#}"));
        let (set, loaded) = directory.migrations()?;
        let start_after = directory.configured.settings.start_after;
        let job = Job::new(&set, directory.table()?, Some(loaded), output);
        let mut interruptions = Interruptions::listen();
        let mut scratch = Scratch::create(&server.target).await?;
        let cancel = scratch.cancel.clone();
        let found = tokio::select! {
            found = async {
                if let Some(prelude) = prelude {
                    scratch.prepare(prelude).await?;
                }
                scratch::try_out(&job, &mut scratch, start_after).await
            } => found,
            () = interruptions.next() => {
                cancel.send().await;
                Err(Failure::refused("interrupted"))
            }
        };
        if !server.is_temporary() {
            tell_of_roles(&set, &scratch.new_roles().await, output);
        }
        scratch.remove().await?;
        found
    }
}

/// Says which of the server's new roles are those that the files create.
fn tell_of_roles(set: &Migrations, new: &[String], output: Output) {
    let scripts = set.iter().flat_map(|migration| {
        let down = migration.down().map(Script::sql);
        [Some(migration.up().sql()), down].into_iter().flatten()
    });
    let text = scripts.collect::<Vec<_>>().join("\n");
    let named: Vec<String> = new
        .iter()
        .filter(|role| text.contains(role.as_str()))
        .map(|role| format!("\"{}\"", role.replace('"', "\"\"")))
        .collect();
    if !named.is_empty() {
        let roles = named.join(", ");
        output.note(&format!(
            "{DIM}note: roles belong to the whole server, and these are new there: {roles}; remove them with `DROP ROLE {roles}`{DIM:#}"
        ));
    }
}

fn summary(loaded: &Loaded, errors: usize, warnings: usize) -> String {
    // The settings file is a source as well, and so is what is taken to have run before.
    let is_sql =
        |source: &&Source| files::is_sql(&source.file) && source.path.starts_with(&loaded.path);
    let files = counted(loaded.sources.iter().filter(is_sql).count(), "file");
    if errors + warnings == 0 {
        return format!("{GOOD}ok{GOOD:#}: {files}, no problems found");
    }
    format!(
        "{}, {} in {files}",
        counted(errors, "error"),
        counted(warnings, "warning")
    )
}
