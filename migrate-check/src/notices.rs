//! What a build says of a directory: all of it, or where that would flood the terminal, a summary.
//!
//! Cargo shows the warnings of a crate again at every build, even where nothing has changed. A directory of some
//! hundred old files would print thousands of lines each time.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::diagnostics::{Diagnostic, Severity};
use crate::load::Loaded;
use crate::settings::{FILE, Settings};
use crate::validate::count_files;

/// More warnings than these become one.
const MOST_WARNINGS: usize = 30;

/// The rules that the summary names; the others are counted.
const MOST_RULES: usize = 6;

/// The rule that the summary goes by.
const RULE: &str = "migration-warnings";

impl Loaded {
    /// What a build shows: every error; and every warning, or one that sums them up.
    pub fn notices(&self, directory: &str, settings: &Settings) -> Vec<Diagnostic> {
        let is_warning = |found: &&Diagnostic| found.severity == Severity::Warning;
        let warnings: Vec<&Diagnostic> = self.diagnostics.iter().filter(is_warning).collect();
        if warnings.len() <= MOST_WARNINGS {
            return self.diagnostics.clone();
        }
        let errors = self.diagnostics.iter().filter(|found| !is_warning(found));
        let summary = self.summary(directory, &warnings, settings);
        errors.cloned().chain([summary]).collect()
    }

    fn summary(
        &self,
        directory: &str,
        warnings: &[&Diagnostic],
        settings: &Settings,
    ) -> Diagnostic {
        let files = count_files(warnings.iter().copied());
        let mut summary = Diagnostic::warning(
            RULE,
            directory,
            format!(
                "{} warnings in {files} files: {}",
                warnings.len(),
                by_rule(warnings)
            ),
        );
        if let Some(newest) = self.migrations.last() {
            let newest = newest.version;
            let verb = match settings.start_after {
                Some(_) => "set",
                None => "add",
            };
            let file = self.sources.iter().map(|source| source.file.as_str());
            let mut files = file.filter(|file| file.rsplit('/').next() == Some(FILE));
            let place = files.next().map_or_else(
                || "to the options of `embed_migrations!`".to_owned(),
                |file| format!("to {file}"),
            );
            let place = match settings.start_after {
                Some(_) => place.replacen("to", "in", 1),
                None => place,
            };
            summary = summary.help(format!(
                "if version {newest} and those before it have run everywhere, {verb} `start_after = \"{newest}\"` {place}: \
                 only newer files are then warned about"
            ));
        }
        summary.help("run `migrate check` to see each of them")
    }
}

/// `300 drop-column, 12 rename and 5 of other rules`.
fn by_rule(warnings: &[&Diagnostic]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for found in warnings {
        *counts.entry(found.rule).or_default() += 1;
    }
    let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(rule, count)| (Reverse(*count), *rule));
    let rest: usize = counts.iter().skip(MOST_RULES).map(|(_, count)| count).sum();
    let named = counts.iter().take(MOST_RULES);
    let named: Vec<String> = named
        .map(|(rule, count)| format!("{count} {rule}"))
        .collect();
    match rest {
        0 => named.join(", "),
        rest => format!("{}, {rest} of other rules", named.join(", ")),
    }
}
