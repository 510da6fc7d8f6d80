//! A part of a text that knows its position in that text.

use crate::diagnostics::Span;

/// A part of a larger text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fragment<'t> {
    pub(super) text: &'t str,
    /// Byte offset in the larger text.
    start: usize,
}

impl<'t> Fragment<'t> {
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
        let fragment = self.trim_start();
        Self {
            text: fragment.text.trim_end(),
            ..fragment
        }
    }

    pub(super) fn trim_start(self) -> Self {
        let text = self.text.trim_start();
        Self {
            start: self.start + self.text.len() - text.len(),
            text,
        }
    }

    /// The part after `prefix`, if it begins with that.
    pub(super) fn after(self, prefix: &str) -> Option<Self> {
        let text = self.text.strip_prefix(prefix)?;
        Some(Self {
            start: self.start + prefix.len(),
            text,
        })
    }

    /// The parts before and after the first `separator`, if there is one.
    pub(super) fn split_once(self, separator: char) -> Option<(Self, Self)> {
        let (before, after) = self.text.split_once(separator)?;
        let start = self.start + before.len() + separator.len_utf8();
        Some((
            Self {
                text: before,
                ..self
            },
            Self { text: after, start },
        ))
    }

    /// Splits after `length` bytes; None if it is shorter, or if that is inside a character.
    pub(super) fn split_at(self, length: usize) -> Option<(Self, Self)> {
        let (front, rest) = self.text.split_at_checked(length)?;
        Some((
            Self {
                text: front,
                ..self
            },
            Self {
                text: rest,
                start: self.start + length,
            },
        ))
    }

    /// The part before `rest`, which must be a later part of the same fragment.
    pub(super) fn until(self, rest: Self) -> Self {
        let length = rest.start.saturating_sub(self.start);
        self.split_at(length).map_or(self, |(front, _)| front)
    }

    /// The leading characters for which `belongs` returns true, and the rest.
    pub(super) fn split_while(self, belongs: impl Fn(char) -> bool) -> (Self, Self) {
        let end = self.text.find(|character| !belongs(character));
        let (front, rest) = self.text.split_at(end.unwrap_or(self.text.len()));
        (
            Self {
                text: front,
                ..self
            },
            Self {
                text: rest,
                start: self.start + front.len(),
            },
        )
    }
}
