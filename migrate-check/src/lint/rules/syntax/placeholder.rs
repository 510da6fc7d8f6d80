//! Placeholders that another tool would have filled in.

use super::case::Case;

/// What begins a placeholder, and what ends it; None for the end of the word.
const FORMS: &[(&str, Option<&str>)] = &[
    ("${", Some("}")),
    ("#{", Some("}")),
    ("{{", Some("}}")),
    ("{%", Some("%}")),
    ("<%", Some("%>")),
    ("{", Some("}")),
    ("%(", Some(")s")),
    (":'", Some("'")),
    (":\"", Some("\"")),
    ("$", None),
    (":", None),
    ("%", None),
];

/// A placeholder that begins at the token, or contains it.
pub(super) fn at_error<'a>(case: &Case<'a>) -> Option<&'a str> {
    // `{` is refused after the `$` of `${`, for example.
    let token = case.token(case.error)?;
    let starts = (0..=2).filter_map(|back| token.start.checked_sub(back));
    starts
        .rev()
        .find_map(|start| find(case.text, start, token.start))
}

/// One sentence of help.
pub(super) fn advise(placeholder: &str) -> String {
    format!(
        "`{placeholder}` is a placeholder: files are sent to the server as they are, so write the value itself"
    )
}

/// The placeholder that begins at `start` and reaches over `at`.
fn find(text: &str, start: usize, at: usize) -> Option<&str> {
    let rest = text.get(start..)?;
    FORMS.iter().find_map(|(open, close)| {
        let inside = rest.strip_prefix(open)?;
        let word = |char: char| char.is_ascii_alphanumeric() || char == '_';
        let length = match close {
            Some(close) => inside.find(close)? + close.len(),
            None if inside.starts_with(|char: char| char.is_ascii_alphabetic()) => {
                inside.find(|char| !word(char)).unwrap_or(inside.len())
            }
            None => return None,
        };
        let shown = rest.get(..open.len() + length)?;
        let reaches = start + shown.len() > at;
        (reaches && shown.len() <= 60 && !shown.contains('\n')).then_some(shown)
    })
}
