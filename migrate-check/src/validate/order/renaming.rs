//! What to rename a file to, so that the order of names and that of versions agree.

use super::{Named, Place, label, width};
use crate::layouts::Sorting;

/// Versions with at least so many digits are times, such as `20250131093000` or `1738315800`.
pub(super) const SHORTEST_TIMESTAMP: usize = 10;

/// How many files are named where all have to be renamed.
const NAMED: usize = 2;

/// The name that would bring a file into order, if one can be told.
pub(super) fn suggest(place: &Place<'_>, usual: usize, sorting: Sorting) -> Option<String> {
    if let Sorting::Names(_) = sorting {
        return laid_out(place, usual);
    }
    let name = padded(place.ups.get(place.index)?, usual)?;
    let (before, after) = place.neighbours();
    let key = |index: Option<usize>| place.key(index?);
    let fits = key(before).is_none_or(|before| *before < name)
        && key(after).is_none_or(|after| name < *after);
    fits.then_some(name)
}

/// The same version with so many digits, if it has no more of its own.
fn padded(up: &Named<'_>, width: usize) -> Option<String> {
    let digits = up.parsed.digits;
    let rest = up.file.strip_prefix(digits)?;
    let number = digits.trim_start_matches('0');
    (number.len() <= width).then(|| format!("{number:0>width$}{rest}"))
}

/// One width for all versions, timestamps apart.
pub(super) fn pad_all(ups: &[Named<'_>]) -> String {
    let numbers: Vec<&Named<'_>> = ups
        .iter()
        .filter(|up| width(up) < SHORTEST_TIMESTAMP)
        .collect();
    let lengths = numbers.iter().map(|up| up.parsed.version.to_string().len());
    let widest = lengths.max().unwrap_or_default();
    let others: Vec<&Named<'_>> = numbers
        .into_iter()
        .filter(|up| width(up) != widest)
        .collect();
    let names = others.iter().take(NAMED).filter_map(|up| {
        let name = padded(up, widest)?;
        Some(format!("`{}` to `{name}`", label(up)))
    });
    let names: Vec<String> = names.collect();
    let more = match others.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(", and {more} more alike"),
    };
    format!(
        "pad all versions with zeros to {widest} digits: rename {}{more}",
        names.join(", ")
    )
}

/// The version in the form of the nearest version with the usual number of digits: a longer one loses its last digits,
/// a shorter one gets zeros, or nines where only these keep its place among the names.
///
/// `2026-05-27-120000` in the form of `2025-11-19-091444-0000` is `2026-05-27-120000-0000`.
fn laid_out(place: &Place<'_>, usual: usize) -> Option<String> {
    let up = place.ups.get(place.index)?;
    let key = place.key(place.index)?;
    // The tool's order is that of the names, so the place to keep is the one among those.
    let next = place
        .chain
        .partition_point(|member| place.key(*member) < Some(key));
    let neighbour = |at: Option<usize>| place.ups.get(*place.chain.get(at?)?);
    let (before, after) = (neighbour(next.checked_sub(1)), neighbour(Some(next)));
    let form = [before, after]
        .into_iter()
        .flatten()
        .find(|named| width(named) == usual)?
        .parsed
        .digits;
    let rest = label(up).strip_prefix(up.parsed.digits)?;
    ['0', '9'].into_iter().find_map(|filler| {
        let mut digits = up.parsed.digits.chars().filter(char::is_ascii_digit);
        let version: String = form
            .chars()
            .map(|place| match place {
                '0'..='9' => digits.next().unwrap_or(filler),
                other => other,
            })
            .collect();
        let plain: String = version.chars().filter(char::is_ascii_digit).collect();
        let number: i64 = plain.parse().ok()?;
        let name = format!("{version}{rest}");
        let fits = before
            .is_none_or(|before| before.parsed.version < number && label(before) < name.as_str())
            && after
                .is_none_or(|after| number < after.parsed.version && name.as_str() < label(after));
        fits.then_some(name)
    })
}
