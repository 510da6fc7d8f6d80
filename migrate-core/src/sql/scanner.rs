//! PostgreSQL's scanner: a text in, tokens out, exactly as the server's own cuts it.
//!
//! The rules are those of PostgreSQL 18 with `standard_conforming_strings` on, which no statement of
//! a file can change for the file itself: the server scans a whole message before it runs any of it.
//!
//! It works on bytes and looks at each a bounded number of times, so it is linear, and quick even
//! where a build script or procedural macro runs it unoptimised. Every byte that has a meaning is
//! ASCII; all others are part of an identifier, a literal or a comment, so tokens begin and end on
//! character boundaries.

use super::fault::{Fault, FaultKind};
use super::keyword::{self, Hash, Keyword};
use super::operators::Run;
use super::token::{Token, TokenKind};

/// A whole text, scanned.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scan {
    /// The tokens in order; between them are only white space and comments.
    pub tokens: Vec<Token>,
    /// What PostgreSQL would refuse, in order. After a fault the scanner goes on as well as it can.
    pub faults: Vec<Fault>,
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
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            at: 0,
            faults: Vec::new(),
            run: Run::default(),
        }
    }

    /// What was wrong so far.
    pub(super) fn into_faults(self) -> Vec<Fault> {
        self.faults
    }

    /// Goes on at `at`, a character boundary.
    pub(super) fn skip_to(&mut self, at: usize) {
        self.at = at;
    }

    /// The next token; none at the end of the text.
    pub(crate) fn scan_token(&mut self) -> Option<Token> {
        self.skip_blank();
        let start = self.at;
        let first = self.peek(0)?;
        let kind = match first {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | 128.. => self.scan_word(first),
            b'0'..=b'9' => self.scan_number(),
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
            b'~' | b'!' | b'@' | b'#' | b'^' | b'&' | b'|' | b'`' | b'?' | b'+' | b'-' | b'*'
            | b'/' | b'%' | b'<' | b'>' | b'=' => self.scan_operator(first),
            b'\\' => {
                self.skip_line();
                TokenKind::Char(first)
            }
            _ => self.take(1, TokenKind::Char(first)),
        };
        Some(Token {
            kind,
            start,
            end: self.at,
        })
    }

    /// The byte `offset` after the next one.
    pub(super) fn peek(&self, offset: usize) -> Option<u8> {
        self.bytes.get(self.at + offset).copied()
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

    pub(super) fn fault(&mut self, kind: FaultKind, start: usize, end: usize) {
        self.faults.push(Fault {
            kind,
            span: start..end,
        });
    }

    /// Moves to the end of the line, before its newline.
    pub(super) fn skip_line(&mut self) {
        let rest = self.rest();
        let line = rest.split_once('\n').map_or(rest, |(line, _)| line);
        self.at += line.find('\r').unwrap_or(line.len());
    }

    /// Moves over white space and comments.
    fn skip_blank(&mut self) {
        loop {
            match self.peek(0) {
                Some(b' ' | b'\n' | b'\t' | b'\r' | 0x0b | 0x0c) => self.at += 1,
                Some(b'-') if self.peek(1) == Some(b'-') => self.skip_line(),
                Some(b'/') if self.peek(1) == Some(b'*') => self.skip_comment(),
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
            (b'n' | b'N', Some(b'\'')) => return self.take(1, TokenKind::Keyword(Keyword::Nchar)),
            (b'u' | b'U', Some(b'&')) => match self.peek(2) {
                Some(b'\'') => {
                    self.scan_string(3);
                    return TokenKind::UnicodeString;
                }
                Some(b'"') => {
                    self.scan_quoted_identifier(3);
                    return TokenKind::UnicodeIdent;
                }
                _ => {}
            },
            _ => {}
        }
        let start = self.at;
        let hash = self.skip_identifier();
        let word = self.text.get(start..self.at).unwrap_or_default();
        keyword::find(word, hash).map_or(TokenKind::Ident, TokenKind::Keyword)
    }

    /// Moves over the rest of an identifier; the hash of what it moved over.
    pub(super) fn skip_identifier(&mut self) -> Hash {
        let mut hash = Hash::START;
        while let Some(byte @ (b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'0'..=b'9' | b'$' | 128..)) =
            self.peek(0)
        {
            hash = hash.with(byte);
            self.at += 1;
        }
        hash
    }
}

/// Whether an identifier may begin with it.
pub(super) const fn begins_identifier(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'_' | 128..)
}

#[cfg(test)]
mod tests {
    use super::scan;
    use crate::sql::{Keyword, TokenKind};

    #[test]
    fn tokens_are_postgresqls() {
        let text = "CREATE TABLE t (a int DEFAULT 1, b text DEFAULT 'x''y') -- c\n;";
        let scan = scan(text);
        assert_eq!(scan.faults, []);
        let words: Vec<&str> = scan.tokens.iter().map(|t| &text[t.range()]).collect();
        assert_eq!(
            words.join(" "),
            "CREATE TABLE t ( a int DEFAULT 1 , b text DEFAULT 'x''y' ) ;"
        );
        assert_eq!(scan.tokens[0].kind, TokenKind::Keyword(Keyword::Create));
    }
}
