//! Tests of the scanner are data: this text in, these tokens out.

use std::fmt::Write as _;

use super::scan;
use super::token::TokenKind;

/// Checks the tokens of `text`: PostgreSQL's names of them, with what they cover where that is not told
/// by the name; then each fault, as `!` and its bytes and its message.
#[track_caller]
pub(super) fn check(text: &str, expected: &str) {
    let scan = scan(text);
    let mut shown: Vec<String> = scan
        .tokens
        .iter()
        .map(|token| show(token.kind, &text[token.range()]))
        .collect();
    for fault in &scan.faults {
        let mut line = String::new();
        let (start, end) = (fault.span.start, fault.span.end);
        write!(line, "!{start}..{end} {}", fault.kind.message()).unwrap();
        shown.push(line);
    }
    assert_eq!(shown.join(" "), expected, "{text:?}");
}

fn show(kind: TokenKind, source: &str) -> String {
    let name = match kind {
        TokenKind::Keyword(keyword) => return keyword.text().to_uppercase(),
        TokenKind::Char(b'\\') => "psql",
        TokenKind::Char(char) => return char::from(char).to_string(),
        TokenKind::Ident => "IDENT",
        TokenKind::UnicodeIdent => "UIDENT",
        TokenKind::String => "SCONST",
        TokenKind::UnicodeString => "USCONST",
        TokenKind::BitString => "BCONST",
        TokenKind::HexString => "XCONST",
        TokenKind::Integer => "ICONST",
        TokenKind::Float => "FCONST",
        TokenKind::Param => "PARAM",
        TokenKind::Operator => "Op",
        TokenKind::Typecast => return "TYPECAST".to_owned(),
        TokenKind::DotDot => return "DOT_DOT".to_owned(),
        TokenKind::ColonEquals => return "COLON_EQUALS".to_owned(),
        TokenKind::EqualsGreater => return "EQUALS_GREATER".to_owned(),
        TokenKind::LessEquals => return "LESS_EQUALS".to_owned(),
        TokenKind::GreaterEquals => return "GREATER_EQUALS".to_owned(),
        TokenKind::NotEquals => return "NOT_EQUALS".to_owned(),
    };
    format!("{name}<{source}>")
}
