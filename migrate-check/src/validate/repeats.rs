//! What would be said many times over is said once.
//!
//! Five indexes on one table are one warning about that table, which names the other lines. A placeholder that has
//! not been replaced is refused in every statement that holds it, in hundreds of files: that is one error.

use std::collections::BTreeMap;

use super::File;
use crate::diagnostics::{Diagnostic, Lines, Severity};

/// So many other lines are named; more are counted.
const MOST_LINES: usize = 5;

/// The findings, in order, without those that repeat an earlier one: a warning that says the same in the same file,
/// and an error of the same cause in any file.
pub(super) fn merge(files: &[File<'_>], findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut kept: Vec<Diagnostic> = Vec::with_capacity(findings.len());
    let mut warnings: BTreeMap<String, usize> = BTreeMap::new();
    let mut causes: BTreeMap<String, usize> = BTreeMap::new();
    // For each of `kept`, the findings that repeat it.
    let mut repeats: Vec<Vec<Diagnostic>> = Vec::with_capacity(findings.len());
    for finding in findings {
        let first = match (&finding.cause, finding.severity) {
            (Some(cause), _) => *causes.entry(cause.clone()).or_insert(kept.len()),
            (None, Severity::Warning) if finding.span.is_some() => {
                let said = format!("{}\0{}\0{}", finding.file, finding.rule, finding.message);
                *warnings.entry(said).or_insert(kept.len())
            }
            _ => kept.len(),
        };
        if let Some(others) = repeats.get_mut(first) {
            others.push(finding);
        } else {
            kept.push(finding);
            repeats.push(Vec::new());
        }
    }
    for (first, others) in kept.iter_mut().zip(repeats) {
        if !others.is_empty() {
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
    let places = others.len();
    match (places, count_files(others)) {
        (1, _) => "replace it in the one other place as well".to_owned(),
        (_, 1) => format!("replace it in all {places} other places as well"),
        (_, files) => {
            format!("replace it in all {places} other places as well; they are in {files} files")
        }
    }
}

/// In how many files they are.
pub(crate) fn count_files<'d>(found: impl IntoIterator<Item = &'d Diagnostic>) -> usize {
    let mut files: BTreeMap<&str, usize> = BTreeMap::new();
    for found in found {
        files.insert(&found.file, 0);
    }
    files.len()
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
    let mut numbers: Vec<usize> = Vec::new();
    for span in others.iter().filter_map(|other| other.span.as_ref()) {
        let line = lines.position(span.start).line;
        let place = numbers.partition_point(|number| *number < line);
        if numbers.get(place) != Some(&line) {
            numbers.insert(place, line);
        }
    }
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
