//! Everything that stands between quotes.

use super::fault::FaultKind;
use super::scanner::{Scanner, begins_identifier};
use super::token::TokenKind;

impl Scanner<'_> {
    /// `'…'`, after a prefix so long that it includes the opening quote.
    pub(super) fn scan_string(&mut self, prefix: usize) -> TokenKind {
        let start = self.at;
        self.at += prefix;
        loop {
            let Some(offset) = self.rest().find('\'') else {
                return self.refuse_open(FaultKind::UnterminatedString, start, prefix);
            };
            self.at += offset + 1;
            if self.peek(0) == Some(b'\'') {
                self.at += 1;
            } else if !self.continue_literal() {
                return TokenKind::String;
            }
        }
    }

    /// `B'…'` and `X'…'`. What is inside is judged when the value is read, not by the scanner; a
    /// doubled quote is no quote here but the end and a new string.
    pub(super) fn scan_bits(&mut self, kind: TokenKind, fault: FaultKind) -> TokenKind {
        let start = self.at;
        self.at += 2;
        loop {
            let Some(offset) = self.rest().find('\'') else {
                self.refuse_open(fault, start, 2);
                return kind;
            };
            self.at += offset + 1;
            if !self.continue_literal() {
                return kind;
            }
        }
    }

    /// `E'…'`.
    pub(super) fn scan_escape_string(&mut self) -> TokenKind {
        let start = self.at;
        self.at += 2;
        loop {
            match self.peek(0) {
                None => return self.refuse_open(FaultKind::UnterminatedString, start, 2),
                Some(b'\\') => self.scan_escape(),
                Some(b'\'') => {
                    self.at += 1;
                    if self.peek(0) == Some(b'\'') {
                        self.at += 1;
                    } else if !self.continue_literal() {
                        return TokenKind::String;
                    }
                }
                Some(_) => self.at += 1,
            }
        }
    }

    /// A backslash in `E'…'`, and what it escapes.
    fn scan_escape(&mut self) {
        let start = self.at;
        match self.peek(1) {
            Some(b'u') => self.scan_unicode_escape(4),
            Some(b'U') => self.scan_unicode_escape(8),
            Some(b'x') if self.peek(2).is_some_and(|byte| byte.is_ascii_hexdigit()) => {
                self.at += 2;
                let value = self.take_digits(16, 2);
                self.refuse_zero(value, start);
            }
            Some(b'0'..=b'7') => {
                self.at += 1;
                let value = self.take_digits(8, 3);
                // Three octal digits can exceed a byte; PostgreSQL keeps the low eight bits.
                self.refuse_zero(value & 0xff, start);
            }
            // A backslash at the very end escapes nothing.
            None => self.at += 1,
            // Whatever comes next stands for itself, a quote too. The rest of a character of several
            // bytes is ordinary text.
            Some(_) => self.at += 2,
        }
    }

    /// `\uXXXX` or `\UXXXXXXXX`. The first half of a surrogate pair must meet its second half.
    fn scan_unicode_escape(&mut self, digits: usize) {
        let start = self.at;
        let Some(value) = self.take_unicode_digits(digits) else {
            return;
        };
        match value {
            0xd800..=0xdbff => {
                let second = self.at;
                let digits = match (self.peek(0), self.peek(1)) {
                    (Some(b'\\'), Some(b'u')) => 4,
                    (Some(b'\\'), Some(b'U')) => 8,
                    _ => {
                        self.fault(FaultKind::InvalidSurrogatePair, second, second);
                        return;
                    }
                };
                if let Some(value) = self.take_unicode_digits(digits)
                    && !matches!(value, 0xdc00..=0xdfff)
                {
                    self.fault(FaultKind::InvalidSurrogatePair, second, self.at);
                }
            }
            0xdc00..=0xdfff => self.fault(FaultKind::InvalidSurrogatePair, start, self.at),
            1..=0x10_ffff => {}
            _ => self.fault(FaultKind::InvalidUnicodeValue, start, self.at),
        }
    }

    /// The value of a backslash, a letter and exactly so many digits.
    fn take_unicode_digits(&mut self, digits: usize) -> Option<u32> {
        let start = self.at;
        self.at += 2;
        let value = self.take_digits(16, digits);
        if self.at < start + 2 + digits {
            self.fault(FaultKind::InvalidUnicodeEscape, start, self.at);
            return None;
        }
        Some(value)
    }

    /// Moves over at most so many digits; their value.
    fn take_digits(&mut self, radix: u32, most: usize) -> u32 {
        let mut value = 0_u32;
        for _ in 0..most {
            let Some(digit) = self
                .peek(0)
                .and_then(|byte| char::from(byte).to_digit(radix))
            else {
                break;
            };
            value = value.wrapping_mul(radix).wrapping_add(digit);
            self.at += 1;
        }
        value
    }

    /// No encoding of PostgreSQL's has a zero byte.
    fn refuse_zero(&mut self, value: u32, start: usize) {
        if value == 0 {
            self.fault(FaultKind::ZeroByte, start, self.at);
        }
    }

    /// `"…"`, after a prefix so long that it includes the opening quote.
    pub(super) fn scan_quoted_identifier(&mut self, prefix: usize) -> TokenKind {
        let start = self.at;
        self.at += prefix;
        loop {
            let Some(offset) = self.rest().find('"') else {
                self.refuse_open(FaultKind::UnterminatedIdentifier, start, prefix);
                return TokenKind::Ident;
            };
            self.at += offset + 1;
            if self.peek(0) == Some(b'"') {
                self.at += 1;
                continue;
            }
            if self.at == start + prefix + 1 {
                self.fault(FaultKind::EmptyIdentifier, start, self.at);
            }
            return TokenKind::Ident;
        }
    }

    /// `$tag$…$tag$`, or a dollar sign that opens nothing.
    pub(super) fn scan_dollar_quote(&mut self) -> TokenKind {
        let start = self.at;
        self.at += 1;
        if self.peek(0).is_some_and(begins_identifier) {
            while let Some(b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'0'..=b'9' | 128..) = self.peek(0) {
                self.at += 1;
            }
        }
        if self.peek(0) != Some(b'$') {
            self.at = start + 1;
            return TokenKind::Char(b'$');
        }
        self.at += 1;
        let tag = self.text.get(start..self.at).unwrap_or_default();
        while let Some(offset) = self.rest().find('$') {
            self.at += offset;
            if self.rest().starts_with(tag) {
                self.at += tag.len();
                return TokenKind::String;
            }
            self.at += 1;
        }
        self.refuse_open(FaultKind::UnterminatedDollarQuote, start, tag.len())
    }

    /// After a closing quote: a literal goes on where only blanks, comments to the end of a line and at
    /// least one newline separate it from another quote. Moves into the next part if so.
    fn continue_literal(&mut self) -> bool {
        let end = self.at;
        let mut newline = false;
        loop {
            match self.peek(0) {
                Some(b'\n' | b'\r') => {
                    newline = true;
                    self.at += 1;
                }
                Some(b' ' | b'\t' | 0x0b | 0x0c) => self.at += 1,
                Some(b'-') if self.peek(1) == Some(b'-') => self.skip_line(),
                Some(b'\'') if newline => {
                    self.at += 1;
                    return true;
                }
                _ => {
                    self.at = end;
                    return false;
                }
            }
        }
    }

    /// Reports a literal without an end, by the part that opens it, and moves to the end of the text.
    fn refuse_open(&mut self, fault: FaultKind, start: usize, opening: usize) -> TokenKind {
        self.fault(fault, start, start + opening);
        self.at = self.text.len();
        TokenKind::String
    }
}
