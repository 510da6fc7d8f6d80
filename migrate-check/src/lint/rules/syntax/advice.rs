//! What is likely meant where the grammar has no such statement.

use std::cell::OnceCell;

use migrate_sql::grammar::{Refusal, Sentence, Trial};

use super::case::Case;
use super::{foreign, newer, phrases, placeholder, slips, spelling};
use crate::diagnostics::Lines;
use crate::lint::parsed_file::ParsedFile;

/// The ways to see what is meant, the surest first.
const ADVISERS: &[fn(&Case<'_>) -> Option<String>] = &[
    foreign::advise,
    phrases::advise,
    slips::advise_on_comma,
    spelling::advise_on_name,
    spelling::advise_on_typo,
    slips::advise_on_semicolon,
    slips::advise_on_missing_comma,
    slips::advise_on_brackets,
];

/// What may help.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Advice {
    /// Replace a placeholder, here and everywhere else in the file.
    Placeholder(String),
    /// One sentence.
    Help(String),
    /// A newer PostgreSQL has it.
    Newer,
    /// Nothing is known of what is meant.
    None,
}

/// What may be meant. `lines` is shared by the statements of the file.
pub(super) fn advise<'a>(
    file: &ParsedFile<'a>,
    lines: &'a OnceCell<Lines<'a>>,
    sentence: &'a Sentence,
    refusal: &Refusal,
) -> Advice {
    let tokens = &file.analysis.tokens;
    let mut case = Case::new(file.text, lines, tokens, sentence, refusal);
    if let Some(advice) = slips::advise_on_inner_quote(&case) {
        return Advice::Help(advice);
    }
    if let Some(placeholder) = placeholder::at_error(&case) {
        return Advice::Placeholder(placeholder.to_owned());
    }
    if newer::is_known(&case) {
        return Advice::Newer;
    }
    // A second error may follow closely.
    for enough in [Trial::ENOUGH, 2] {
        case.enough = enough;
        let advice = ADVISERS.iter().find_map(|adviser| adviser(&case));
        if let Some(advice) = advice {
            return Advice::Help(advice);
        }
    }
    if case.error >= sentence.tokens.end {
        return Advice::Help("complete the statement: it ends too early".to_owned());
    }
    Advice::None
}
