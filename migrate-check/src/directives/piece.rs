//! A part of a text that knows where it stands in it.

use crate::diagnostics::Span;

/// A part of a larger text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece<'t> {
    pub(super) text: &'t str,
    /// Byte offset in the larger text.
    start: usize,
}

impl<'t> Piece<'t> {
    /// The part of `whole` that `span` covers; empty where it covers none.
    pub(super) fn of(whole: &'t str, span: Span) -> Self {
        Self {
            start: span.start,
            text: whole.get(span).unwrap_or_default(),
        }
    }

    pub(super) fn span(self) -> Span {
        self.start..self.start + self.text.len()
    }

    pub(super) fn trim(self) -> Self {
        let text = self.text.trim_start();
        Self {
            start: self.start + self.text.len() - text.len(),
            text: text.trim_end(),
        }
    }

    /// What follows `prefix`, if it begins with that.
    pub(super) fn after(self, prefix: &str) -> Option<Self> {
        let text = self.text.strip_prefix(prefix)?;
        Some(Self {
            start: self.start + prefix.len(),
            text,
        })
    }

    /// What stands before and behind `separator`, if it occurs.
    pub(super) fn split_once(self, separator: char) -> Option<(Self, Self)> {
        let (before, behind) = self.text.split_once(separator)?;
        let start = self.start + before.len() + separator.len_utf8();
        Some((
            Self {
                text: before,
                ..self
            },
            Self {
                text: behind,
                start,
            },
        ))
    }

    /// The characters in front for which `belongs` holds, and the rest.
    pub(super) fn split_while(self, belongs: impl Fn(char) -> bool) -> (Self, Self) {
        let end = self
            .text
            .find(|character| !belongs(character))
            .unwrap_or(self.text.len());
        let (front, rest) = self.text.split_at(end);
        (
            Self {
                text: front,
                ..self
            },
            Self {
                text: rest,
                start: self.start + end,
            },
        )
    }
}
