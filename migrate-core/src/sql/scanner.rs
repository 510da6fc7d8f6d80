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
    /// The first newline at or behind the place where one was looked for last.
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
            newline: 0,
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
    use proptest::prelude::*;

    use super::scan;
    use crate::sql::testing::check;

    #[test]
    fn words_are_keywords_or_identifiers() {
        check("SELECT Select sElEcT", "SELECT SELECT SELECT");
        check(
            "selects _a a$1 é1",
            "IDENT<selects> IDENT<_a> IDENT<a$1> IDENT<é1>",
        );
        check("\u{feff}x a\u{a0}b", "IDENT<\u{feff}x> IDENT<a\u{a0}b>");
    }

    #[test]
    fn blanks_are_those_of_postgresql() {
        check(
            "a\tb\nc\rd\x0be\x0cf",
            "IDENT<a> IDENT<b> IDENT<c> IDENT<d> IDENT<e> IDENT<f>",
        );
        check("", "");
        check(" \n", "");
    }

    #[test]
    fn comments_are_no_tokens() {
        check("a -- b 'c\nd", "IDENT<a> IDENT<d>");
        check("a -- b\rc", "IDENT<a> IDENT<c>");
        check(
            "a --b\rc --d\re\n--f\n--g\nh",
            "IDENT<a> IDENT<c> IDENT<e> IDENT<h>",
        );
        check("a--", "IDENT<a>");
        check(
            "/* ' */ a /* /* */ */ b /**/ /***/ c",
            "IDENT<a> IDENT<b> IDENT<c>",
        );
        check("/* -- */ a", "IDENT<a>");
        check("/*/ */ a", "IDENT<a>");
        check("/* /*/ */ a", "!0..2 unterminated /* comment");
        check("a /* é", "IDENT<a> !2..4 unterminated /* comment");
    }

    #[test]
    fn everything_else_is_a_token_of_its_own() {
        check(
            "(a[1],b);{}\u{1}\0",
            "( IDENT<a> [ ICONST<1> ] , IDENT<b> ) ; { } \u{1} \0",
        );
    }

    #[test]
    fn a_psql_command_is_one_token_to_the_end_of_its_line() {
        check("1 \\g 'x\n2", "ICONST<1> psql<\\g 'x> ICONST<2>");
    }

    /// Pieces of which many mean something together.
    const PIECES: &[&str] = &[
        "'",
        "''",
        "\"",
        "$$",
        "$a$",
        "$",
        "E'",
        "U&'",
        "U&\"",
        "b'",
        "\\",
        "\\u12",
        "--",
        "/*",
        "*/",
        "\n",
        "\r",
        " ",
        "1",
        "_",
        "e",
        "0x",
        ".",
        "..",
        "+",
        "-",
        "*",
        "/",
        "@",
        "=",
        ">",
        "<",
        ":",
        ";",
        "(",
        ")",
        "é",
        "a",
        "select ",
        "begin ",
        "atomic ",
        "end ",
        "create ",
        "function ",
        "copy t from stdin;",
        "\n\\.\n",
        "do ",
        "set_config(",
        "uescape '!'",
        "savepoint a",
        "release a",
        "schema_migrations",
        "vacuum",
        "create index concurrently ",
        "on t",
        "commit",
    ];

    fn tricky() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            9 => prop::sample::select(PIECES).prop_map(str::to_owned),
            1 => any::<char>().prop_map(String::from),
        ];
        prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn tokens_and_the_blanks_between_them_are_the_whole_text(text in tricky()) {
            let scanned = scan(&text);
            let mut at = 0;
            for token in &scanned.tokens {
                prop_assert!(at <= token.start && token.start < token.end);
                prop_assert!(text.get(token.range()).is_some());
                let between = scan(&text[at..token.start]);
                prop_assert_eq!(between.tokens, []);
                prop_assert_eq!(between.faults, []);
                at = token.end;
            }
            prop_assert_eq!(scan(&text[at..]).tokens, []);
            for fault in &scanned.faults {
                prop_assert!(text.get(fault.span.clone()).is_some());
            }
        }

        #[test]
        fn no_text_makes_the_analysis_panic(text in tricky()) {
            let analysis = crate::sql::analyse(&text);
            let mut at = 0;
            for statement in &analysis.statements {
                prop_assert!(at <= statement.range.start);
                prop_assert!(statement.range.start < statement.range.end);
                prop_assert!(text.get(statement.range.clone()).is_some());
                at = statement.range.end;
            }
            let settings = crate::Settings::default();
            for transaction in [crate::Transaction::Single, crate::Transaction::None] {
                let found = crate::rules::testing::find_all(transaction, &settings, &[], &text);
                for finding in found {
                    prop_assert!(text.get(finding.span.unwrap()).is_some());
                    prop_assert!(!finding.help.is_empty());
                }
            }
        }
    }
}
