//! One source line with one caret, in rustc's look. What the macro says is drawn by `migrate-check`, on which
//! the runtime does not depend.

use crate::text;

/// A place in a text: 1-based line and column, columns in characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) line: usize,
    pub(crate) column: usize,
    source: String,
}

/// How much of a long line is shown before and after the caret, in characters.
const WINDOW: usize = 60;

impl Place {
    /// The place of the byte at `offset`; the end of the text where it is beyond it.
    pub(crate) fn at_byte(text: &str, offset: usize) -> Self {
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = text.get(..offset).unwrap_or_default();
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let rest = text.get(start..).unwrap_or_default();
        Self {
            line: before.matches('\n').count() + 1,
            column: text::characters(text.get(start..offset).unwrap_or_default()) + 1,
            source: rest.lines().next().unwrap_or_default().to_owned(),
        }
    }

    /// The place of the `number`th character, counted from 0.
    pub(crate) fn at_character(text: &str, number: usize) -> Self {
        Self::at_byte(text, text::byte_of(text, number))
    }

    /// The same place, in a text that has `lines` more in front.
    pub(crate) fn below(mut self, lines: usize) -> Self {
        self.line += lines;
        self
    }

    /// The line and the caret under it, each with a gutter as wide as the line number.
    pub(crate) fn draw(&self) -> String {
        let number = self.line.to_string();
        let width = number.len();
        let before = self.column - 1;
        let cut = before.saturating_sub(WINDOW);
        let (mut shown, mut padding) = (String::new(), String::new());
        let mut characters = self.source.chars().skip(cut);
        for at in cut..cut + 2 * WINDOW {
            let Some(character) = characters.next() else {
                break;
            };
            shown.push(character);
            if at < before {
                padding.push_str(blank(character));
            }
        }
        let more = characters.next().map_or("", |_| "…");
        let (dots, below) = if cut > 0 { ("…", " ") } else { ("", "") };
        format!(
            "{0:width$} |\n{number} | {dots}{shown}{more}\n{0:width$} | {below}{padding}^",
            ""
        )
    }
}

/// As much blank as `character` takes on a terminal: a tab stays a tab, East Asian wide characters
/// and emoji take two columns (the ranges of Unicode's East Asian Width that matter in practice).
fn blank(character: char) -> &'static str {
    match character {
        '\t' => "\t",
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' => "",
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f300}'..='\u{1faff}'
        | '\u{20000}'..='\u{3fffd}' => "  ",
        _ => " ",
    }
}

#[cfg(test)]
mod tests {
    use super::Place;

    #[test]
    fn the_caret_stands_under_the_character() {
        let text = "CREATE TABLE t (\n  näme text,\n  名前 txet\n);\n";
        let place = Place::at_byte(text, text.find("txet").unwrap());
        assert_eq!((place.line, place.column), (3, 6));
        insta::assert_snapshot!(place.draw(), @r"
          |
        3 |   名前 txet
          |        ^
        ");
    }

    #[test]
    fn positions_count_characters() {
        let text = "-- 𝄞 é\nSELECT x";
        let place = Place::at_character(text, 7 + 7);
        assert_eq!((place.line, place.column), (2, 8));
    }

    #[test]
    fn a_place_beyond_the_text_is_its_end() {
        let place = Place::at_character("ab\ncd", 99);
        assert_eq!((place.line, place.column), (2, 3));
        assert_eq!(Place::at_byte("", 5).line, 1);
    }

    #[test]
    fn a_long_line_is_cut_around_the_caret() {
        let text = format!("{}here{}", "x".repeat(500), "y".repeat(500));
        let drawn = Place::at_byte(&text, 500).draw();
        assert!(drawn.lines().all(|line| line.chars().count() < 140));
        let caret = drawn.lines().last().unwrap().find('^').unwrap();
        let line: Vec<char> = drawn.lines().nth(1).unwrap().chars().collect();
        assert_eq!(line[caret], 'h');
    }
}
