//! PostgreSQL's scanner: a text in, tokens out, exactly as the server's own cuts it.
//!
//! The rules are those of PostgreSQL 18 with `standard_conforming_strings` on, which no statement of
//! a file can change for the file itself: the server scans a whole message before it runs any of it.
//!
//! It works on bytes and looks at each a bounded number of times, so it is linear, and quick even
//! where a build script or procedural macro runs it unoptimised. Every byte that has a meaning is
//! ASCII; all others are part of an identifier, a literal or a comment, so tokens begin and end on
//! character boundaries.

mod dollar_quoted;
mod fault;
mod keyword;
mod literal;
mod name;
mod numbers;
mod operators;
mod reader;
mod strings;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod token;
mod unicode;
mod vocabulary;

pub use self::dollar_quoted::scan_dollar_quoted;
pub use self::fault::{Fault, FaultKind};
use self::keyword::Hash;
pub use self::keyword::Keyword;
pub use self::literal::value as literal_value;
pub use self::name::{quote, quote_qualified, spell, spelled};
use self::operators::Run;
pub use self::reader::Reader;
pub use self::token::{Token, TokenKind};
pub(crate) use self::unicode::check as check_unicode;
pub use self::vocabulary::Vocabulary;

/// A whole text, scanned.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scan {
    /// The tokens in order; between them are only white space and comments.
    pub tokens: Vec<Token>,
    /// What PostgreSQL would refuse, in order. After a fault the scanner goes on as well as it can.
    pub faults: Vec<Fault>,
    /// Its words.
    pub vocabulary: Vocabulary,
}

/// Scans a whole text.
pub fn scan(text: &str) -> Scan {
    let mut scanner = Scanner::new(text);
    let mut tokens = Vec::with_capacity(text.len() / 5);
    while let Some(token) = scanner.scan_token() {
        tokens.push(token);
    }
    Scan {
        tokens,
        faults: scanner.faults,
        vocabulary: scanner.vocabulary,
    }
}

/// A place in a text, and what was wrong up to it.
#[derive(Debug)]
pub(crate) struct Scanner<'a> {
    pub(super) text: &'a str,
    pub(super) bytes: &'a [u8],
    /// The next byte to look at.
    pub(super) at: usize,
    pub(super) faults: Vec<Fault>,
    /// The operator characters that the last operator was cut from.
    pub(super) run: Run,
    pub(super) vocabulary: Vocabulary,
    /// The first newline at or after the place where one was looked for last.
    newline: usize,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            at: 0,
            faults: Vec::new(),
            run: Run::default(),
            vocabulary: Vocabulary::default(),
            newline: 0,
        }
    }

    /// Goes on at `at`, a character boundary.
    pub(super) fn skip_to(&mut self, at: usize) {
        self.at = at;
    }

    /// The next token; none at the end of the text.
    #[expect(
        clippy::indexing_slicing,
        reason = "a class for each byte; nothing else is quick without optimisation"
    )]
    pub(crate) fn scan_token(&mut self) -> Option<Token> {
        self.skip_blank();
        let start = self.at;
        if start >= self.bytes.len() {
            return None;
        }
        let first = self.bytes[start];
        let kind = match CLASSES[first as usize] {
            Class::Letter => self.scan_word(first),
            Class::Digit => self.scan_number(),
            Class::Operator => self.scan_operator(first),
            Class::Other => match first {
                b'\'' => self.scan_string(1),
                b'"' => self.scan_quoted_identifier(1),
                b'$' => self.scan_dollar(),
                b'.' => match self.peek(1) {
                    Some(b'0'..=b'9') => self.scan_number(),
                    Some(b'.') => self.take(2, TokenKind::DotDot),
                    _ => self.take(1, TokenKind::Char(first)),
                },
                b':' => match self.peek(1) {
                    Some(b':') => self.take(2, TokenKind::Typecast),
                    Some(b'=') => self.take(2, TokenKind::ColonEquals),
                    _ => self.take(1, TokenKind::Char(first)),
                },
                b'\\' => {
                    self.vocabulary.note_command();
                    self.skip_line();
                    TokenKind::Char(first)
                }
                _ => self.take(1, TokenKind::Char(first)),
            },
        };
        Some(Token {
            kind,
            start,
            end: self.at,
        })
    }

    /// The byte `offset` after the next one.
    #[expect(
        clippy::indexing_slicing,
        reason = "the line above compares; nothing else is quick without optimisation"
    )]
    pub(super) fn peek(&self, offset: usize) -> Option<u8> {
        let at = self.at + offset;
        if at < self.bytes.len() {
            Some(self.bytes[at])
        } else {
            None
        }
    }

    /// Moves on by `length` bytes.
    pub(super) fn take(&mut self, length: usize, kind: TokenKind) -> TokenKind {
        self.at += length;
        kind
    }

    /// What is left of the text.
    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Where this ASCII character occurs next, from the next byte on.
    #[expect(
        clippy::indexing_slicing,
        reason = "the loop compares; nothing else is quick without optimisation"
    )]
    pub(super) fn find(&self, wanted: u8) -> Option<usize> {
        // To begin a search takes as long as to look at so many bytes. It begins at a character.
        let near = self.at + 32;
        let mut at = self.at;
        while at < self.bytes.len() && (at < near || self.bytes[at] >= 128) {
            if self.bytes[at] == wanted {
                return Some(at);
            }
            at += 1;
        }
        let rest = self.text.get(at..)?;
        Some(at + rest.find(char::from(wanted))?)
    }

    pub(super) fn fault(&mut self, kind: FaultKind, start: usize, end: usize) {
        self.faults.push(Fault {
            kind,
            span: start..end,
        });
    }

    /// Moves to the end of the line, before its newline. Where lines end with a carriage return alone,
    /// the next newline may be far away and is looked for once.
    pub(super) fn skip_line(&mut self) {
        if self.newline < self.at || self.newline == 0 {
            let rest = self.rest();
            self.newline = self.at + rest.find('\n').unwrap_or(rest.len());
        }
        let line = self.text.get(self.at..self.newline).unwrap_or_default();
        self.at += line.find('\r').unwrap_or(line.len());
    }

    /// Moves over white space and comments.
    #[expect(
        clippy::indexing_slicing,
        reason = "the loop compares; nothing else is quick without optimisation"
    )]
    fn skip_blank(&mut self) {
        while self.at < self.bytes.len() {
            match self.bytes[self.at] {
                b' ' | b'\n' | b'\t' | b'\r' | 0x0b | 0x0c => self.at += 1,
                b'-' if self.peek(1) == Some(b'-') => self.skip_line(),
                b'/' if self.peek(1) == Some(b'*') => self.skip_comment(),
                _ => return,
            }
        }
    }

    /// Moves over a comment, which may hold others.
    fn skip_comment(&mut self) {
        let start = self.at;
        self.at += 2;
        let mut depth = 1_usize;
        while depth > 0 {
            match (self.peek(0), self.peek(1)) {
                (Some(b'*'), Some(b'/')) => {
                    depth -= 1;
                    self.at += 2;
                }
                (Some(b'/'), Some(b'*')) => {
                    depth += 1;
                    self.at += 2;
                }
                (Some(_), _) => self.at += 1,
                (None, _) => {
                    self.fault(FaultKind::UnterminatedComment, start, start + 2);
                    return;
                }
            }
        }
    }

    /// A word, or a literal that a letter announces.
    fn scan_word(&mut self, first: u8) -> TokenKind {
        match (first, self.peek(1)) {
            (b'e' | b'E', Some(b'\'')) => return self.scan_escape_string(),
            (b'b' | b'B', Some(b'\'')) => {
                return self.scan_bits(TokenKind::BitString, FaultKind::UnterminatedBitString);
            }
            (b'x' | b'X', Some(b'\'')) => {
                return self.scan_bits(TokenKind::HexString, FaultKind::UnterminatedHexString);
            }
            // Not one token: the grammar sees the type `nchar` before a string.
            (b'n' | b'N', Some(b'\'')) => {
                self.vocabulary.note_keyword(Keyword::Nchar, 1);
                return self.take(1, TokenKind::Keyword(Keyword::Nchar));
            }
            (b'u' | b'U', Some(b'&')) => match self.peek(2) {
                Some(b'\'') => {
                    self.vocabulary.note_unicode();
                    self.scan_string(3);
                    return TokenKind::UnicodeString;
                }
                Some(b'"') => {
                    self.vocabulary.note_unicode();
                    self.scan_quoted_identifier(3);
                    return TokenKind::UnicodeIdent;
                }
                _ => {}
            },
            _ => {}
        }
        let start = self.at;
        let hash = self.skip_identifier();
        let length = self.at - start;
        let word = self.bytes.get(start..self.at).unwrap_or_default();
        if let Some(keyword) = keyword::find(word, hash) {
            self.vocabulary.note_keyword(keyword, length);
            TokenKind::Keyword(keyword)
        } else {
            self.vocabulary.note_name(hash, length);
            TokenKind::Ident
        }
    }

    /// Moves over the rest of an identifier; the hash of what it moved over.
    #[expect(
        clippy::indexing_slicing,
        reason = "the loop compares, and there is a class for each byte; nothing else is quick without optimisation"
    )]
    pub(super) fn skip_identifier(&mut self) -> Hash {
        let bytes = self.bytes;
        let mut hash = Hash::START;
        let mut at = self.at;
        while at < bytes.len() {
            let byte = bytes[at];
            match CLASSES[byte as usize] {
                Class::Letter | Class::Digit => {}
                _ if byte == b'$' => {}
                _ => break,
            }
            hash = hash.with(byte);
            at += 1;
        }
        self.at = at;
        hash
    }
}

/// What a token may be by its first byte.
#[derive(Debug, Clone, Copy)]
enum Class {
    /// Begins an identifier.
    Letter,
    Digit,
    Operator,
    Other,
}

/// By byte: its class. A look-up is quicker than comparisons where nothing is optimised.
static CLASSES: [Class; 256] = list_classes();

#[expect(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "runs in the compiler: a wrong index is a build error"
)]
const fn list_classes() -> [Class; 256] {
    let mut classes = [Class::Other; 256];
    let mut at = 0;
    while at < 256 {
        classes[at] = match at as u8 {
            byte if begins_identifier(byte) => Class::Letter,
            b'0'..=b'9' => Class::Digit,
            b'~' | b'!' | b'@' | b'#' | b'^' | b'&' | b'|' | b'`' | b'?' | b'+' | b'-' | b'*'
            | b'/' | b'%' | b'<' | b'>' | b'=' => Class::Operator,
            _ => Class::Other,
        };
        at += 1;
    }
    classes
}

/// Whether an identifier may begin with it.
pub(super) const fn begins_identifier(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'_' | 128..)
}
