//! What file names say about each other: the same version twice, one that differs only in case, a
//! down file without its up file.

use std::collections::BTreeMap;

use crate::diagnostics::Diagnostic;
use crate::files::{Direction, FileName};
use crate::layouts::Format;

/// A file whose name follows the grammar.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named<'f> {
    /// Its name, e.g. `0002_users.sql`.
    pub(super) file: &'f str,
    /// As diagnostics name it, e.g. `migrations/0002_users.sql`.
    pub(super) shown: &'f str,
    /// The name taken apart.
    pub(super) parsed: FileName<'f>,
    /// Its place among all files.
    pub(super) index: usize,
}

/// The files of one version: the first of either direction, in alphabetical order.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Pair<'f> {
    pub(super) up: Option<Named<'f>>,
    pub(super) down: Option<Named<'f>>,
}

/// Brings the files of each version together. `files` are in alphabetical order; `misnamed` are the
/// names of those that do not follow the grammar.
pub(super) fn pair<'f>(
    files: &[Named<'f>],
    misnamed: &[&str],
    format: &Format,
    problems: &mut Vec<Diagnostic>,
) -> BTreeMap<i64, Pair<'f>> {
    let mut pairs: BTreeMap<i64, Pair<'f>> = BTreeMap::new();
    for file in files {
        let pair = pairs.entry(file.parsed.version).or_default();
        let place = match file.parsed.direction {
            Direction::Up => &mut pair.up,
            Direction::Down => &mut pair.down,
        };
        match place {
            None => *place = Some(*file),
            Some(first) => problems.push(twice(*first, *file)),
        }
    }
    for pair in pairs.values() {
        match (pair.up, pair.down) {
            (None, Some(down)) if !misnamed.iter().any(|name| may_belong(name, down)) => {
                problems.push(down_without_up(down, format));
            }
            (Some(up), Some(down))
                if !belongs(up, down) && !files.iter().any(|file| belongs(*file, down)) =>
            {
                problems.push(unlike(up, down, format));
            }
            _ => {}
        }
    }
    pairs
}

/// Whether a file that is wrongly named is likely the up file of `down`: one slip, one error.
fn may_belong(misnamed: &str, down: Named<'_>) -> bool {
    misnamed
        .strip_prefix(down.parsed.digits)
        .is_some_and(|rest| !rest.starts_with(|next: char| next.is_ascii_digit()))
}

fn belongs(up: Named<'_>, down: Named<'_>) -> bool {
    up.parsed.direction == Direction::Up && up.parsed.stem == down.parsed.stem
}

fn twice(first: Named<'_>, second: Named<'_>) -> Diagnostic {
    if first.file.eq_ignore_ascii_case(second.file) {
        return Diagnostic::error(
            "case-clash",
            second.shown,
            format!("differs from `{}` only in case", first.file),
        )
        .help("on Windows and macOS the two are one file: delete or rename one of them");
    }
    let version = second.parsed.version;
    Diagnostic::error(
        "duplicate-version",
        second.shown,
        format!("version {version} is taken by `{}`", first.file),
    )
    .help("give the one that has been applied nowhere yet a number of its own")
}

fn down_without_up(down: Named<'_>, format: &Format) -> Diagnostic {
    let up = (format.spell)(down.parsed.stem, Direction::Up);
    Diagnostic::error(
        "down-without-up",
        down.shown,
        format!(
            "reverts version {}, which no file applies",
            down.parsed.version
        ),
    )
    .help(format!("add `{up}`, or delete this file"))
}

/// The likely story is a file that was renamed or renumbered and left its other half behind.
fn unlike(up: Named<'_>, down: Named<'_>, format: &Format) -> Diagnostic {
    Diagnostic::error(
        "unlike-down",
        down.shown,
        format!("reverts version {}, but `{}` applies it", down.parsed.version, up.file),
    )
    .help(format!(
        "if the two belong together, rename this one to `{}`; if not, give it the number of its own up file",
        (format.spell)(up.parsed.stem, Direction::Down)
    ))
}
