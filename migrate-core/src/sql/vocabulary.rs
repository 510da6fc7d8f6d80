//! Which words a text holds: a look here saves most of those who ask for some words the walk over all
//! tokens.

use super::keyword::{Hash, Keyword};

/// `set_config` as its hash: the only name of a function that every statement is searched for.
const SET_CONFIG: Hash = Hash::of(b"set_config");

/// The words of a text, in no order.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Vocabulary {
    /// A bit a keyword.
    keywords: [u64; Keyword::ALL.len().div_ceil(64)],
    /// How many bytes the longest name has, keywords and quotes included.
    longest: usize,
    has_quoted: bool,
    has_unicode: bool,
    has_command: bool,
    may_set_config: bool,
}

#[expect(
    clippy::indexing_slicing,
    reason = "a keyword's number is less than that of the bits"
)]
impl Vocabulary {
    /// Whether this keyword occurs.
    pub(crate) fn has(&self, keyword: Keyword) -> bool {
        let number = keyword as usize;
        self.keywords[number >> 6] >> (number & 63) & 1 == 1
    }

    /// Whether one of these keywords occurs.
    pub(crate) fn has_any(&self, keywords: &[Keyword]) -> bool {
        let mut at = 0;
        while at < keywords.len() {
            if self.has(keywords[at]) {
                return true;
            }
            at += 1;
        }
        false
    }

    /// Whether a name occurs that takes at least so many bytes as it is written.
    pub(crate) fn has_name_of(&self, bytes: usize) -> bool {
        self.longest >= bytes
    }

    /// Whether a quoted name occurs, which may spell anything.
    pub(crate) fn has_quoted_name(&self) -> bool {
        self.has_quoted
    }

    /// Whether `U&"…"` or `U&'…'` occurs.
    pub(super) fn has_unicode(&self) -> bool {
        self.has_unicode
    }

    /// Whether a command of psql occurs.
    pub(crate) fn has_command(&self) -> bool {
        self.has_command
    }

    /// Whether a name occurs that may be `set_config`.
    pub(crate) fn may_set_config(&self) -> bool {
        self.may_set_config || self.has_quoted
    }

    pub(super) fn note_keyword(&mut self, keyword: Keyword, length: usize) {
        let number = keyword as usize;
        self.keywords[number >> 6] |= 1 << (number & 63);
        if length > self.longest {
            self.longest = length;
        }
    }

    pub(super) fn note_name(&mut self, hash: Hash, length: usize) {
        if hash.0 == SET_CONFIG.0 {
            self.may_set_config = true;
        }
        if length > self.longest {
            self.longest = length;
        }
    }

    pub(super) fn note_quoted(&mut self, length: usize) {
        self.has_quoted = true;
        if length > self.longest {
            self.longest = length;
        }
    }

    pub(super) fn note_unicode(&mut self) {
        self.has_unicode = true;
    }

    pub(super) fn note_command(&mut self) {
        self.has_command = true;
    }
}
