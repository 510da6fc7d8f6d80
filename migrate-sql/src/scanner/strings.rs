//! Everything in quotes.

use super::fault::FaultKind;
use super::token::TokenKind;
use super::{Scanner, begins_identifier};

impl Scanner<'_> {
    /// `'…'`, after a prefix so long that it includes the opening quote.
    pub(super) fn scan_string(&mut self, prefix: usize) -> TokenKind {
        let start = self.at;
        self.at += prefix;
        loop {
            let Some(quote) = self.find(b'\'') else {
                return self.refuse_open(FaultKind::UnterminatedString, start, prefix);
            };
            self.at = quote + 1;
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
            let Some(quote) = self.find(b'\'') else {
                self.refuse_open(fault, start, 2);
                return kind;
            };
            self.at = quote + 1;
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
            let Some(quote) = self.find(b'"') else {
                self.refuse_open(FaultKind::UnterminatedIdentifier, start, prefix);
                self.vocabulary.note_quoted(self.at - start);
                return TokenKind::Ident;
            };
            self.at = quote + 1;
            if self.peek(0) == Some(b'"') {
                self.at += 1;
                continue;
            }
            if self.at == start + prefix + 1 {
                self.fault(FaultKind::EmptyIdentifier, start, self.at);
            }
            self.vocabulary.note_quoted(self.at - start);
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

#[cfg(test)]
mod tests {
    use crate::scanner::testing::check;

    #[test]
    fn a_quote_inside_a_string_is_doubled_and_a_backslash_is_ordinary() {
        check(
            "'' 'a''b' 'a\\' 'é'",
            "SCONST<''> SCONST<'a''b'> SCONST<'a\\'> SCONST<'é'>",
        );
        check("'a--b' '/*' ';'", "SCONST<'a--b'> SCONST<'/*'> SCONST<';'>");
    }

    #[test]
    fn escapes_are_in_escape_strings_only() {
        check(
            "E'a\\'b' e'\\\\' x",
            "SCONST<E'a\\'b'> SCONST<e'\\\\'> IDENT<x>",
        );
        check("e'\\é\\\n'", "SCONST<e'\\é\\\n'>");
        check(
            "E'\\u00e9\\U0001F600\\ud83d\\ude00\\x41\\101'",
            "SCONST<E'\\u00e9\\U0001F600\\ud83d\\ude00\\x41\\101'>",
        );
        check("E '\\'", "IDENT<E> SCONST<'\\'>");
    }

    #[test]
    fn malformed_escapes_are_faults_and_the_string_goes_on() {
        check(
            "E'\\u12' 1",
            "SCONST<E'\\u12'> ICONST<1> !2..6 invalid Unicode escape",
        );
        check(
            "E'\\U0000'",
            "SCONST<E'\\U0000'> !2..8 invalid Unicode escape",
        );
        check(
            "E'\\u0000'",
            "SCONST<E'\\u0000'> !2..8 invalid Unicode escape value",
        );
        check(
            "E'\\U00110000'",
            "SCONST<E'\\U00110000'> !2..12 invalid Unicode escape value",
        );
        check(
            "E'\\ude00'",
            "SCONST<E'\\ude00'> !2..8 invalid Unicode surrogate pair",
        );
        check(
            "E'\\ud83d'",
            "SCONST<E'\\ud83d'> !8..8 invalid Unicode surrogate pair",
        );
        check(
            "E'\\ud83d\\u0041'",
            "SCONST<E'\\ud83d\\u0041'> !8..14 invalid Unicode surrogate pair",
        );
        for zero in ["\\0", "\\000", "\\400", "\\x0", "\\x00"] {
            check(
                &format!("E'{zero}'"),
                &format!(
                    "SCONST<E'{zero}'> !2..{} invalid byte sequence for encoding \"UTF8\": 0x00",
                    2 + zero.len()
                ),
            );
        }
    }

    #[test]
    fn literals_go_on_after_a_newline() {
        check("'a'\n'b' 'c'", "SCONST<'a'\n'b'> SCONST<'c'>");
        check("'a' \t\r 'b'", "SCONST<'a' \t\r 'b'>");
        check("'a' -- it's\n\n  'b'", "SCONST<'a' -- it's\n\n  'b'>");
        check("'a' /* c */\n'b'", "SCONST<'a'> SCONST<'b'>");
        check("'a'\n/* c */ 'b'", "SCONST<'a'> SCONST<'b'>");
        check("'a' 'b'", "SCONST<'a'> SCONST<'b'>");
        check("'a'\nE'b'", "SCONST<'a'> SCONST<E'b'>");
        check("E'a'\n'\\''", "SCONST<E'a'\n'\\''>");
        check("b'0'\n'1' x'f'\n'0'", "BCONST<b'0'\n'1'> XCONST<x'f'\n'0'>");
        check("$$a$$\n'b'", "SCONST<$$a$$> SCONST<'b'>");
        check("'a'\n- 1", "SCONST<'a'> - ICONST<1>");
        check("'a'\n", "SCONST<'a'>");
    }

    #[test]
    fn letters_before_a_quote_make_other_literals() {
        check(
            "B'01' X'1F' N'a' n 'a'",
            "BCONST<B'01'> XCONST<X'1F'> NCHAR SCONST<'a'> IDENT<n> SCONST<'a'>",
        );
        check("b'0''1'", "BCONST<b'0'> SCONST<'1'>");
        check(
            "U&'a''b' u&'c'\n'd'",
            "USCONST<U&'a''b'> USCONST<u&'c'\n'd'>",
        );
        check(
            "U&\"a\"\"b\" UESCAPE '!'",
            "UIDENT<U&\"a\"\"b\"> UESCAPE SCONST<'!'>",
        );
        check("U& 'a'", "IDENT<U> Op<&> SCONST<'a'>");
        check("xe'a'", "IDENT<xe> SCONST<'a'>");
    }

    #[test]
    fn quoted_identifiers_hold_anything() {
        check(
            "\"a\"\"b\" \"select\" \"é\n\"",
            "IDENT<\"a\"\"b\"> IDENT<\"select\"> IDENT<\"é\n\">",
        );
        check(
            "\"\" a",
            "IDENT<\"\"> IDENT<a> !0..2 zero-length delimited identifier",
        );
        check(
            "U&\"\"",
            "UIDENT<U&\"\"> !0..4 zero-length delimited identifier",
        );
    }

    #[test]
    fn dollar_quotes_end_at_their_own_tag() {
        check(
            "$$a'b$$ $a$ $$ $b$ $a $a$",
            "SCONST<$$a'b$$> SCONST<$a$ $$ $b$ $a $a$>",
        );
        check("$a$$a$a$a$", "SCONST<$a$$a$> IDENT<a$a$>");
        check("$é$x$é$", "SCONST<$é$x$é$>");
        check("a$$b", "IDENT<a$$b>");
        check("$a b$", "$ IDENT<a> IDENT<b$>");
        check("1$$a$$", "ICONST<1> SCONST<$$a$$>");
        check("$1$$a$$", "PARAM<$1> SCONST<$$a$$>");
        check("$A$ $a$ $A$", "SCONST<$A$ $a$ $A$>");
        check("$", "$");
    }

    #[test]
    fn what_is_never_closed_is_shown_where_it_opens() {
        check(
            "1 'a\n",
            "ICONST<1> SCONST<'a\n> !2..3 unterminated quoted string",
        );
        check("E'a\\'", "SCONST<E'a\\'> !0..2 unterminated quoted string");
        check(
            "'a'\n'b",
            "SCONST<'a'\n'b> !0..1 unterminated quoted string",
        );
        check("U&'", "USCONST<U&'> !0..3 unterminated quoted string");
        check("N'", "NCHAR SCONST<'> !1..2 unterminated quoted string");
        check("b'1", "BCONST<b'1> !0..2 unterminated bit string literal");
        check(
            "x'1",
            "XCONST<x'1> !0..2 unterminated hexadecimal string literal",
        );
        check("\"a", "IDENT<\"a> !0..1 unterminated quoted identifier");
        check(
            "U&\"a",
            "UIDENT<U&\"a> !0..3 unterminated quoted identifier",
        );
        check(
            "$t$ $T$",
            "SCONST<$t$ $T$> !0..3 unterminated dollar-quoted string",
        );
    }
}
