//! What would be said many times over is said once.
//!
//! Five indexes on one table are one warning about that table, which names the other lines. A placeholder that has
//! not been replaced is refused in every statement that holds it, in hundreds of files: that is one error.

use std::collections::{BTreeMap, BTreeSet};

use super::File;
use crate::diagnostics::{Diagnostic, Lines, Severity};

/// So many other lines are named; more are counted.
const MOST_LINES: usize = 5;

/// The findings, in order, without those that repeat an earlier one: a warning that says the same in the same file,
/// and an error of the same cause in any file.
pub(super) fn merge(files: &[File<'_>], findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut kept: Vec<Diagnostic> = Vec::with_capacity(findings.len());
    let mut warnings: BTreeMap<(String, &'static str, String), usize> = BTreeMap::new();
    let mut causes: BTreeMap<String, usize> = BTreeMap::new();
    // By place in `kept`, the findings that repeat it.
    let mut repeats: BTreeMap<usize, Vec<Diagnostic>> = BTreeMap::new();
    for finding in findings {
        let first = match (&finding.cause, finding.severity) {
            (Some(cause), _) => *causes.entry(cause.clone()).or_insert(kept.len()),
            (None, Severity::Warning) if finding.span.is_some() => {
                let said = (finding.file.clone(), finding.rule, finding.message.clone());
                *warnings.entry(said).or_insert(kept.len())
            }
            _ => kept.len(),
        };
        if first < kept.len() {
            repeats.entry(first).or_default().push(finding);
        } else {
            kept.push(finding);
        }
    }
    for (first, others) in repeats {
        if let Some(first) = kept.get_mut(first) {
            let help = match first.cause {
                Some(_) => everywhere(&others),
                None => in_other_lines(files, &others),
            };
            first.help.push(help);
        }
    }
    kept
}

fn everywhere(others: &[Diagnostic]) -> String {
    let files: BTreeSet<&str> = others.iter().map(|other| other.file.as_str()).collect();
    let places = others.len();
    match (places, files.len()) {
        (1, _) => "replace it in the one other place as well".to_owned(),
        (_, 1) => format!("replace it in all {places} other places as well"),
        (_, files) => {
            format!("replace it in all {places} other places as well; they are in {files} files")
        }
    }
}

fn in_other_lines(files: &[File<'_>], others: &[Diagnostic]) -> String {
    let count = others.len();
    let text = others.first().and_then(|other| {
        let file = files.iter().find(|file| file.shown == other.file)?;
        Some(file.content?.scannable())
    });
    let (Some(text), ..=MOST_LINES) = (text, count) else {
        return format!("change the {count} other places in this file in the same way");
    };
    let lines = Lines::of(text);
    let numbers: BTreeSet<usize> = others
        .iter()
        .filter_map(|other| Some(lines.position(other.span.as_ref()?.start).line))
        .collect();
    let mut numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    match numbers.pop() {
        Some(only) if numbers.is_empty() => format!("change line {only} in the same way"),
        Some(last) => format!(
            "change lines {} and {last} in the same way",
            numbers.join(", ")
        ),
        None => "change the other places in this file in the same way".to_owned(),
    }
}
