//! What is likely meant where the grammar has no such statement.

use std::ops::Range;

use super::{foreign, placeholder, slips, spelling};
use crate::lint::subject::Subject;
use migrate_sql::grammar::{Refusal, Sentence, Symbol, Trial};
use migrate_sql::scanner::Token;

/// A statement that was refused.
pub(super) struct Case<'a> {
    pub(super) text: &'a str,
    /// All tokens of the file.
    pub(super) tokens: &'a [Token],
    pub(super) sentence: &'a Sentence,
    /// The index of the token that was refused; behind the statement's last one at its end.
    pub(super) error: usize,
    trial: Trial,
    /// How many tokens, the refused one included, a change has to let pass to count.
    enough: usize,
}

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
    let mut case = Case {
        text: subject.source.text,
        tokens,
        sentence,
        error: refusal.token,
        trial: Trial::of(subject.source.text, tokens, sentence, refusal),
        enough: Trial::ENOUGH,
    };
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

impl<'a> Case<'a> {
    /// A token of the statement or the one that ends it.
    pub(super) fn token(&self, index: usize) -> Option<&'a Token> {
        let known = self.sentence.tokens.start..=self.sentence.tokens.end;
        self.tokens.get(index).filter(|_| known.contains(&index))
    }

    /// How a token is written.
    pub(super) fn written(&self, index: usize) -> &'a str {
        self.token(index)
            .and_then(|token| self.text.get(token.range()))
            .unwrap_or_default()
    }

    /// The same for a message: one line of bearable length.
    pub(super) fn shown(&self, index: usize) -> String {
        super::shorten_token(self.written(index))
    }

    /// Whether the statement goes on if the tokens of a range are replaced.
    pub(super) fn survives(&self, replaced: Range<usize>, by: &[Symbol]) -> bool {
        self.trial.survives(replaced, by, self.enough)
    }

    /// Whether one statement could end before the error, and another begin there.
    pub(super) fn is_between_statements(&self) -> bool {
        self.trial.could_end_before(self.error) && self.trial.could_begin_at(self.error)
    }

    /// The tokens before the error, the nearest first.
    pub(super) fn before(&self) -> impl Iterator<Item = usize> + use<> {
        (self.sentence.tokens.start..self.error).rev()
    }
}
