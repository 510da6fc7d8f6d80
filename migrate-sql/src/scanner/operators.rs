//! Operators. A run of operator characters is not always one operator: it ends before a comment, and
//! a `+` or `-` at its end belongs to what follows, unless the operator holds a character that no
//! operator of the SQL standard has (`=-` is two operators, `@-` is one).

use super::Scanner;
use super::fault::FaultKind;
use super::token::TokenKind;

/// The names of PostgreSQL's objects are shorter than this; operators too.
const NAMEDATALEN: usize = 64;

/// What is known of a run of operator characters. Kept between tokens, because a run of signs gives
/// as many tokens as it has signs, and looking at all of it each time would be quadratic.
#[derive(Debug, Default)]
pub(crate) struct Run {
    /// One past its last byte; before a comment if one starts in it.
    end: usize,
    /// Where the `+` and `-` at its end begin.
    signs: usize,
    /// One past its last character that no operator of the SQL standard has; 0 for none.
    special: usize,
}

impl Scanner<'_> {
    /// An operator, which begins with `first`.
    pub(super) fn scan_operator(&mut self, first: u8) -> TokenKind {
        let start = self.at;
        if self.run.end <= start {
            self.run = self.measure_run();
        }
        let mut end = self.run.end;
        let ends_in_sign = self.run.signs < end;
        if ends_in_sign && end - start > 1 && self.run.special <= start {
            end = self.run.signs.max(start + 1);
        }
        let length = end - start;
        self.at = end;
        let second = self.bytes.get(start + 1).copied();
        match (length, first, second) {
            (1, b'+' | b'-' | b'*' | b'/' | b'%' | b'^' | b'<' | b'>' | b'=', _) => {
                TokenKind::Char(first)
            }
            (2, b'=', Some(b'>')) => TokenKind::EqualsGreater,
            (2, b'>', Some(b'=')) => TokenKind::GreaterEquals,
            (2, b'<', Some(b'=')) => TokenKind::LessEquals,
            (2, b'<', Some(b'>')) | (2, b'!', Some(b'=')) => TokenKind::NotEquals,
            _ => {
                if length >= NAMEDATALEN {
                    self.fault(FaultKind::OperatorTooLong, start, end);
                }
                TokenKind::Operator
            }
        }
    }

    /// Looks at the run that begins here.
    fn measure_run(&self) -> Run {
        let mut end = self.at;
        let mut signs = self.at;
        let mut special = 0;
        while let Some(&byte) = self.bytes.get(end) {
            let next = self.bytes.get(end + 1).copied();
            match byte {
                b'-' if next == Some(b'-') => break,
                b'/' if next == Some(b'*') => break,
                b'+' | b'-' => {}
                b'~' | b'!' | b'@' | b'#' | b'^' | b'&' | b'|' | b'`' | b'?' | b'%' => {
                    special = end + 1;
                    signs = end + 1;
                }
                b'*' | b'/' | b'<' | b'>' | b'=' => signs = end + 1,
                _ => break,
            }
            end += 1;
        }
        Run {
            end,
            signs,
            special,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::scanner::testing::check;

    #[test]
    fn operators_are_as_long_as_can_be() {
        check("a->>b @> c", "IDENT<a> Op<->>> IDENT<b> Op<@>> IDENT<c>");
        check("||/ ~~* !~ <-> |", "Op<||/> Op<~~*> Op<!~> Op<<->> Op<|>");
        check(
            "a*b+c-d/e%f^g<h>i=j",
            "IDENT<a> * IDENT<b> + IDENT<c> - IDENT<d> / IDENT<e> % IDENT<f> ^ IDENT<g> < IDENT<h> > IDENT<i> = IDENT<j>",
        );
    }

    #[test]
    fn some_operators_have_tokens_of_their_own() {
        check(
            "<= >= <> != => := :: .. : .",
            "LESS_EQUALS GREATER_EQUALS NOT_EQUALS NOT_EQUALS EQUALS_GREATER COLON_EQUALS TYPECAST DOT_DOT : .",
        );
        check("<=> =>= ::= :::", "Op<<=>> Op<=>=> TYPECAST = TYPECAST :");
    }

    #[test]
    fn operators_end_before_comments() {
        check("a+--b\n1", "IDENT<a> + ICONST<1>");
        check("a*/* */b", "IDENT<a> * IDENT<b>");
        check("@--", "Op<@>");
        check(">=/*x*/1", "GREATER_EQUALS ICONST<1>");
        check("<--", "<");
    }

    #[test]
    fn a_sign_at_the_end_belongs_to_what_follows() {
        check("a=-1", "IDENT<a> = - ICONST<1>");
        check("a<-1", "IDENT<a> < - ICONST<1>");
        check(
            "a>=-1 <>+1",
            "IDENT<a> GREATER_EQUALS - ICONST<1> NOT_EQUALS + ICONST<1>",
        );
        check("a*+-1", "IDENT<a> * + - ICONST<1>");
        check("+-+", "+ - +");
        check("=+=", "Op<=+=>");
    }

    #[test]
    fn unless_the_operator_is_none_of_the_standards() {
        for operator in [
            "@-", "~+", "!-", "#-", "%-", "^-", "&-", "|-", "`-", "?-", "?+-", "-@-",
        ] {
            check(
                &format!("{operator}1"),
                &format!("Op<{operator}> ICONST<1>"),
            );
        }
        check("=-@=-1", "Op<=-@=-> ICONST<1>");
    }

    #[test]
    fn an_operator_has_at_most_63_characters() {
        let long = "@".repeat(63);
        check(&long, &format!("Op<{long}>"));
        let longer = "@".repeat(64);
        check(&longer, &format!("Op<{longer}> !0..64 operator too long"));
        check(&"+".repeat(100), &["+"; 100].join(" "));
    }
}
