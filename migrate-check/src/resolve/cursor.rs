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

    /// Reads one token.
    pub(super) fn read(&mut self) -> Option<&'a Token> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(first)
    }

    /// Whether this keyword comes next.
    pub(super) fn is(&self, keyword: Keyword) -> bool {
        self.tokens.first().is_some_and(|token| token.is(keyword))
    }

    /// Whether this character comes next.
    pub(super) fn is_char(&self, char: u8) -> bool {
        self.tokens.first().is_some_and(|token| token.is_char(char))
    }

    /// Reads this keyword, if it comes next.
    pub(super) fn accept(&mut self, keyword: Keyword) -> bool {
        let found = self.is(keyword);
        if found {
            self.read();
        }
        found
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
    pub(super) fn accept_char(&mut self, char: u8) -> bool {
        let found = self.is_char(char);
        if found {
            self.read();
        }
        found
    }

    /// Whether this keyword is anywhere in what is left, in brackets or not.
    pub(super) fn has(&self, keyword: Keyword) -> bool {
        self.tokens.iter().any(|token| token.is(keyword))
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
        let token = *self.tokens.first()?;
        let name = spell(self.text, &token, '\\')?;
        self.read();
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
        let mut name = QualifiedName::plain(&first);
        while self.accept_char(b'.') {
            let next = self.word()?;
            name = QualifiedName {
                schema: Some(name.name),
                name: next.name,
                range: first.range.start..next.range.end,
            };
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
        let mut depth = 1_usize;
        let mut read = 0;
        while let Some(token) = self.read() {
            match token.kind {
                TokenKind::Char(b'(' | b'[') => depth += 1,
                TokenKind::Char(b')' | b']') => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                break;
            }
            read += 1;
        }
        Some(Self::new(self.text, inner.get(..read).unwrap_or_default()))
    }

    /// What stands between commas outside brackets.
    pub(super) fn split(self) -> Vec<Self> {
        let mut parts = Vec::new();
        let mut depth = 0_usize;
        let mut start = 0;
        for (at, token) in self.tokens.iter().enumerate() {
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
        }
        let part = self.tokens.get(start..).unwrap_or_default();
        if !part.is_empty() {
            parts.push(Self::new(self.text, part));
        }
        parts
    }

    /// Reads up to one of these keywords outside brackets, and not over it.
    pub(super) fn seek(&mut self, keywords: &[Keyword]) -> bool {
        let mut depth = 0_usize;
        while let Some(token) = self.tokens.first() {
            match token.kind {
                TokenKind::Char(b'(' | b'[') => depth += 1,
                TokenKind::Char(b')' | b']') => depth = depth.saturating_sub(1),
                TokenKind::Keyword(found) if depth == 0 && keywords.contains(&found) => {
                    return true;
                }
                _ => {}
            }
            self.read();
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
