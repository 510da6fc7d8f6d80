//! Matches rows with migrations, without a session or a clock.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use migrate_runtime::{ForeignMigration, Migration, Migrations, Timestamp};

use crate::files::{Files, Match};
use crate::finding::Finding;
use crate::row::{Row, State};
use crate::tool::Tool;

/// The answers to mismatches.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Answers {
    pub(crate) applied: BTreeSet<i64>,
    pub(crate) pending: BTreeSet<i64>,
    pub(crate) forget: BTreeSet<String>,
}

/// What would be recorded, and the mismatches that prevent it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Judgement {
    pub(crate) migrations: Vec<ForeignMigration>,
    pub(crate) findings: Vec<Finding>,
}

/// Matches what `tool` has recorded. Versions in `known` are recorded already and are skipped.
pub(crate) fn judge(
    set: &Migrations,
    tool: Tool,
    rows: &[Row],
    known: &BTreeSet<i64>,
    answers: &Answers,
) -> Judgement {
    let migrations: Vec<Migration<'_>> = set.iter().collect();
    let mut judgement = Judgement::default();
    let mut matched: BTreeMap<i64, &Row> = BTreeMap::new();
    // Versions whose file may not be the one that a row names.
    let mut doubtful: BTreeSet<i64> = BTreeSet::new();
    let files = Files::new(&migrations, tool, rows);
    for row in rows.iter().filter(|row| row.state != State::Undone) {
        match files.find(row) {
            Match::None => {}
            Match::Number(migration) if !answers.applied.contains(&migration.version()) => {
                let version = migration.version();
                if !answers.forget.contains(&row.key) && !known.contains(&version) {
                    doubtful.insert(version);
                    judgement.findings.push(Finding::OtherName {
                        row: row.key.clone(),
                        recorded: row.file.clone().filter(|file| *file != row.key),
                        version,
                        file: migration.up().path(),
                    });
                }
                continue;
            }
            Match::Number(migration) | Match::Sure(migration) => {
                // If a file has two rows, the first one has the time at which it was applied.
                matched.entry(migration.version()).or_insert(row);
                continue;
            }
        }
        let (version, is_mark) = files.stands_for(row);
        if let Some(version) = version {
            matched.entry(version).or_insert(row);
        }
        if !is_mark && !answers.forget.contains(&row.key) {
            let row = row.key.clone();
            judgement.findings.push(Finding::NoFile { row });
        }
    }
    let of_state = |state: State| {
        let rows = matched.iter().filter(move |(_, row)| row.state == state);
        rows.map(|(version, _)| *version).max()
    };
    let newest = matched.keys().max().copied();
    let baseline = of_state(State::Baseline);
    for migration in &migrations {
        let version = migration.version();
        if known.contains(&version) || Some(version) > newest || doubtful.contains(&version) {
            continue;
        }
        let file = migration.up().path();
        let row = matched.get(&version).copied();
        let finding = match row {
            Some(row) if row.state == State::Failed => Some(Finding::Failed { version, file }),
            Some(row) if row.state == State::Baseline => None,
            Some(row) if (tool.format().fits)(row, migration) => None,
            Some(_) => Some(Finding::Edited { version, file }),
            None if tool.format().cumulative || Some(version) <= baseline => None,
            None => Some(Finding::NoRow { version, file }),
        };
        let edited = matches!(finding, Some(Finding::Edited { .. }));
        match finding {
            Some(_) if answers.pending.contains(&version) && !edited => continue,
            Some(finding) if !answers.applied.contains(&version) => {
                judgement.findings.push(finding);
                continue;
            }
            _ => {}
        }
        let unrun = row.is_none() && !tool.format().cumulative
            || row.is_some_and(|row| row.state == State::Baseline);
        let mut adopted = ForeignMigration::new(version, note(tool, row));
        adopted.baseline = unrun;
        if let Some(row) = row {
            adopted.applied_at = row.applied_at.clone().map(Timestamp::new);
            adopted.duration = row.ms.map(Duration::from_millis);
            adopted.applied_by.clone_from(&row.applied_by);
        }
        judgement.migrations.push(adopted);
    }
    judgement
}

fn note(tool: Tool, row: Option<&Row>) -> String {
    let name = tool.name();
    match row {
        Some(row) if row.applied_at.is_some() => format!("adopted from {name}"),
        Some(_) => {
            format!("adopted from {name}, which records no times; this is the time of the adoption")
        }
        None => format!(
            "adopted from {name}, which has no row for it; this is the time of the adoption"
        ),
    }
}
