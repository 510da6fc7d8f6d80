//! The string literals of a statement, and what is said about their types.

use std::ops::Range;

use super::object_name::ObjectName;
use super::source::Source;
use crate::scanner::{Keyword as K, Reader, Token, TokenKind, literal_value};

/// A string literal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StringLiteral {
    /// Where it is.
    pub range: Range<usize>,
    /// Its value.
    pub value: String,
    /// The type that it is made by a cast around it: `'a'::mood`, `CAST('a' AS mood)`.
    pub cast: Option<ObjectName>,
    /// Whether it is compared with what has been cast to text: `a::text = 'x'`, `a::text IN ('x', 'y')`.
    pub is_compared_as_text: bool,
}

impl Source<'_> {
    /// The string literals of the statement.
    pub fn string_literals(&self) -> Vec<StringLiteral> {
        let tokens = self.tokens;
        let literals = tokens.iter().enumerate();
        literals
            .filter(|(_, token)| token.kind == TokenKind::String)
            .filter_map(|(at, token)| {
                let (before, from) = (tokens.get(..at)?, tokens.get(at + 1..)?);
                Some(StringLiteral {
                    range: token.range(),
                    value: literal_value(self.text, token)?.into_owned(),
                    cast: self.cast(before, from),
                    is_compared_as_text: self.is_compared_as_text(before),
                })
            })
            .collect()
    }

    fn cast(&self, before: &[Token], after: &[Token]) -> Option<ObjectName> {
        let mut rest = Reader::new(self.text, after);
        let first = rest.read()?;
        let is_call = matches!(before, [.., cast, open] if cast.is(K::Cast) && open.is_char(b'('));
        let is_cast = first.kind == TokenKind::Typecast || (first.is(K::As) && is_call);
        is_cast.then(|| ObjectName::read(&mut rest))?
    }

    fn is_compared_as_text(&self, before: &[Token]) -> bool {
        let is_between = |token: &Token| {
            let is_word = [K::In, K::Not, K::Any, K::Array].iter();
            token.kind == TokenKind::String
                || token.kind == TokenKind::NotEquals
                || [b'=', b'(', b'[', b',']
                    .iter()
                    .any(|char| token.is_char(*char))
                || is_word.into_iter().any(|word| token.is(*word))
        };
        let Some(end) = before.iter().rposition(|token| !is_between(token)) else {
            return false;
        };
        let is_text = |token: &Token| {
            token.is(K::Varchar)
                || self
                    .text
                    .get(token.range())
                    .is_some_and(|word| word.eq_ignore_ascii_case("text"))
        };
        matches!(before.get(..=end), Some([.., cast, word])
            if end + 1 < before.len() && cast.kind == TokenKind::Typecast && is_text(word))
    }
}
