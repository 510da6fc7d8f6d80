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
    /// What reverts it.
    pub(super) down: Option<Down>,
}

/// A down file.
#[derive(Clone)]
pub(super) struct Down {
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
            down: migration.down.map(|down| Down {
                text: down.text,
                transaction: down.transaction,
            }),
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
    let statements = split(files);
    let mut refused = Vec::new();
    for (name, start, rule, message) in find(embed(files), settings) {
        let Some(file) = name.strip_suffix("_f.sql") else {
            continue;
        };
        let Some(file) = file
            .parse::<usize>()
            .ok()
            .and_then(|file| file.checked_sub(1))
        else {
            continue;
        };
        let ranges = statements.get(file).map(Vec::as_slice);
        let at = ranges
            .unwrap_or_default()
            .iter()
            .position(|range| start < range.end);
        refused.extend(at.map(|at| Refusal {
            at: (file, at),
            code: rule.to_owned(),
            message,
        }));
    }
    refused.sort_by_key(|refusal| refusal.at);
    refused
}

/// Files as the build reads them, called after their numbers, from 1: `000001_f.sql`.
fn embed(files: &[Script]) -> Vec<EmbeddedFile> {
    let files = (1..).zip(files).map(|(number, file)| EmbeddedFile {
        name: format!("{number:06}_f.sql"),
        text: unmarked(&file.text),
        transaction: file.transaction,
    });
    files.collect()
}

/// Their down files: `000001_f.down.sql`.
fn embed_downs(files: &[Script]) -> Vec<EmbeddedFile> {
    let downs = (1..).zip(files).filter_map(|(number, file)| {
        let down = file.down.as_ref()?;
        Some(EmbeddedFile {
            name: format!("{number:06}_f.down.sql"),
            text: unmarked(&down.text),
            transaction: down.transaction,
        })
    });
    downs.collect()
}

/// Without the marks of the tool that a set is from: they have been read, and here they would be strange.
fn unmarked(text: &str) -> String {
    text.replace("-- +goose", "--  goose")
}

/// What is found of names in down files: the file, the byte in it, the rule, the message.
pub(super) fn find_in_downs(
    files: &[Script],
    settings: &Settings,
) -> Vec<(String, usize, &'static str, String)> {
    let mut embedded = embed(files);
    embedded.extend(embed_downs(files));
    find(embedded, settings)
}

fn find(
    embedded: Vec<EmbeddedFile>,
    settings: &Settings,
) -> Vec<(String, usize, &'static str, String)> {
    let mut settings = Settings {
        layout: migrate_check::Layout::default(),
        ..settings.clone()
    };
    for rule in RULES {
        settings.lint.set(rule, Level::Deny);
    }
    let loaded = load_embedded("", embedded, &settings);
    let found = loaded.diagnostics.into_iter().filter_map(|diagnostic| {
        let start = diagnostic.span.as_ref()?.start;
        RULES.contains(&diagnostic.rule).then_some((
            diagnostic.file,
            start,
            diagnostic.rule,
            diagnostic.message,
        ))
    });
    found.collect()
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
