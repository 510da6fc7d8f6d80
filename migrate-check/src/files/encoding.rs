//! Decodes the bytes of a file into the text that is embedded, and reports characters that no migration should contain.

use std::ops::Range;

use crate::diagnostics::Diagnostic;

/// A file's content, decoded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Content {
    /// The text as embedded: CRLF becomes LF, and nothing else changes. Bytes that are not UTF-8 become
    /// U+FFFD; such a file is refused, but can still be shown and checked for other problems.
    pub(crate) text: String,
    /// `text` with each reported character replaced by spaces of the same length, so that the scanner does
    /// not report it again. None where nothing was replaced, the usual case.
    cleaned: Option<String>,
}

impl Content {
    /// The text to check for other problems. An offset in it is the same offset in `text`.
    pub(crate) fn scannable(&self) -> &str {
        self.cleaned.as_deref().unwrap_or(&self.text)
    }

    /// The part at `range`, with `marks` blanked for the scanner. `marks` are ranges of the whole text that lie in the part.
    pub(crate) fn part(&self, range: Range<usize>, marks: &[Range<usize>]) -> Self {
        let cut = |text: &str| text.get(range.clone()).unwrap_or_default().to_owned();
        let mut cleaned = cut(self.scannable());
        for mark in marks {
            let within = mark.start - range.start..mark.end - range.start;
            cleaned.replace_range(within.clone(), &" ".repeat(within.len()));
        }
        Self {
            text: cut(&self.text),
            cleaned: Some(cleaned),
        }
    }
}

/// The controls that reorder the text around them, so that it is displayed in another order than it runs
/// (<https://trojansource.codes>, CVE-2021-42574).
const BIDIRECTIONAL: [char; 9] = [
    '\u{202A}', '\u{202B}', '\u{202C}', '\u{202D}', '\u{202E}', '\u{2066}', '\u{2067}', '\u{2068}',
    '\u{2069}',
];

/// Whether a character changes the direction of the text around it.
pub(crate) fn is_bidirectional(character: char) -> bool {
    matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Whether a name has only characters that the name of a migration file may have. Written to be fast in a debug
/// build, where the macro runs.
pub(crate) fn is_plain(name: &str) -> bool {
    let mut rest = name.as_bytes();
    while let [
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' | b'.',
        others @ ..,
    ] = rest
    {
        rest = others;
    }
    rest.is_empty()
}

/// Decodes `bytes`. `file` is the file's name as diagnostics show it.
pub(crate) fn decode(file: &str, bytes: Vec<u8>) -> (Content, Vec<Diagnostic>) {
    let mut found = Vec::new();
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        found.push(
            Diagnostic::error("not-utf-8", file, "the file is UTF-16, not UTF-8")
                .help("save it as UTF-8 without a byte order mark"),
        );
        return (Content::default(), found);
    }
    let text = match String::from_utf8(bytes) {
        Ok(text) => without_carriage_returns(text),
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let bytes = error.as_bytes();
            let (before, rest) = bytes.split_at_checked(valid).unwrap_or((bytes, &[]));
            let offset = valid - before.windows(2).filter(|pair| pair == b"\r\n").count();
            let byte = rest.first().copied().unwrap_or_default();
            found.push(not_utf_8(file, offset, byte));
            without_carriage_returns(String::from_utf8_lossy(bytes).into_owned())
        }
    };
    let mut cleaned = None;
    if text.starts_with('\u{FEFF}') {
        found.push(
            Diagnostic::error(
                "byte-order-mark",
                file,
                "the file begins with a byte order mark",
            )
            .at(0..'\u{FEFF}'.len_utf8())
            .help("save it as UTF-8 without a byte order mark (BOM)"),
        );
        blank(&mut cleaned, &text, '\u{FEFF}');
    }
    if text.as_bytes().contains(&0)
        && let Some(at) = text.find('\0')
    {
        found.push(
            Diagnostic::error("nul-character", file, "the file contains a NUL character")
                .at(at..at + 1)
                .help("delete it: PostgreSQL accepts no NUL in a statement or a string"),
        );
        blank(&mut cleaned, &text, '\0');
    }
    // One search per control: searching for a byte is fast even in a debug build, iterating over the
    // characters is not. All of the controls begin with the byte 0xE2, which few files have.
    if text.as_bytes().contains(&0xE2) {
        let mut controls: Vec<(usize, char)> = BIDIRECTIONAL
            .into_iter()
            .filter_map(|control| Some((text.find(control)?, control)))
            .collect();
        controls.sort_unstable();
        if let Some((at, control)) = controls.first().copied() {
            found.push(bidirectional(file, at, control));
        }
        for (_, control) in controls {
            blank(&mut cleaned, &text, control);
        }
    }
    (Content { text, cleaned }, found)
}

/// Replaces CRLF by LF. A lone carriage return is kept: it may be data.
fn without_carriage_returns(text: String) -> String {
    if text.as_bytes().contains(&b'\r') {
        text.replace("\r\n", "\n")
    } else {
        text
    }
}

/// Replaces each `character` by as many spaces as it has bytes.
fn blank(cleaned: &mut Option<String>, text: &str, character: char) {
    let before = cleaned.as_deref().unwrap_or(text);
    *cleaned = Some(before.replace(character, &" ".repeat(character.len_utf8())));
}

fn not_utf_8(file: &str, offset: usize, byte: u8) -> Diagnostic {
    let message = format!("the byte 0x{byte:02X} is not UTF-8");
    let diagnostic = Diagnostic::error("not-utf-8", file, message)
        .at(offset..offset + char::REPLACEMENT_CHARACTER.len_utf8());
    // The usual cause is a file in Latin-1, where a byte is the code of its character.
    let diagnostic = if byte >= 0xA0 {
        diagnostic.label(format!("`{}` in Latin-1", char::from(byte)))
    } else {
        diagnostic
    };
    diagnostic.help("save the file as UTF-8")
}

fn bidirectional(file: &str, at: usize, control: char) -> Diagnostic {
    let code = u32::from(control);
    Diagnostic::error(
        "bidirectional-control",
        file,
        format!(
            "the bidirectional control U+{code:04X} displays text in a different order than it runs"
        ),
    )
    .at(at..at + control.len_utf8())
    .help(format!(
        "delete it; if it is data, write it as an escape: U&'\\{code:04X}'"
    ))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::decode;

    #[test]
    fn carriage_returns_go_only_before_line_feeds() {
        let (content, found) = decode("f", b"a\r\nb\rc\r\r\nd\n".to_vec());
        assert_eq!(content.text, "a\nb\rc\r\nd\n");
        assert_eq!(content.scannable(), content.text);
        assert_eq!(found, []);
    }

    #[test]
    fn what_is_reported_is_blanked_and_nothing_moves() {
        let source = "\u{FEFF}-- ä\0\u{202E}x\u{2066}\nSELECT 1";
        let (content, found) = decode("f", source.as_bytes().to_vec());
        let rules: Vec<_> = found.iter().map(|found| found.rule).collect();
        assert_eq!(
            rules,
            ["byte-order-mark", "nul-character", "bidirectional-control"]
        );
        assert_eq!(content.text, source);
        assert_eq!(content.scannable(), "   -- ä    x   \nSELECT 1");
        assert_eq!(content.scannable().len(), content.text.len());
    }

    #[test]
    fn a_wrong_byte_is_reported_at_its_place_in_the_embedded_text() {
        let (content, found) = decode("f", b"a\r\n\r\ncaf\xE9\r\n".to_vec());
        assert_eq!(content.text, "a\n\ncaf\u{FFFD}\n");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].span, Some(6..9));
        assert_eq!(&content.text[6..9], "\u{FFFD}");
    }

    proptest! {
        #[test]
        fn any_bytes_decode_and_spans_lie_on_characters(bytes in any::<Vec<u8>>()) {
            let (content, found) = decode("f", bytes);
            prop_assert_eq!(content.scannable().len(), content.text.len());
            for span in found.into_iter().filter_map(|found| found.span) {
                prop_assert!(content.text.get(span).is_some());
            }
        }
    }
}
