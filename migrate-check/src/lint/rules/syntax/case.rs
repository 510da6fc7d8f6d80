//! A statement that was refused, and questions to ask of it.

use std::cell::OnceCell;
use std::ops::Range;

use migrate_sql::grammar::{Refusal, Sentence, Symbol, Trial};
use migrate_sql::scanner::Token;

use crate::diagnostics::Lines;

/// A longer token is cut short in a message.
const LONGEST_TOKEN: usize = 40;

/// A statement that was refused.
pub(super) struct Case<'a> {
    pub(super) text: &'a str,
    /// The lines of `text`, found once for all statements of the file, and only if a message names a line.
    lines: &'a OnceCell<Lines<'a>>,
    /// All tokens of the file.
    pub(super) tokens: &'a [Token],
    pub(super) sentence: &'a Sentence,
    /// The index of the token that was refused; after the statement's last one at its end.
    pub(super) error: usize,
    trial: Trial,
    /// How many tokens, the refused one included, a change has to let pass to count.
    pub(super) enough: usize,
}

impl<'a> Case<'a> {
    /// A refused statement of a text with these tokens.
    pub(super) fn new(
        text: &'a str,
        lines: &'a OnceCell<Lines<'a>>,
        tokens: &'a [Token],
        sentence: &'a Sentence,
        refusal: &Refusal,
    ) -> Self {
        Self {
            text,
            lines,
            tokens,
            sentence,
            error: refusal.token,
            trial: Trial::of(text, tokens, sentence, refusal),
            enough: Trial::ENOUGH,
        }
    }

    /// A token of the statement or the one that ends it.
    pub(super) fn token(&self, index: usize) -> Option<&'a Token> {
        let known = self.sentence.tokens.start..=self.sentence.tokens.end;
        self.tokens.get(index).filter(|_| known.contains(&index))
    }

    /// The number of the line that a byte is in.
    pub(super) fn line(&self, offset: usize) -> usize {
        let lines = self.lines.get_or_init(|| Lines::of(self.text));
        lines.position(offset).line
    }

    /// How a token is written.
    pub(super) fn written(&self, index: usize) -> &'a str {
        self.token(index)
            .and_then(|token| self.text.get(token.range()))
            .unwrap_or_default()
    }

    /// Whether these words follow each other from a token on.
    pub(super) fn reads(&self, start: usize, words: &[&str]) -> bool {
        let mut words = words.iter().enumerate();
        words.all(|(index, word)| self.written(start + index).eq_ignore_ascii_case(word))
    }

    /// How a token is written, for a message: one line of bearable length.
    pub(super) fn shown(&self, index: usize) -> String {
        shorten_token(self.written(index))
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

/// The first line of a token, if that is not too long either.
pub(super) fn shorten_token(token: &str) -> String {
    let line = token.lines().next().unwrap_or_default();
    let cut: String = line.chars().take(LONGEST_TOKEN).collect();
    if cut.len() == token.len() {
        cut
    } else {
        cut + "…"
    }
}
