//! Numbers and parameters.
//!
//! A number is the longest text that could be one; an identifier that touches its end is an error in
//! PostgreSQL 15 and later, so `1a` is not `1 AS a`.

use super::fault::FaultKind;
use super::token::TokenKind;
use super::{Scanner, begins_identifier};

impl Scanner<'_> {
    /// A number. It begins with a digit, or with a point and a digit.
    pub(super) fn scan_number(&mut self) -> TokenKind {
        let start = self.at;
        if self.peek(0) == Some(b'0') {
            let radix = match self.peek(1) {
                Some(b'x' | b'X') => Some((16, FaultKind::InvalidHexInteger)),
                Some(b'o' | b'O') => Some((8, FaultKind::InvalidOctalInteger)),
                Some(b'b' | b'B') => Some((2, FaultKind::InvalidBinaryInteger)),
                _ => None,
            };
            if let Some((radix, fault)) = radix {
                return self.scan_radix(radix, fault);
            }
        }
        let mut kind = None;
        if self.peek(0) != Some(b'.') {
            self.skip_digits(10);
        }
        // `1..10` is the range of PL/pgSQL: the number ends before both points.
        if self.peek(0) == Some(b'.') && self.peek(1) != Some(b'.') {
            self.at += 1;
            if matches!(self.peek(0), Some(b'0'..=b'9')) {
                self.skip_digits(10);
            }
            kind = Some(TokenKind::Float);
        }
        if matches!(self.peek(0), Some(b'e' | b'E')) {
            match (self.peek(1), self.peek(2)) {
                (Some(b'0'..=b'9'), _) => {
                    self.at += 1;
                    self.skip_digits(10);
                    kind = Some(TokenKind::Float);
                }
                (Some(b'+' | b'-'), Some(b'0'..=b'9')) => {
                    self.at += 2;
                    self.skip_digits(10);
                    kind = Some(TokenKind::Float);
                }
                (Some(b'+' | b'-'), _) => {
                    self.at += 2;
                    self.fault(FaultKind::JunkAfterNumber, start, self.at);
                    return TokenKind::Float;
                }
                _ => {}
            }
        }
        let end = self.at;
        self.refuse_junk(FaultKind::JunkAfterNumber, start);
        kind.unwrap_or_else(|| self.classify_integer(start, end, 10))
    }

    /// `0x…`, `0o…` or `0b…`.
    fn scan_radix(&mut self, radix: u32, fault: FaultKind) -> TokenKind {
        let start = self.at;
        self.at += 2;
        let digits = self.at;
        self.skip_digits(radix);
        let end = self.at;
        if end == digits && self.peek(0) == Some(b'_') {
            self.at += 1;
        }
        // The longest match wins: `0b12` and `0xg` are each a `0` and junk, while `0x` alone, or `0x_`,
        // is as long as that and called by its name.
        let matched = self.at;
        self.skip_identifier();
        if self.at > matched {
            self.fault(FaultKind::JunkAfterNumber, start, self.at);
        } else if end == digits {
            self.fault(fault, start, self.at);
        }
        self.classify_integer(digits, end, radix)
    }

    /// `$1`, or a dollar quote, or a lone dollar sign.
    pub(super) fn scan_dollar(&mut self) -> TokenKind {
        if !matches!(self.peek(1), Some(b'0'..=b'9')) {
            return self.scan_dollar_quote();
        }
        let start = self.at;
        self.at += 1;
        // No underscores here.
        while matches!(self.peek(0), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        let digits = self.text.get(start + 1..self.at).unwrap_or_default();
        let fits = digits.parse::<i32>().is_ok();
        let end = self.at;
        if !self.refuse_junk(FaultKind::JunkAfterParameter, start) && !fits {
            self.fault(FaultKind::ParameterTooLarge, start, end);
        }
        TokenKind::Param
    }

    /// Moves over digits with single underscores between them; before the first one, an underscore
    /// may appear only after a radix prefix.
    fn skip_digits(&mut self, radix: u32) {
        loop {
            match (self.peek(0), self.peek(1)) {
                (Some(byte), _) if is_digit(byte, radix) => self.at += 1,
                (Some(b'_'), Some(byte)) if is_digit(byte, radix) => self.at += 2,
                _ => return,
            }
        }
    }

    /// Reports an identifier that touches the number's end, and moves over it.
    fn refuse_junk(&mut self, fault: FaultKind, start: usize) -> bool {
        let junk = match self.peek(0) {
            // An identifier goes on with a dollar sign but does not begin with one. If the number's
            // end could be an identifier (`_0` of `1_0`, `e5` of `1e5`), `$` makes that the longer
            // match.
            Some(b'$') => self.bytes.get(start..self.at).is_some_and(|number| {
                let before = number.iter().rfind(|byte| !byte.is_ascii_digit());
                before.is_some_and(|byte| matches!(byte, b'_' | b'e' | b'E'))
            }),
            Some(byte) => begins_identifier(byte),
            None => false,
        };
        if junk {
            self.skip_identifier();
            self.fault(fault, start, self.at);
        }
        junk
    }

    /// PostgreSQL's grammar tells integers that fit 32 bits from all others.
    fn classify_integer(&self, start: usize, end: usize, radix: u32) -> TokenKind {
        if radix == 10 && end - start <= 9 {
            return TokenKind::Integer;
        }
        let limit = 0x7fff_ffff_u64;
        let mut value = 0_u64;
        for byte in self.bytes.get(start..end).unwrap_or_default() {
            if let Some(digit) = char::from(*byte).to_digit(radix) {
                value = value * u64::from(radix) + u64::from(digit);
                if value > limit {
                    return TokenKind::Float;
                }
            }
        }
        TokenKind::Integer
    }
}

const fn is_digit(byte: u8, radix: u32) -> bool {
    match byte {
        b'0'..=b'9' => ((byte - b'0') as u32) < radix,
        b'a'..=b'f' | b'A'..=b'F' => radix == 16,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::scanner::testing::check;

    #[test]
    fn integers_that_fit_32_bits_are_told_from_all_others() {
        check(
            "0 2147483647 2147483648",
            "ICONST<0> ICONST<2147483647> FCONST<2147483648>",
        );
        check(
            "0x7FFFFFFF 0x80000000",
            "ICONST<0x7FFFFFFF> FCONST<0x80000000>",
        );
        check(
            "0o17 0B11 1_000 0x_1_f",
            "ICONST<0o17> ICONST<0B11> ICONST<1_000> ICONST<0x_1_f>",
        );
        let long = "9".repeat(400);
        check(&long, &format!("FCONST<{long}>"));
    }

    #[test]
    fn points_and_exponents_make_other_numbers() {
        check(
            "1. .5 1.5 1_0.0_1",
            "FCONST<1.> FCONST<.5> FCONST<1.5> FCONST<1_0.0_1>",
        );
        check(
            "1e5 1E+5 1.e-5 .5e1_0",
            "FCONST<1e5> FCONST<1E+5> FCONST<1.e-5> FCONST<.5e1_0>",
        );
        check("1.2.3", "FCONST<1.2> FCONST<.3>");
        check("a.1", "IDENT<a> FCONST<.1>");
        check("-1", "- ICONST<1>");
    }

    #[test]
    fn a_range_ends_the_number_before_both_points() {
        check("1..10", "ICONST<1> DOT_DOT ICONST<10>");
        check("1...5", "ICONST<1> DOT_DOT FCONST<.5>");
        check("1.5..2", "FCONST<1.5> DOT_DOT ICONST<2>");
    }

    #[test]
    fn an_identifier_that_touches_a_number_is_junk() {
        let junk = "trailing junk after numeric literal";
        for number in ["1a", "1é", "1_", "1__0", "1_0$1"] {
            let fault = format!("!0..{} {junk}", number.len());
            check(number, &format!("ICONST<{number}> {fault}"));
        }
        check("1e5$1", &format!("FCONST<1e5$1> !0..5 {junk}"));
        check("1.5a", &format!("FCONST<1.5a> !0..4 {junk}"));
        check("1e+", &format!("FCONST<1e+> !0..3 {junk}"));
        check("1e", &format!("ICONST<1e> !0..2 {junk}"));
        check(
            "0x1g 0b12 0o8 0xg",
            &format!(
                "ICONST<0x1g> ICONST<0b12> ICONST<0o8> ICONST<0xg> !0..4 {junk} !5..9 {junk} !10..13 {junk} !14..17 {junk}"
            ),
        );
        check("1.5$1", "FCONST<1.5> PARAM<$1>");
    }

    #[test]
    fn a_radix_without_digits_is_a_fault_of_its_own() {
        check("0x", "ICONST<0x> !0..2 invalid hexadecimal integer");
        check(
            "0x_ 0o 0B",
            "ICONST<0x_> ICONST<0o> ICONST<0B> !0..3 invalid hexadecimal integer !4..6 invalid octal integer !7..9 invalid binary integer",
        );
    }

    #[test]
    fn parameters_are_plain_digits() {
        check("$1 $2147483647", "PARAM<$1> PARAM<$2147483647>");
        check(
            "$2147483648",
            "PARAM<$2147483648> !0..11 parameter number too large",
        );
        check(
            "$1a $1_0",
            "PARAM<$1a> PARAM<$1_0> !0..3 trailing junk after parameter !4..8 trailing junk after parameter",
        );
    }
}
