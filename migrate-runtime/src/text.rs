//! Looking into texts with little code: what the standard library inlines for these is made for long
//! texts, and makes every program that embeds migrations some KiB larger.

/// Where `words` begin in a short `text`.
pub(crate) fn find(text: &str, words: &str) -> Option<usize> {
    (0..text.len()).find(|&at| text.get(at..).is_some_and(|rest| rest.starts_with(words)))
}

/// How many characters `text` has.
#[inline(never)]
pub(crate) fn characters(text: &str) -> usize {
    text.chars().count()
}

/// The byte at which the `number`th character begins, counted from 0; the end where there are fewer.
#[inline(never)]
pub(crate) fn byte_of(text: &str, number: usize) -> usize {
    let mut characters = text.char_indices();
    characters.nth(number).map_or(text.len(), |(byte, _)| byte)
}

/// A copy of a text that may be missing.
#[inline(never)]
pub(crate) fn owned(text: Option<&str>) -> Option<String> {
    text.map(str::to_owned)
}

/// What follows the first `character`.
#[inline(never)]
pub(crate) fn after(text: &str, character: char) -> Option<&str> {
    text.split_once(character).map(|(_, rest)| rest)
}
