//! What is likely meant where the grammar has no such statement.

use migrate_sql::grammar::{Refusal, Sentence, Trial};

use super::case::Case;
use super::{foreign, placeholder, slips, spelling};
use crate::lint::subject::Subject;

/// The ways to see what is meant, the surest first.
const ADVISERS: &[fn(&Case<'_>) -> Option<String>] = &[
    placeholder::advise,
    foreign::advise,
    slips::advise_on_comma,
    spelling::advise_on_name,
    spelling::advise_on_typo,
    slips::advise_on_semicolon,
    slips::advise_on_missing_comma,
    slips::advise_on_brackets,
];

/// One sentence of help.
pub(super) fn advise(subject: &Subject<'_>, sentence: &Sentence, refusal: &Refusal) -> String {
    let tokens = &subject.source.analysis.tokens;
    let mut case = Case::new(subject.source.text, tokens, sentence, refusal);
    // A second error may follow closely.
    for enough in [Trial::ENOUGH, 2] {
        case.enough = enough;
        if let Some(advice) = ADVISERS.iter().find_map(|adviser| adviser(&case)) {
            return advice;
        }
    }
    if case.error >= sentence.tokens.end {
        return "the statement ends too early: write what is missing".to_owned();
    }
    "if a fork, an extension or a newer PostgreSQL knows this statement, say so: `-- migrate: allow(syntax) <reason>`"
        .to_owned()
}
