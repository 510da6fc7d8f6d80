//! What the scanner makes of a text: tokens.

use std::ops::Range;

use super::keyword::Keyword;

/// A token and where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Its first byte.
    pub start: usize,
    /// One past its last byte.
    pub end: usize,
}

impl Token {
    /// Its bytes of the text; always on character boundaries.
    pub const fn range(&self) -> Range<usize> {
        self.start..self.end
    }

    /// Whether it is this keyword.
    pub fn is(&self, keyword: Keyword) -> bool {
        matches!(self.kind, TokenKind::Keyword(own) if own as u16 == keyword as u16)
    }

    /// The keyword that it is, if it is one.
    pub const fn keyword(&self) -> Option<Keyword> {
        match self.kind {
            TokenKind::Keyword(keyword) => Some(keyword),
            _ => None,
        }
    }

    /// Whether it is this one character.
    pub fn is_char(&self, char: u8) -> bool {
        matches!(self.kind, TokenKind::Char(own) if own == char)
    }
}

/// The terminals of PostgreSQL's grammar, as its scanner returns them (before the one-token filter
/// that makes `NOT_LA`, `WITH_LA` and the like of some keywords).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// `IDENT`: a name that is no keyword, or a quoted one.
    Ident,
    /// `UIDENT`: `U&"…"`, without its `UESCAPE`.
    UnicodeIdent,
    /// A keyword. `N'…'` gives the keyword `nchar` (its range is the `N`) and then a string.
    Keyword(Keyword),
    /// `SCONST`: `'…'`, `E'…'` or `$tag$…$tag$`, with the literals that continue it on later lines.
    String,
    /// `USCONST`: `U&'…'`, without its `UESCAPE`.
    UnicodeString,
    /// `BCONST`: `B'…'`.
    BitString,
    /// `XCONST`: `X'…'`.
    HexString,
    /// `ICONST`: an integer that fits 32 bits.
    Integer,
    /// `FCONST`: any other number.
    Float,
    /// `PARAM`: `$1`.
    Param,
    /// `Op`: an operator that has no token of its own.
    Operator,
    /// `TYPECAST`: `::`.
    Typecast,
    /// `DOT_DOT`: `..`.
    DotDot,
    /// `COLON_EQUALS`: `:=`.
    ColonEquals,
    /// `EQUALS_GREATER`: `=>`.
    EqualsGreater,
    /// `LESS_EQUALS`: `<=`.
    LessEquals,
    /// `GREATER_EQUALS`: `>=`.
    GreaterEquals,
    /// `NOT_EQUALS`: `<>` or `!=`.
    NotEquals,
    /// Any other ASCII character, e.g. `(` or `;`. A backslash, which no grammar has, stands for a
    /// psql command: its token reaches to the end of the line.
    Char(u8),
}
