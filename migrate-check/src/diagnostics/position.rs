//! Byte offsets -> lines and columns, as editors count them.

use std::fmt;

/// A place in a text as people name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// From 1. Lines end with a line feed.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
}

impl Position {
    /// Where byte `offset` of `text` is. An offset after the end means the end, one inside a
    /// character means that character.
    pub fn of(text: &str, offset: usize) -> Self {
        let before = text.get(..floor(text, offset)).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
        Self { line, column }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// The last character boundary of `text` at or before `offset`.
pub(crate) fn floor(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

#[cfg(test)]
mod tests {
    use super::Position;

    fn at(text: &str, offset: usize) -> String {
        Position::of(text, offset).to_string()
    }

    #[test]
    fn lines_and_columns_count_from_one() {
        assert_eq!(at("", 0), "1:1");
        assert_eq!(at("ab\ncd", 0), "1:1");
        assert_eq!(at("ab\ncd", 2), "1:3");
        assert_eq!(at("ab\ncd", 3), "2:1");
        assert_eq!(at("ab\n", 3), "2:1");
    }

    #[test]
    fn columns_count_characters_not_bytes() {
        assert_eq!(at("'äö' x", 7), "1:6");
        assert_eq!(at("\u{1F600}x", 4), "1:2");
    }

    #[test]
    fn any_offset_has_a_position() {
        assert_eq!(at("ä", 1), "1:1");
        assert_eq!(at("ä\nb", 99), "2:2");
        assert_eq!(at("a\rb", 2), "1:3", "a lone CR ends no line");
    }
}
