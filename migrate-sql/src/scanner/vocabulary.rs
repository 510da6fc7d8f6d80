//! Which words a text holds: a look here saves most of those who ask for some words the walk over all
//! tokens.

use super::keyword::{Hash, Keyword};

/// The words of a text, in no order.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Vocabulary {
    /// A bit a keyword, and one for each of what follows.
    bits: [u64; (SET_CONFIG + 1).div_ceil(64)],
    /// How many bytes the longest name has, keywords and quotes included.
    longest: usize,
}

/// A quoted name.
const QUOTED: usize = Keyword::ALL.len();
/// `U&"…"` or `U&'…'`.
const UNICODE: usize = QUOTED + 1;
/// A command of psql.
const COMMAND: usize = QUOTED + 2;
/// The name `set_config`: the only function's that every statement is searched for.
const SET_CONFIG: usize = QUOTED + 3;

const HASH_OF_SET_CONFIG: Hash = Hash::of(b"set_config");

impl Vocabulary {
    /// Whether this keyword occurs.
    pub fn has(&self, keyword: Keyword) -> bool {
        self.is_set(keyword as usize)
    }

    /// Whether one of these keywords occurs.
    pub fn has_any(&self, keywords: &[Keyword]) -> bool {
        keywords.iter().any(|keyword| self.has(*keyword))
    }

    /// Whether a name occurs that takes at least so many bytes as it is written.
    pub fn has_name_of(&self, bytes: usize) -> bool {
        self.longest >= bytes
    }

    /// Whether a quoted name occurs, which may spell anything.
    pub fn has_quoted_name(&self) -> bool {
        self.is_set(QUOTED)
    }

    /// Whether `U&"…"` or `U&'…'` occurs.
    pub(crate) fn has_unicode(&self) -> bool {
        self.is_set(UNICODE)
    }

    /// Whether a command of psql occurs.
    pub fn has_command(&self) -> bool {
        self.is_set(COMMAND)
    }

    /// Whether a name occurs that may be `set_config`.
    pub fn may_set_config(&self) -> bool {
        self.is_set(SET_CONFIG) || self.is_set(QUOTED)
    }

    pub(super) fn note_keyword(&mut self, keyword: Keyword, length: usize) {
        self.set(keyword as usize);
        self.note_length(length);
    }

    pub(super) fn note_name(&mut self, hash: Hash, length: usize) {
        if hash.0 == HASH_OF_SET_CONFIG.0 {
            self.set(SET_CONFIG);
        }
        self.note_length(length);
    }

    pub(super) fn note_quoted(&mut self, length: usize) {
        self.set(QUOTED);
        self.note_length(length);
    }

    pub(super) fn note_unicode(&mut self) {
        self.set(UNICODE);
    }

    pub(super) fn note_command(&mut self) {
        self.set(COMMAND);
    }

    fn note_length(&mut self, length: usize) {
        if length > self.longest {
            self.longest = length;
        }
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "no number is greater than the one that the row was made for"
    )]
    fn is_set(&self, number: usize) -> bool {
        self.bits[number >> 6] >> (number & 63) & 1 == 1
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "no number is greater than the one that the row was made for"
    )]
    fn set(&mut self, number: usize) {
        self.bits[number >> 6] |= 1 << (number & 63);
    }
}
