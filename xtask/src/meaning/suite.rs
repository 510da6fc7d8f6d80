//! PostgreSQL's regression suite: of the statements that a server takes in order, none is refused.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use migrate_check::{Settings, Transaction};

use super::Oracle;
use super::set::{Script, check, split};
use crate::Outcome;
use crate::cargo::root;

/// How many statements are refused. `suite` is `src/test/regress` of a release.
pub(super) fn compare(oracle: &Oracle, suite: &Path) -> Outcome<usize> {
    let cache = root().join("target/meaning-suite");
    let mut files = read_taken(&cache)?;
    if files.is_empty() {
        files = take(oracle, suite)?;
        fs::create_dir_all(&cache)?;
        for (number, file) in files.iter().enumerate() {
            fs::write(
                cache.join(format!("{number:03}_{}.sql", file.name)),
                &file.text,
            )?;
        }
    }
    Ok(report(&files))
}

/// What an earlier run has found to be taken.
fn read_taken(cache: &Path) -> Outcome<Vec<Script>> {
    let mut paths: Vec<_> = fs::read_dir(cache)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    paths.sort();
    let mut files = Vec::new();
    for path in paths {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        files.push(Script {
            name: name.into_owned(),
            text: fs::read_to_string(&path)?,
            transaction: Transaction::None,
            down: None,
        });
    }
    Ok(files)
}

/// The statements that a server takes, file by file. This takes minutes.
fn take(oracle: &Oracle, suite: &Path) -> Outcome<Vec<Script>> {
    let schedule = fs::read_to_string(suite.join("parallel_schedule"))?;
    let names = schedule
        .lines()
        .filter_map(|line| line.strip_prefix("test: "))
        .flat_map(str::split_whitespace);
    let mut files = Vec::new();
    oracle.within(|client| {
        for name in names {
            let Ok(bytes) = fs::read(suite.join(format!("sql/{name}.sql"))) else {
                continue;
            };
            let text = prepare(&String::from_utf8_lossy(&bytes), suite);
            let script = Script {
                name: name.to_owned(),
                text,
                transaction: Transaction::None,
                down: None,
            };
            let ranges = split(std::slice::from_ref(&script));
            let mut taken: Vec<String> = Vec::new();
            let mut open: Option<Vec<String>> = None;
            let mut is_aborted = false;
            let mut marks: Vec<usize> = Vec::new();
            for range in ranges.into_iter().flatten() {
                let statement = script.text.get(range).unwrap_or_default();
                let lower = statement.to_ascii_lowercase();
                if lower.starts_with("copy")
                    && (lower.contains("stdin") || lower.contains("stdout"))
                {
                    continue;
                }
                let is_taken = client.batch_execute(statement).is_ok();
                let first = lower.split_whitespace().next().unwrap_or_default();
                match (first.trim_end_matches(';'), &mut open) {
                    ("begin" | "start", None) => {
                        open = Some(Vec::new());
                        is_aborted = false;
                        marks.clear();
                    }
                    ("commit" | "end", Some(kept)) => {
                        if !is_aborted && is_taken {
                            taken.append(kept);
                        }
                        open = None;
                    }
                    ("abort", Some(_)) => open = None,
                    ("savepoint", Some(kept)) => marks.push(kept.len()),
                    ("rollback", Some(kept)) => {
                        if lower.contains(" to ") {
                            kept.truncate(marks.last().copied().unwrap_or(0));
                            is_aborted = false;
                        } else {
                            open = None;
                        }
                    }
                    (_, Some(kept)) => {
                        if is_taken {
                            kept.push(statement.to_owned());
                        } else {
                            is_aborted = true;
                        }
                    }
                    (_, None) => {
                        if is_taken {
                            taken.push(statement.to_owned());
                        }
                    }
                }
            }
            let _ = client.batch_execute("ROLLBACK");
            // Each by itself: DISCARD ALL runs in no transaction.
            for reset in [
                "RESET SESSION AUTHORIZATION",
                "RESET ROLE",
                "DISCARD ALL",
                "SET statement_timeout = '20s'",
                "SET client_min_messages = error",
            ] {
                let _ = client.batch_execute(reset);
            }
            if client.is_closed() {
                return Err(format!("the connection ends in {name}").into());
            }
            files.push(Script {
                name: name.to_owned(),
                text: taken.join(";\n"),
                transaction: Transaction::None,
                down: None,
            });
        }
        Ok(())
    })?;
    Ok(files)
}

/// How many of the statements are refused, each with the reason.
fn report(files: &[Script]) -> usize {
    let taken: usize = split(files).iter().map(Vec::len).sum();
    let refused = check(files, &Settings::default());
    let ranges = split(files);
    let mut by_message: BTreeMap<String, usize> = BTreeMap::new();
    for refusal in &refused {
        let file = files.get(refusal.at.0);
        let range = ranges
            .get(refusal.at.0)
            .and_then(|ranges| ranges.get(refusal.at.1));
        let text = file
            .zip(range)
            .and_then(|(file, range)| file.text.get(range.clone()));
        let text = text.unwrap_or_default().replace('\n', " ");
        let shown: String = text.chars().take(110).collect();
        println!(
            "    REFUSED {}: {} | {shown}",
            file.map_or("", |file| file.name.as_str()),
            refusal.message
        );
        *by_message.entry(refusal.code.clone()).or_default() += 1;
    }
    println!(
        "regression suite: {} files, {taken} statements that the server takes, {} refused {by_message:?}",
        files.len(),
        refused.len()
    );
    refused.len()
}

/// A file without what belongs to psql, and with its variables filled in.
fn prepare(text: &str, suite: &Path) -> String {
    let mut prepared = String::new();
    let mut in_data = false;
    for line in text.lines() {
        if in_data {
            in_data = line.trim_end() != "\\.";
            continue;
        }
        let lower = line.to_ascii_lowercase();
        if lower.starts_with("copy")
            && lower.contains("from stdin")
            && line.trim_end().ends_with(';')
        {
            in_data = true;
            continue;
        }
        if line.starts_with('\\') {
            // `\gset` and others end a statement.
            prepared.push_str(";\n");
            continue;
        }
        let line = match line.find('\\') {
            Some(at) if !line.contains('\'') => {
                let mut cut = line.get(..at).unwrap_or_default().to_owned();
                cut.push(';');
                cut
            }
            _ => line.to_owned(),
        };
        prepared.push_str(&line);
        prepared.push('\n');
    }
    let source = suite.to_string_lossy();
    let data = |file: &str| format!("'{source}/data/{file}.data'");
    prepared = prepared.replace(":'filename'", &data("onek"));
    prepared
}
