//! What a migration must not say, rule by rule.
//!
//! A rule is a file here: its documentation for users is the module's own, its code and its tests stand
//! below that. [`RULES`] is the one list of them.

mod copy_from_stdin;
mod lexical_error;
mod needs_no_transaction;
mod not_rerunnable;
mod own_history_table;
mod psql_command;
mod subject;
mod syntax;
#[cfg(test)]
mod testing;
mod transaction_control;
mod unnamed_concurrent_index;

use std::fmt;

pub(crate) use self::subject::Subject;
use crate::diagnostic::{Diagnostic, Severity};
use crate::grammar::{self, Parsed};
use crate::migration::Transaction;
use crate::settings::{Settings, Syntax};
use crate::sql::Analysis;

/// Every rule about the SQL of one file.
pub const RULES: &[Rule] = &[
    lexical_error::RULE,
    syntax::RULE,
    psql_command::RULE,
    copy_from_stdin::RULE,
    transaction_control::RULE,
    needs_no_transaction::RULE,
    unnamed_concurrent_index::RULE,
    not_rerunnable::RULE,
    own_history_table::RULE,
];

/// Something that a migration must not say.
#[derive(Clone, Copy)]
pub struct Rule {
    /// Its name, as diagnostics and `-- migrate: allow(…)` give it.
    pub id: &'static str,
    /// Whether it stops the build.
    pub severity: Severity,
    /// What it says, in a line.
    pub summary: &'static str,
    /// Whether a file may say `-- migrate: allow(<rule>) <reason>`. Not where the migration could not
    /// work, or could not be recorded, all the same.
    pub allowable: bool,
    /// The text of its own source file, which begins with its documentation.
    source: &'static str,
    /// Finds what it is about, in no particular order.
    check: fn(&Subject<'_>) -> Vec<Diagnostic>,
}

impl Rule {
    /// What it is about, why that is harmful and what to do instead: Markdown.
    pub fn explanation(&self) -> String {
        self.source
            .lines()
            .map_while(|line| line.strip_prefix("//!"))
            .map(|line| line.strip_prefix(' ').unwrap_or(line))
            .fold(String::new(), |text, line| text + line + "\n")
    }

    /// A finding of this rule.
    fn finding(
        &self,
        subject: &Subject<'_>,
        span: std::ops::Range<usize>,
        message: impl Into<String>,
    ) -> Diagnostic {
        match self.severity {
            Severity::Error => Diagnostic::error(self.id, subject.file, message),
            Severity::Warning => Diagnostic::warning(self.id, subject.file, message),
        }
        .at(span)
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rule")
            .field("id", &self.id)
            .field("severity", &self.severity)
            .finish_non_exhaustive()
    }
}

/// Everything that the rules find in a file, in order of place. `file` is its name as diagnostics show
/// it; `text` is what was analysed.
pub fn check(
    file: &str,
    text: &str,
    analysis: &Analysis,
    transaction: Transaction,
    settings: &Settings,
) -> Vec<Diagnostic> {
    let parsed = match settings.syntax {
        Syntax::On => grammar::parse(text, &analysis.tokens, &analysis.faults),
        Syntax::Off => Parsed::default(),
    };
    let subject = Subject {
        file,
        text,
        analysis,
        parsed: &parsed,
        transaction,
        settings,
    };
    let mut found: Vec<Diagnostic> = RULES
        .iter()
        .flat_map(|rule| (rule.check)(&subject))
        .collect();
    found.sort_by_key(|diagnostic| diagnostic.span.as_ref().map(|span| span.start));
    found
}

#[cfg(test)]
mod tests {
    use super::{RULES, check};
    use crate::migration::Transaction;
    use crate::settings::Settings;
    use crate::sql::analyse;

    #[test]
    fn rules_have_distinct_names_in_kebab_case_and_say_what_they_are_about() {
        for (at, rule) in RULES.iter().enumerate() {
            assert!(
                rule.id
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte == b'-')
            );
            assert!(RULES.iter().skip(at + 1).all(|other| other.id != rule.id));
            assert!(!rule.summary.is_empty() && !rule.summary.ends_with('.'));
        }
    }

    #[test]
    fn every_rule_explains_itself_with_an_example() {
        for rule in RULES {
            let text = rule.explanation();
            assert!(text.contains("```sql"), "{}: {text}", rule.id);
        }
    }

    #[test]
    fn every_problem_of_a_file_is_found_in_order() {
        let sql = "BEGIN;\nVACUUM t;\nCOPY t FROM STDIN;\n\\echo 'x\nCOMMIT;\nSELECT 'x";
        let settings = Settings::default();
        let found = check("f", sql, &analyse(sql), Transaction::Single, &settings);
        let ids: Vec<&str> = found.iter().map(|diagnostic| diagnostic.rule).collect();
        assert_eq!(
            ids,
            [
                "transaction-control",
                "needs-no-transaction",
                "copy-from-stdin",
                "psql-command",
                "transaction-control",
                "lexical-error",
            ]
        );
        assert!(found.iter().all(|diagnostic| !diagnostic.help.is_empty()));
    }
}
