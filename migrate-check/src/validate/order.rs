//! Whether the order of versions is the order one sees.

use std::collections::BTreeMap;

use super::names::Named;
use crate::diagnostics::Diagnostic;

/// Numbers at least this long are times, such as `20250131093000` or `1738315800`.
const SHORTEST_TIMESTAMP: usize = 10;

/// `YYYYMMDDhhmmss`.
const USUAL_TIMESTAMP: usize = 14;

/// The rule of [`judge_timestamps`], which an `allow` may name.
pub(super) const TIMESTAMP_LENGTH: &str = "timestamp-length";

/// File names whose alphabetical order is not that of their versions. `ups` are in order of version.
pub(super) fn judge_alphabet(ups: &[Named<'_>], problems: &mut Vec<Diagnostic>) {
    // If every neighbour is in order, all are.
    for (lower, higher) in ups.iter().zip(ups.iter().skip(1)) {
        if lower.file <= higher.file {
            continue;
        }
        let width = higher
            .parsed
            .digits
            .len()
            .max(lower.parsed.digits.len() + 1);
        let rest = lower
            .file
            .get(lower.parsed.digits.len()..)
            .unwrap_or_default();
        problems.push(
            Diagnostic::error(
                "alphabetical-order",
                lower.shown,
                format!(
                    "stands behind `{}` in alphabetical order, but version {} comes before {}",
                    higher.file, lower.parsed.version, higher.parsed.version
                ),
            )
            .help(format!(
                "pad the numbers with zeros to the same width: `{:0>width$}{rest}`",
                lower.parsed.digits
            ))
            .help("or say `order = numeric`: versions are then ordered as numbers whatever their names sort like"),
        );
    }
}

/// A timestamp with a digit too many stands behind all others for ever, one with a digit too few
/// before all others. `ups` are in order of version.
pub(super) fn judge_timestamps(ups: &[Named<'_>], problems: &mut Vec<Diagnostic>) {
    let timestamps: Vec<(&Named<'_>, &str)> = ups
        .iter()
        .map(|up| (up, up.parsed.digits.trim_start_matches('0')))
        .filter(|(_, digits)| digits.len() >= SHORTEST_TIMESTAMP)
        .collect();
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    for (_, digits) in &timestamps {
        *counts.entry(digits.len()).or_default() += 1;
    }
    let Some((usual, count)) = counts
        .iter()
        .max_by_key(|(length, count)| (**count, **length == USUAL_TIMESTAMP))
    else {
        return;
    };
    for (up, digits) in &timestamps {
        let length = digits.len();
        // Where nobody is in the majority, only the usual form can say which one is odd.
        let outnumbered = counts.get(&length).is_some_and(|own| own < count);
        // Seconds since 1970 (`1738…`) are no slip in a row of calendar times (`2025…`).
        let is_alike = |other: &str| other.len() == *usual && other.get(..2) == digits.get(..2);
        if length.abs_diff(*usual) != 1
            || !(outnumbered || *usual == USUAL_TIMESTAMP)
            || !timestamps.iter().any(|(_, other)| is_alike(other))
        {
            continue;
        }
        let (change, place) = if length > *usual {
            ("too many", "behind")
        } else {
            ("too few", "before")
        };
        problems.push(
            Diagnostic::warning(
                TIMESTAMP_LENGTH,
                up.shown,
                format!(
                    "version {} has a digit {change}: {length}, where other timestamps have {usual}",
                    up.parsed.version
                ),
            )
            .help(format!(
                "it stands {place} all of them for ever: rename it before it is applied anywhere"
            ))
            .help(format!(
                "where it has been applied already: `-- migrate: allow({TIMESTAMP_LENGTH}) <reason>`"
            )),
        );
    }
}
