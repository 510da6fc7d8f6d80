//! Directives that do not change what a file does: `allow`, `out-of-order` and `flush`.
//!
//! They are often added to an applied file because a warning or an error asks for them, or one database needs them, and that
//! must not make the file count as edited. So the checksum leaves out their lines.

use super::fragment::Fragment;
use super::{ALLOW, FLUSH, Form, OUT_OF_ORDER, comments, is_of_word};
use crate::diagnostics::Span;

/// The whole line of `comment`, with its line ending, if it holds only such a directive.
pub(super) fn line(text: &str, comment: Fragment<'_>) -> Option<Span> {
    let Some(Form::Directive(directive)) = Form::of(comment) else {
        return None;
    };
    let (name, _) = directive.split_while(is_of_word);
    if ![ALLOW, OUT_OF_ORDER, FLUSH].contains(&name.text)
        || !comments::has_line_of_its_own(text, comment)
    {
        return None;
    }
    let Span { start, end } = comment.span();
    let before = text.get(..start)?;
    let start = before.rfind(['\n', '\r']).map_or(0, |ended| ended + 1);
    let after = text.get(end..)?;
    let ending = ["\r\n", "\n", "\r"]
        .into_iter()
        .find(|ending| after.starts_with(ending));
    Some(start..end + ending.map_or(0, str::len))
}

/// `text` without these lines, which must be in order; None if there are none.
pub(crate) fn remove(text: &str, lines: &[Span]) -> Option<String> {
    if lines.is_empty() {
        return None;
    }
    let mut left = String::with_capacity(text.len());
    let mut from = 0;
    for line in lines {
        left.push_str(text.get(from..line.start).unwrap_or_default());
        from = line.end;
    }
    left.push_str(text.get(from..).unwrap_or_default());
    Some(left)
}
