//! Timestamps with a digit too many or too few.

use std::collections::HashSet;

use super::Named;
use super::renaming::SHORTEST_TIMESTAMP;
use super::{tally, width};
use crate::diagnostics::Diagnostic;

/// `YYYYMMDDhhmmss`.
const USUAL: usize = 14;

/// The rule of [`judge_timestamps`], which an `allow` may name.
pub(in crate::validate) const TIMESTAMP_LENGTH: &str = "timestamp-length";

/// A timestamp with a digit too many comes after all later ones, one with a digit too few before all earlier ones.
/// `ups` are in order of version.
pub(in crate::validate) fn judge_timestamps(ups: &[Named<'_>], problems: &mut Vec<Diagnostic>) {
    let timestamps: Vec<(&Named<'_>, String)> = ups
        .iter()
        .filter(|up| width(up) >= SHORTEST_TIMESTAMP)
        .map(|up| (up, up.parsed.version.to_string()))
        .filter(|(_, digits)| digits.len() >= SHORTEST_TIMESTAMP)
        .collect();
    let counts = tally(timestamps.iter().map(|(_, digits)| digits.len()));
    let Some((usual, count)) = counts
        .iter()
        .max_by_key(|(length, count)| (*count, *length == USUAL, *length))
    else {
        return;
    };
    // Seconds since 1970 (`1738…`) are no typo among calendar times (`2025…`).
    let centuries: HashSet<&str> = timestamps
        .iter()
        .filter(|(_, digits)| digits.len() == *usual)
        .filter_map(|(_, digits)| digits.get(..2))
        .collect();
    for (up, digits) in &timestamps {
        let length = digits.len();
        // Where neither length is the more common one, only the usual form can say which is odd.
        let outnumbered = counts
            .iter()
            .any(|(own, few)| *own == length && few < count);
        if length.abs_diff(*usual) != 1
            || !(outnumbered || *usual == USUAL)
            || !digits
                .get(..2)
                .is_some_and(|century| centuries.contains(century))
        {
            continue;
        }
        let what = if up.file.contains('/') {
            "its folder"
        } else {
            "it"
        };
        let place = if length > *usual { "after" } else { "before" };
        problems.push(
            Diagnostic::warning(
                TIMESTAMP_LENGTH,
                up.shown,
                format!("version {digits} has {length} digits, but other timestamps have {usual}"),
            )
            .help(format!(
                "rename {what} before it is applied anywhere: it runs {place} all of them"
            ))
            .help(format!(
                "if it has been applied, allow it: `-- migrate: allow({TIMESTAMP_LENGTH}) <reason>`"
            )),
        );
    }
}
