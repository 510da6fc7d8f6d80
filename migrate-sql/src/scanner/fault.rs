//! What PostgreSQL's scanner refuses, in its own words.

use std::ops::Range;

/// A place where the text is no sequence of tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub kind: FaultKind,
    /// Where: starts at the byte PostgreSQL names; of something without an end, the part that opens it.
    pub span: Range<usize>,
}

/// The ways to fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// `'…`
    UnterminatedString,
    /// `b'…`
    UnterminatedBitString,
    /// `x'…`
    UnterminatedHexString,
    /// `$tag$…`
    UnterminatedDollarQuote,
    /// `"…`
    UnterminatedIdentifier,
    /// `/*…`
    UnterminatedComment,
    /// `""`
    EmptyIdentifier,
    /// 64 characters or more.
    OperatorTooLong,
    /// `1a`
    JunkAfterNumber,
    /// `$1a`
    JunkAfterParameter,
    /// `$9999999999`
    ParameterTooLarge,
    /// `0x`
    InvalidHexInteger,
    /// `0o`
    InvalidOctalInteger,
    /// `0b`
    InvalidBinaryInteger,
    /// `E'\u12'`
    InvalidUnicodeEscape,
    /// `E'\u0000'`
    InvalidUnicodeValue,
    /// `E'\ud83d'`
    InvalidSurrogatePair,
    /// `E'\0'`
    ZeroByte,
    /// `U&"…" UESCAPE 1`
    UescapeWithoutString,
    /// `U&"…" UESCAPE '+'`
    InvalidEscapeCharacter,
}

impl FaultKind {
    /// PostgreSQL's message, without its `at or near "…"`.
    pub const fn message(self) -> &'static str {
        match self {
            Self::UnterminatedString => "unterminated quoted string",
            Self::UnterminatedBitString => "unterminated bit string literal",
            Self::UnterminatedHexString => "unterminated hexadecimal string literal",
            Self::UnterminatedDollarQuote => "unterminated dollar-quoted string",
            Self::UnterminatedIdentifier => "unterminated quoted identifier",
            Self::UnterminatedComment => "unterminated /* comment",
            Self::EmptyIdentifier => "zero-length delimited identifier",
            Self::OperatorTooLong => "operator too long",
            Self::JunkAfterNumber => "trailing junk after numeric literal",
            Self::JunkAfterParameter => "trailing junk after parameter",
            Self::ParameterTooLarge => "parameter number too large",
            Self::InvalidHexInteger => "invalid hexadecimal integer",
            Self::InvalidOctalInteger => "invalid octal integer",
            Self::InvalidBinaryInteger => "invalid binary integer",
            Self::InvalidUnicodeEscape => "invalid Unicode escape",
            Self::InvalidUnicodeValue => "invalid Unicode escape value",
            Self::InvalidSurrogatePair => "invalid Unicode surrogate pair",
            Self::ZeroByte => "invalid byte sequence for encoding \"UTF8\": 0x00",
            Self::UescapeWithoutString => "UESCAPE must be followed by a simple string literal",
            Self::InvalidEscapeCharacter => "invalid Unicode escape character",
        }
    }
}
