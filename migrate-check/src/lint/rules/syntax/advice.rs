//! What is likely meant where the grammar has no such statement.

use migrate_sql::grammar::{Refusal, Sentence, Trial};

use super::case::Case;
use super::{foreign, placeholder, slips, spelling};
use crate::lint::parsed_file::ParsedFile;

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
pub(super) fn advise(file: &ParsedFile<'_>, sentence: &Sentence, refusal: &Refusal) -> String {
    let tokens = &file.analysis.tokens;
    let mut case = Case::new(file.text, tokens, sentence, refusal);
    // A second error may follow closely.
    for enough in [Trial::ENOUGH, 2] {
        case.enough = enough;
        if let Some(advice) = ADVISERS.iter().find_map(|adviser| adviser(&case)) {
            return advice;
        }
    }
    if case.error >= sentence.tokens.end {
        return "complete the statement: it ends too early".to_owned();
    }
    "if a fork, an extension or a newer PostgreSQL knows this statement, allow it: `-- migrate: allow(syntax) <reason>`"
        .to_owned()
}
