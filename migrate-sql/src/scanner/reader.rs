//! Reading the tokens of one statement from left to right.

use std::borrow::Cow;

use super::keyword::Keyword;
use super::literal;
use super::name;
use super::token::{Token, TokenKind};

/// A place among the tokens of a statement.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    text: &'a str,
    tokens: &'a [Token],
    at: usize,
}

#[expect(
    clippy::indexing_slicing,
    reason = "what is indexed has been compared with the length; nothing else is quick without optimisation"
)]
impl<'a> Reader<'a> {
    /// At the first of `tokens`, which are tokens of `text`.
    pub const fn new(text: &'a str, tokens: &'a [Token]) -> Self {
        Self {
            text,
            tokens,
            at: 0,
        }
    }

    /// The next token.
    pub fn peek(&self) -> Option<&'a Token> {
        self.tokens.get(self.at)
    }

    /// Whether all tokens are read.
    pub const fn is_done(&self) -> bool {
        self.at >= self.tokens.len()
    }

    /// Reads one token.
    pub fn read(&mut self) -> Option<&'a Token> {
        if self.at >= self.tokens.len() {
            return None;
        }
        self.at += 1;
        Some(&self.tokens[self.at - 1])
    }

    /// Reads this keyword, if it comes next.
    pub fn accept(&mut self, keyword: Keyword) -> bool {
        let found = self.at < self.tokens.len() && self.tokens[self.at].is(keyword);
        if found {
            self.at += 1;
        }
        found
    }

    /// Reads these keywords, if they come next in this order.
    pub fn accept_all(&mut self, keywords: &[Keyword]) -> bool {
        let before = self.at;
        let mut at = 0;
        while at < keywords.len() {
            if !self.accept(keywords[at]) {
                self.at = before;
                return false;
            }
            at += 1;
        }
        true
    }

    /// Reads one of these keywords, if it comes next.
    pub fn accept_any(&mut self, keywords: &[Keyword]) -> bool {
        let mut at = 0;
        while at < keywords.len() {
            if self.accept(keywords[at]) {
                return true;
            }
            at += 1;
        }
        false
    }

    /// Reads this character, if it comes next.
    pub fn accept_char(&mut self, char: u8) -> bool {
        let found = self.at < self.tokens.len() && self.tokens[self.at].is_char(char);
        if found {
            self.at += 1;
        }
        found
    }

    /// Reads a name, if one comes next: as PostgreSQL stores it.
    pub fn name(&mut self) -> Option<String> {
        let mark = self.at;
        let token = self.read()?;
        let mut escape = '\\';
        if token.kind == TokenKind::UnicodeIdent && self.accept(Keyword::Uescape) {
            escape = self.string()?.chars().next()?;
        }
        let name = name::spell(self.text, token, escape);
        if name.is_none() {
            self.at = mark;
        }
        name
    }

    /// Reads a name and those after points, if one comes next.
    pub fn qualified_name(&mut self) -> Option<Vec<String>> {
        let mut parts = vec![self.name()?];
        while self.accept_char(b'.') {
            parts.push(self.name()?);
        }
        Some(parts)
    }

    /// Reads a string literal, if one comes next: its value.
    pub fn string(&mut self) -> Option<String> {
        let value = literal::value(self.text, self.peek()?)?.into_owned();
        self.at += 1;
        Some(value)
    }

    /// Where the value begins in the text of the string literal that comes next, if it is there as it is.
    pub fn verbatim(&self) -> Option<usize> {
        let token = self.peek()?;
        match literal::value(self.text, token)? {
            Cow::Borrowed(value) => {
                let source = self.text.get(token.range())?;
                // Both quotes, or both tags, are equally long.
                Some(token.start + (source.len() - value.len()) / 2)
            }
            Cow::Owned(_) => None,
        }
    }

    /// Reads any token: its text.
    pub fn word(&mut self) -> Option<String> {
        let token = self.read()?;
        self.text.get(token.range()).map(str::to_owned)
    }

    /// The name that a token spells, if it spells one that is no keyword.
    pub fn spell(&self, token: &Token) -> Option<String> {
        (token.kind == TokenKind::Ident).then(|| name::spell(self.text, token, '\\'))?
    }

    /// Reads up to the next name before an opening bracket, and over both: a call, or what looks like
    /// one. The name, in lower case.
    pub fn read_call(&mut self) -> Option<String> {
        loop {
            let token = self.read()?;
            if token.kind == TokenKind::Ident && self.accept_char(b'(') {
                return self.spell(token);
            }
        }
    }

    /// Reads to the bracket that closes the one just read, and over it. The tokens between.
    #[expect(
        clippy::return_self_not_must_use,
        reason = "some callers only skip the brackets"
    )]
    pub fn bracketed(&mut self) -> Reader<'a> {
        let start = self.at;
        let mut depth = 1_usize;
        while depth > 0 {
            match self.read().map(|token| token.kind) {
                Some(TokenKind::Char(b'(' | b'[')) => depth += 1,
                Some(TokenKind::Char(b')' | b']')) => depth -= 1,
                Some(_) => {}
                None => return self.slice(start, self.at),
            }
        }
        self.slice(start, self.at - 1)
    }

    /// Reads up to this keyword outside brackets, and over it. False when there is none.
    pub fn seek(&mut self, keyword: Keyword) -> bool {
        let mut depth = 0_usize;
        while let Some(token) = self.read() {
            match token.kind {
                TokenKind::Char(b'(' | b'[') => depth += 1,
                TokenKind::Char(b')' | b']') => depth = depth.saturating_sub(1),
                TokenKind::Keyword(found) if depth == 0 && found == keyword => return true,
                _ => {}
            }
        }
        false
    }

    fn slice(&self, start: usize, end: usize) -> Self {
        Reader::new(self.text, self.tokens.get(start..end).unwrap_or_default())
    }
}
