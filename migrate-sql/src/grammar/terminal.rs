//! The scanner's tokens as the grammar's terminals.

use super::symbol::Symbol;
use super::tables;
use crate::scanner::{Keyword, TokenKind};

/// The end of the text.
pub(super) const END: u16 = 0;
/// A character that no rule of the grammar has.
pub(super) const UNKNOWN: u16 = number("invalid_token");
pub(super) const IDENT: u16 = number("IDENT");
pub(super) const SCONST: u16 = number("SCONST");
pub(super) const SEMICOLON: u16 = number(";");

const CHARACTERS: [u16; 128] = list_characters();

const fn number(name: &str) -> u16 {
    Symbol::named(name).0
}

/// By character: the terminal that it is.
#[expect(
    clippy::indexing_slicing,
    reason = "runs in the compiler: a wrong index is a build error"
)]
const fn list_characters() -> [u16; 128] {
    let characters = ",()[].;:+-*/%^<>=".as_bytes();
    let mut terminals = [UNKNOWN; 128];
    let mut rest = characters;
    while let Some((&character, others)) = rest.split_first() {
        if let Ok(name) = str::from_utf8(&[character]) {
            terminals[character as usize] = number(name);
        }
        rest = others;
    }
    terminals
}

/// Where a keyword can appear as a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Category {
    /// Anywhere.
    Unreserved,
    /// As a column's or a table's, but not as a function's or type's.
    ColumnName,
    /// As a function's or type's, but not as a column's or a table's.
    TypeFunctionName,
    /// Nowhere, except after `AS`.
    Reserved,
}

impl Category {
    /// That of a keyword.
    pub fn of(keyword: Keyword) -> Self {
        match tables::keyword(keyword).1 {
            0 => Self::Unreserved,
            1 => Self::ColumnName,
            2 => Self::TypeFunctionName,
            _ => Self::Reserved,
        }
    }
}

impl Symbol {
    /// The terminal that a keyword is.
    pub fn of(keyword: Keyword) -> Self {
        Self(tables::keyword(keyword).0)
    }
}

/// The terminal of a token, before PostgreSQL's filter looks at the next one.
pub(super) fn classify(kind: TokenKind) -> u16 {
    match kind {
        TokenKind::Keyword(keyword) => tables::keyword(keyword).0,
        // A command of psql, to which it ends the statement.
        TokenKind::Char(b'\\') => SEMICOLON,
        TokenKind::Char(character) => CHARACTERS
            .get(usize::from(character))
            .copied()
            .unwrap_or(UNKNOWN),
        TokenKind::Ident | TokenKind::UnicodeIdent => IDENT,
        TokenKind::String | TokenKind::UnicodeString => SCONST,
        TokenKind::BitString => const { number("BCONST") },
        TokenKind::HexString => const { number("XCONST") },
        TokenKind::Integer => const { number("ICONST") },
        TokenKind::Float => const { number("FCONST") },
        TokenKind::Param => const { number("PARAM") },
        TokenKind::Operator => const { number("Op") },
        TokenKind::Typecast => const { number("TYPECAST") },
        TokenKind::DotDot => const { number("DOT_DOT") },
        TokenKind::ColonEquals => const { number("COLON_EQUALS") },
        TokenKind::EqualsGreater => const { number("EQUALS_GREATER") },
        TokenKind::LessEquals => const { number("LESS_EQUALS") },
        TokenKind::GreaterEquals => const { number("GREATER_EQUALS") },
        TokenKind::NotEquals => const { number("NOT_EQUALS") },
    }
}
