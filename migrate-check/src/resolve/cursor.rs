//! Reading a statement that the grammar has accepted: words, names and lists, each with its place.

use std::ops::Range;

use migrate_sql::scanner::{Keyword, Token, TokenKind, literal_value, spell};

/// A place among the tokens of a statement.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'a> {
    pub(super) text: &'a str,
    pub(super) tokens: &'a [Token],
}

/// A name without a schema, and where it is.
#[derive(Debug, Clone)]
pub(super) struct Word {
    pub(super) name: String,
    pub(super) range: Range<usize>,
}

/// A name, perhaps with a schema, and where it is.
#[derive(Debug, Clone)]
pub(super) struct QualifiedName {
    pub(super) schema: Option<String>,
    pub(super) name: String,
    pub(super) range: Range<usize>,
}

impl QualifiedName {
    /// A name without a schema.
    pub(super) fn plain(word: &Word) -> Self {
        Self {
            schema: None,
            name: word.name.clone(),
            range: word.range.clone(),
        }
    }

    /// As PostgreSQL's messages have it.
    pub(super) fn shown(&self) -> String {
        match &self.schema {
            Some(schema) => format!("{schema}.{}", self.name),
            None => self.name.clone(),
        }
    }
}

impl<'a> Cursor<'a> {
    pub(super) const fn new(text: &'a str, tokens: &'a [Token]) -> Self {
        Self { text, tokens }
    }

    pub(super) const fn is_done(&self) -> bool {
        self.tokens.is_empty()
    }

    // What follows runs for every token of every statement, without optimisation: hence patterns and plain loops in the
    // place of adapters and closures, each of which is a call.

    /// Reads one token.
    pub(super) const fn read(&mut self) -> Option<&'a Token> {
        match self.tokens {
            [first, rest @ ..] => {
                self.tokens = rest;
                Some(first)
            }
            [] => None,
        }
    }

    /// Whether this keyword comes next.
    pub(super) const fn is(&self, keyword: Keyword) -> bool {
        match self.tokens {
            [first, ..] => is(first, keyword),
            [] => false,
        }
    }

    /// Whether this character comes next.
    pub(super) const fn is_char(&self, char: u8) -> bool {
        match self.tokens {
            [first, ..] => is_char(first, char),
            [] => false,
        }
    }

    /// Reads this keyword, if it comes next.
    pub(super) const fn accept(&mut self, keyword: Keyword) -> bool {
        match self.tokens {
            [first, rest @ ..] if is(first, keyword) => {
                self.tokens = rest;
                true
            }
            _ => false,
        }
    }

    /// Reads these keywords, if they come next in this order.
    pub(super) fn accept_all(&mut self, keywords: &[Keyword]) -> bool {
        let before = self.tokens;
        for keyword in keywords {
            if !self.accept(*keyword) {
                self.tokens = before;
                return false;
            }
        }
        true
    }

    /// Reads this character, if it comes next.
    pub(super) const fn accept_char(&mut self, char: u8) -> bool {
        match self.tokens {
            [first, rest @ ..] if is_char(first, char) => {
                self.tokens = rest;
                true
            }
            _ => false,
        }
    }

    /// Whether this keyword is anywhere in what is left, in brackets or not.
    pub(super) const fn has(&self, keyword: Keyword) -> bool {
        let mut left = self.tokens;
        while let [first, rest @ ..] = left {
            if is(first, keyword) {
                return true;
            }
            left = rest;
        }
        false
    }

    /// Whether what is left drops what depends on something: `ON DELETE CASCADE` does not.
    pub(super) fn cascades(&self) -> bool {
        let mut before = None;
        self.tokens.iter().any(|token| {
            let is_action = matches!(before, Some(Keyword::Delete | Keyword::Update));
            before = token.keyword();
            token.is(Keyword::Cascade) && !is_action
        })
    }

    /// Reads a name, if one comes next.
    pub(super) fn word(&mut self) -> Option<Word> {
        let [token, rest @ ..] = self.tokens else {
            return None;
        };
        let name = spell(self.text, token, '\\')?;
        self.tokens = rest;
        if token.kind == TokenKind::UnicodeIdent && self.accept(Keyword::Uescape) {
            self.read();
        }
        Some(Word {
            name,
            range: token.range(),
        })
    }

    /// Reads a name and the schema before it; a database before that is left out.
    pub(super) fn name(&mut self) -> Option<QualifiedName> {
        let first = self.word()?;
        let mut name = QualifiedName {
            schema: None,
            name: first.name,
            range: first.range,
        };
        while self.accept_char(b'.') {
            let next = self.word()?;
            name.schema = Some(name.name);
            name.name = next.name;
            name.range.end = next.range.end;
        }
        Some(name)
    }

    /// Reads a name and those after points, each with its place.
    pub(super) fn parts(&mut self) -> Vec<Word> {
        let mut parts = Vec::new();
        parts.extend(self.word());
        while self.accept_char(b'.') {
            parts.extend(self.word());
        }
        parts
    }

    /// Reads a string literal, if one comes next.
    pub(super) fn string(&mut self) -> Option<Word> {
        let token = self.tokens.first()?;
        let value = literal_value(self.text, token)?.into_owned();
        self.read();
        Some(Word {
            name: value,
            range: token.range(),
        })
    }

    /// Reads what stands in brackets, if an opening bracket comes next: the tokens between.
    pub(super) fn brackets(&mut self) -> Option<Self> {
        if !self.accept_char(b'(') {
            return None;
        }
        let inner = self.tokens;
        let mut left = inner;
        let mut depth = 1_usize;
        let mut read = 0;
        while let [token, rest @ ..] = left {
            left = rest;
            match token.kind {
                TokenKind::Char(b'(' | b'[') => depth += 1,
                TokenKind::Char(b')' | b']') => {
                    depth -= 1;
                    if depth == 0 {
                        break;
                    }
                }
                _ => {}
            }
            read += 1;
        }
        self.tokens = left;
        Some(Self::new(self.text, inner.get(..read).unwrap_or_default()))
    }

    /// What stands between commas outside brackets.
    pub(super) fn split(self) -> Vec<Self> {
        let mut parts = Vec::new();
        let mut depth = 0_usize;
        let mut start = 0;
        let mut left = self.tokens;
        let mut at = 0;
        while let [token, rest @ ..] = left {
            match token.kind {
                TokenKind::Char(b'(' | b'[') => depth += 1,
                TokenKind::Char(b')' | b']') => depth = depth.saturating_sub(1),
                TokenKind::Char(b',') if depth == 0 => {
                    let part = self.tokens.get(start..at).unwrap_or_default();
                    parts.push(Self::new(self.text, part));
                    start = at + 1;
                }
                _ => {}
            }
            left = rest;
            at += 1;
        }
        let part = self.tokens.get(start..).unwrap_or_default();
        if !part.is_empty() {
            parts.push(Self::new(self.text, part));
        }
        parts
    }

    /// Reads up to one of these keywords outside brackets, and not over it.
    pub(super) const fn seek(&mut self, keywords: &[Keyword]) -> bool {
        let mut depth = 0_usize;
        while let [token, rest @ ..] = self.tokens {
            match token.kind {
                TokenKind::Char(b'(' | b'[') => depth += 1,
                TokenKind::Char(b')' | b']') => depth = depth.saturating_sub(1),
                TokenKind::Keyword(found) if depth == 0 && holds(keywords, found) => {
                    return true;
                }
                _ => {}
            }
            self.tokens = rest;
        }
        false
    }

    /// Whether these keywords stand one after the other anywhere in what is left.
    pub(super) fn has_all(&self, keywords: &[Keyword]) -> bool {
        let [first, others @ ..] = keywords else {
            return true;
        };
        let mut left = self.tokens;
        while let [token, rest @ ..] = left {
            if is(token, *first) && Self::new(self.text, rest).accept_all(others) {
                return true;
            }
            left = rest;
        }
        false
    }

    /// Reads a list of names in brackets, if there is one.
    pub(super) fn words(&mut self) -> Vec<Word> {
        let list = self.brackets().map_or_else(Vec::new, Self::split);
        list.into_iter()
            .filter_map(|mut item| item.word())
            .collect()
    }

    /// Where what is left lies.
    pub(super) fn range(&self) -> Range<usize> {
        let start = self.tokens.first().map_or(0, |token| token.start);
        let end = self.tokens.last().map_or(start, |token| token.end);
        start..end
    }
}

/// Whether a token is this keyword.
const fn is(token: &Token, keyword: Keyword) -> bool {
    matches!(token.kind, TokenKind::Keyword(own) if own as u16 == keyword as u16)
}

/// Whether a token is this character.
const fn is_char(token: &Token, char: u8) -> bool {
    matches!(token.kind, TokenKind::Char(own) if own == char)
}

/// Whether a keyword is one of these.
const fn holds(keywords: &[Keyword], wanted: Keyword) -> bool {
    let mut left = keywords;
    while let [keyword, rest @ ..] = left {
        if *keyword as u16 == wanted as u16 {
            return true;
        }
        left = rest;
    }
    false
}
