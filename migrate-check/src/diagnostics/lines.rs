//! Where the lines of a text begin, found once, so that each position in it costs a binary search.
//!
//! A generated file can have thousands of diagnostics, all of them in one line of several megabytes. To count lines
//! and columns from the start for each of them would take quadratic time.

use super::position::{Position, floor};

/// A text and where its lines begin.
#[derive(Debug, Clone)]
pub struct Lines<'t> {
    text: &'t str,
    /// The offset of each line's first byte. Never empty: the first is 0.
    starts: Vec<usize>,
    /// How many characters come before each block of [`BLOCK`] bytes; empty where every character is one byte.
    characters: Vec<usize>,
}

/// A column is at most this many bytes away from a place whose number of characters is known.
const BLOCK: usize = 1024;

impl<'t> Lines<'t> {
    /// Finds the lines of `text`.
    pub fn of(text: &'t str) -> Self {
        let mut starts = vec![0];
        starts.extend(text.match_indices('\n').map(|(newline, _)| newline + 1));
        let mut characters = Vec::new();
        if !text.is_ascii() {
            let mut count = 0;
            let mut from = 0;
            while from < text.len() {
                characters.push(count);
                let to = floor(text, characters.len() * BLOCK);
                count += count_characters(text, from, to);
                from = to;
            }
            characters.push(count);
        }
        Self {
            text,
            starts,
            characters,
        }
    }

    /// The whole text.
    pub fn text(&self) -> &'t str {
        self.text
    }

    /// Where byte `offset` is: the same as [`Position::of`] says.
    pub fn position(&self, offset: usize) -> Position {
        let offset = floor(self.text, offset);
        let line = self.number(offset);
        let start = self.start(line);
        Position {
            line,
            column: self.characters_before(offset) - self.characters_before(start) + 1,
        }
    }

    /// The bytes of the line that `offset` is in, without its line feed.
    pub(super) fn line(&self, offset: usize) -> std::ops::Range<usize> {
        let number = self.number(floor(self.text, offset));
        let end = self
            .starts
            .get(number)
            .map_or(self.text.len(), |next| next - 1);
        self.start(number)..end
    }

    /// The number of the line that `offset` is in, from 1.
    fn number(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset)
    }

    fn start(&self, number: usize) -> usize {
        let index = number.saturating_sub(1);
        self.starts.get(index).copied().unwrap_or_default()
    }

    fn characters_before(&self, offset: usize) -> usize {
        let block = offset / BLOCK;
        match self.characters.get(block) {
            None => offset,
            Some(before) => {
                before + count_characters(self.text, floor(self.text, block * BLOCK), offset)
            }
        }
    }
}

fn count_characters(text: &str, from: usize, to: usize) -> usize {
    text.get(from..to).unwrap_or_default().chars().count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Lines;
    use crate::diagnostics::Position;

    proptest! {
        #[test]
        fn a_position_is_the_one_that_counting_from_the_start_gives(
            text in "[a-zäß\u{1F600}\n\r]{0,5000}", offsets in prop::collection::vec(0..12_000_usize, 1..20),
        ) {
            let lines = Lines::of(&text);
            for offset in offsets {
                prop_assert_eq!(lines.position(offset), Position::of(&text, offset), "{}", offset);
            }
        }

        #[test]
        fn a_line_holds_its_offset_and_no_line_feed(text in "[aä\n]{0,40}", offset in 0..90_usize) {
            let line = Lines::of(&text).line(offset);
            prop_assert!(text.get(line.clone()).is_some_and(|line| !line.contains('\n')));
            let offset = crate::diagnostics::floor(&text, offset);
            prop_assert!(line.start <= offset && offset <= line.end);
        }
    }

    #[test]
    fn a_text_of_whole_blocks_has_positions_to_its_end() {
        for length in [1023, 1024, 1025, 2048, 4096] {
            let text = "ä".repeat(length / 2) + "\n";
            let lines = Lines::of(&text);
            for offset in [0, text.len() - 1, text.len(), text.len() + 1] {
                assert_eq!(
                    lines.position(offset),
                    Position::of(&text, offset),
                    "{length}"
                );
            }
        }
    }
}
