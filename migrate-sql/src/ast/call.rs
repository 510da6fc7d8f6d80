//! Calls of functions.

use crate::scanner::{Keyword as K, Reader, TokenKind};

/// A call, or what looks like one: a name before an opening bracket.
#[derive(Debug, Clone)]
pub struct Call<'a> {
    /// The function's name, without a schema.
    pub name: String,
    arguments: Reader<'a>,
}

/// The calls in a piece of a statement, from left to right.
#[derive(Debug, Clone)]
pub struct Calls<'a> {
    rest: Reader<'a>,
}

impl<'a> Calls<'a> {
    pub(super) const fn new(rest: Reader<'a>) -> Self {
        Self { rest }
    }
}

impl<'a> Iterator for Calls<'a> {
    type Item = Call<'a>;

    fn next(&mut self) -> Option<Call<'a>> {
        let name = self.rest.read_call()?;
        Some(Call {
            name,
            arguments: self.rest.clone(),
        })
    }
}

impl Call<'_> {
    /// The first argument, if it is a string.
    pub fn first_string(&self) -> Option<String> {
        self.arguments.clone().bracketed().string()
    }

    /// Whether the last argument is the word `false`.
    pub fn ends_with_false(&self) -> bool {
        let mut arguments = self.arguments.clone().bracketed();
        let mut last = None;
        while let Some(token) = arguments.read() {
            last = Some(token.kind);
        }
        last == Some(TokenKind::Keyword(K::False))
    }
}
