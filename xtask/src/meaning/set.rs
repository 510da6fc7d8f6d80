//! A directory of migrations: what a server says of it, and what the build says.

use std::fmt;
use std::path::Path;

use migrate_check::{EmbeddedFile, Level, Settings, Transaction, configure, load, load_embedded};
use postgres::Client;

use super::Oracle;
use super::verdicts::Verdicts;
use crate::Outcome;

/// The rules that are measured.
const RULES: [&str; 2] = ["unknown-name", "contradicts-schema"];

/// A set of migrations.
pub(super) struct Set {
    pub(super) name: String,
    pub(super) settings: Settings,
    pub(super) files: Vec<Script>,
}

/// One file, in the order in which it runs.
#[derive(Clone)]
pub(super) struct Script {
    pub(super) name: String,
    pub(super) text: String,
    pub(super) transaction: Transaction,
}

/// Which statement: the number of the file, and of the statement in it.
pub(super) type At = (usize, usize);

/// A refusal.
#[derive(Debug, Clone)]
pub(super) struct Refusal {
    pub(super) at: At,
    pub(super) code: String,
    pub(super) message: String,
}

/// What both say of a set.
pub(super) struct Verdict {
    name: String,
    /// Where the server stops.
    pub(super) stopped: Option<Refusal>,
    /// How many statements it takes.
    pub(super) statements: usize,
    /// What the build refuses of them.
    pub(super) refused: Vec<Refusal>,
    /// What the build refuses where the server stops.
    agreed: bool,
    files: Vec<String>,
}

impl Set {
    /// Reads `directory` in `folder`, with the settings of its `migrate.toml`.
    pub(super) fn read(folder: &Path, directory: &str) -> Self {
        let none: [&str; 0] = [];
        let configured = configure(folder, directory, &Settings::default(), &none);
        let settings = configured.settings.clone();
        let loaded = load(folder, directory, &settings);
        let files = loaded.migrations.into_iter().map(|migration| Script {
            name: migration.up.file.clone(),
            text: migration.up.text.clone(),
            transaction: migration.up.transaction,
        });
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        Self {
            name: name.into_owned(),
            settings,
            files: files.collect(),
        }
    }

    /// What both say of it.
    pub(super) fn compare(&self, oracle: &Oracle, verdicts: &Verdicts) -> Outcome<Verdict> {
        let statements = split(&self.files);
        let stopped = verdicts.ask(oracle, &self.files)?;
        let end = stopped
            .as_ref()
            .map_or((usize::MAX, 0), |stopped| stopped.at);
        let refused = check(&self.files, &self.settings);
        let agreed = refused.iter().any(|refusal| refusal.at == end);
        Ok(Verdict {
            name: self.name.clone(),
            statements: statements
                .iter()
                .enumerate()
                .map(|(file, statements)| {
                    let taken = (0..statements.len()).filter(|at| (file, *at) < end);
                    taken.count()
                })
                .sum(),
            refused: refused
                .into_iter()
                .filter(|refusal| refusal.at < end)
                .collect(),
            stopped,
            agreed,
            files: self.files.iter().map(|file| file.name.clone()).collect(),
        })
    }
}

/// The statements of each file.
pub(super) fn split(files: &[Script]) -> Vec<Vec<std::ops::Range<usize>>> {
    let files = files.iter();
    files
        .map(|file| {
            let analysis = migrate_sql::splitter::analyse(&file.text);
            let statements = analysis.statements.into_iter();
            statements.map(|statement| statement.range).collect()
        })
        .collect()
}

/// Applies files, statement by statement: where the server stops.
pub(super) fn apply(
    client: &mut Client,
    files: &[Script],
    statements: &[Vec<std::ops::Range<usize>>],
) -> Outcome<Option<Refusal>> {
    for (number, (file, statements)) in files.iter().zip(statements).enumerate() {
        let lower = file.text.to_ascii_lowercase();
        let in_transaction = file.transaction == Transaction::Single
            && !lower.contains("concurrently")
            && !lower.contains("commit;");
        if in_transaction {
            client.batch_execute("BEGIN")?;
        }
        for (at, range) in statements.iter().enumerate() {
            let text = file.text.get(range.clone()).unwrap_or_default();
            if let Err(error) = client.batch_execute(text) {
                let database = error.as_db_error();
                return Ok(Some(Refusal {
                    at: (number, at),
                    code: database.map_or_else(String::new, |error| error.code().code().to_owned()),
                    message: database
                        .map_or_else(|| error.to_string(), |error| error.message().to_owned()),
                }));
            }
        }
        if in_transaction && let Err(error) = client.batch_execute("COMMIT") {
            let database = error.as_db_error();
            return Ok(Some(Refusal {
                at: (number, statements.len()),
                code: database.map_or_else(String::new, |error| error.code().code().to_owned()),
                message: error.to_string(),
            }));
        }
        client.batch_execute("RESET ALL; SET statement_timeout = '20s'; SET client_min_messages = error; DISCARD TEMP")?;
    }
    Ok(None)
}

/// What the build refuses, in order.
pub(super) fn check(files: &[Script], settings: &Settings) -> Vec<Refusal> {
    let embedded = files.iter().enumerate().map(|(number, file)| EmbeddedFile {
        name: format!("{:06}_f.sql", number + 1),
        // Marks of the tool that the set is from have been read; here they would be strange.
        text: file.text.replace("-- +goose", "--  goose"),
        transaction: file.transaction,
    });
    let mut settings = Settings {
        layout: migrate_check::Layout::default(),
        ..settings.clone()
    };
    for rule in RULES {
        settings.lint.set(rule, Level::Deny);
    }
    let statements = split(files);
    let loaded = load_embedded("", embedded.collect(), &settings);
    let mut refused: Vec<Refusal> = loaded
        .diagnostics
        .iter()
        .filter(|diagnostic| RULES.contains(&diagnostic.rule))
        .filter_map(|diagnostic| {
            let file = diagnostic.file.get(..6)?.parse::<usize>().ok()? - 1;
            let start = diagnostic.span.as_ref()?.start;
            let ranges = statements.get(file)?;
            let at = ranges.iter().position(|range| start < range.end)?;
            Some(Refusal {
                at: (file, at),
                code: diagnostic.rule.to_owned(),
                message: diagnostic.message.clone(),
            })
        })
        .collect();
    refused.sort_by_key(|refusal| refusal.at);
    refused
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {} files, {} statements taken, {} refused",
            self.name,
            self.files.len(),
            self.statements,
            self.refused.len()
        )?;
        if let Some(stopped) = &self.stopped {
            let file = self.files.get(stopped.at.0);
            write!(
                f,
                "; the server stops at {} statement {} ({} {}){}",
                file.map_or("", String::as_str),
                stopped.at.1 + 1,
                stopped.code,
                stopped.message,
                if self.agreed {
                    ", and so does the build"
                } else {
                    ""
                }
            )?;
        }
        for refusal in &self.refused {
            let file = self.files.get(refusal.at.0);
            write!(
                f,
                "\n    REFUSED {} statement {}: {}",
                file.map_or("", String::as_str),
                refusal.at.1 + 1,
                refusal.message
            )?;
        }
        Ok(())
    }
}
