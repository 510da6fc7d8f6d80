//! What file names say about each other: a version used twice, names that differ only in case, a down file without
//! its up file.

use std::collections::{BTreeMap, HashSet};

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
    let mut repeated = Vec::new();
    for file in files {
        let pair = pairs.entry(file.parsed.version).or_default();
        let place = match file.parsed.direction {
            Direction::Up => &mut pair.up,
            Direction::Down => &mut pair.down,
        };
        match place {
            None => *place = Some(*file),
            Some(first) => repeated.push((*first, *file)),
        }
    }
    for (first, second) in repeated {
        let is_free = |version| !pairs.contains_key(&version);
        problems.push(twice(first, second, format, is_free));
    }
    // Sets, because a directory may hold thousands of each.
    let stems: HashSet<&str> = files
        .iter()
        .filter(|file| file.parsed.direction == Direction::Up)
        .map(|file| file.parsed.stem)
        .collect();
    let misnamed: HashSet<&str> = misnamed.iter().flat_map(|name| versions(name)).collect();
    for pair in pairs.values() {
        match (pair.up, pair.down) {
            // A misnamed file with the same number is likely the missing one: one mistake, one error.
            (None, Some(down)) if !misnamed.contains(down.parsed.digits) => {
                problems.push(down_without_up(down, format));
            }
            (Some(up), Some(down)) if !stems.contains(down.parsed.stem) => {
                problems.push(unlike(up, down, format));
            }
            _ => {}
        }
    }
    pairs
}

/// The versions that a name may begin with: digits alone, and with hyphens between them as diesel has it.
fn versions(name: &str) -> [&str; 2] {
    let front = |belongs: fn(char) -> bool| {
        let end = name.find(|character: char| !belongs(character));
        name.get(..end.unwrap_or(name.len())).unwrap_or_default()
    };
    let hyphened = front(|character| character.is_ascii_digit() || character == '-');
    [
        front(|character| character.is_ascii_digit()),
        hyphened.trim_end_matches('-'),
    ]
}

fn twice(
    first: Named<'_>,
    second: Named<'_>,
    format: &Format,
    is_free: impl Fn(i64) -> bool,
) -> Diagnostic {
    if first.file.eq_ignore_ascii_case(second.file) {
        return Diagnostic::error(
            "case-clash",
            second.shown,
            format!("differs from `{}` only in case", first.file),
        )
        .help("rename or delete one of the two: on Windows and macOS they are the same file");
    }
    let version = second.parsed.version;
    let problem = Diagnostic::error(
        "duplicate-version",
        second.shown,
        format!("version {version} is also the version of `{}`", first.file),
    );
    let renumber = "renumber whichever of the two has not been applied anywhere";
    let Some(tool) = format.keyed_by_name else {
        return problem.help(renumber);
    };
    let next = version.checked_add(1).filter(|next| is_free(*next));
    let rename = match next.and_then(|next| renumbered(second.parsed, next)) {
        Some(stem) => format!(
            "rename this one to `{}`",
            (format.spell)(&stem, second.parsed.direction)
        ),
        None => "give this one and those after it higher numbers".to_owned(),
    };
    problem.help(format!(
        "{renumber}; if {tool} has applied both, {rename}: `migrate adopt` finds their rows by the names"
    ))
}

/// The stem of the file with another version of the same width.
fn renumbered(parsed: FileName<'_>, version: i64) -> Option<String> {
    let digits = parsed.digits;
    let rest = parsed.stem.strip_prefix(digits)?;
    let number = format!("{version:0width$}", width = digits.len());
    (number.len() == digits.len()).then(|| number + rest)
}

fn down_without_up(down: Named<'_>, format: &Format) -> Diagnostic {
    let up = (format.spell)(down.parsed.stem, Direction::Up);
    Diagnostic::error(
        "down-without-up",
        down.shown,
        format!(
            "reverts version {}, but no file applies it",
            down.parsed.version
        ),
    )
    .help(format!("add `{up}`, or delete this file"))
}

/// Most likely a file was renamed or renumbered, and its down file was not.
fn unlike(up: Named<'_>, down: Named<'_>, format: &Format) -> Diagnostic {
    Diagnostic::error(
        "unlike-down",
        down.shown,
        format!(
            "reverts version {}, but is not named like `{}`, which applies it",
            down.parsed.version, up.file
        ),
    )
    .help(format!(
        "rename it to `{}` if the two belong together; otherwise give it the version of its own migration",
        (format.spell)(up.parsed.stem, Direction::Down)
    ))
}
