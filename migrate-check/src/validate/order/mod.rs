//! Whether versions run in the order in which a person reads the file names.

mod chain;
mod renaming;
mod timestamps;

use self::chain::longest_chain;
use self::renaming::{SHORTEST_TIMESTAMP, pad_all, suggest};
pub(super) use self::timestamps::{TIMESTAMP_LENGTH, judge_timestamps};
use super::names::Named;
use crate::diagnostics::Diagnostic;
use crate::layouts::Sorting;

/// File names whose order is not that of their versions. `ups` are in order of version.
///
/// Where the two disagree, the files to rename are those outside of the longest chain in which they agree. One file
/// with a zero too many among a hundred others is one error, and names that one.
pub(super) fn judge_names(ups: &[Named<'_>], sorting: Sorting, problems: &mut Vec<Diagnostic>) {
    let Some(keys) = sort_keys(ups, sorting) else {
        return;
    };
    // If every neighbour is in order, all are.
    if keys.is_sorted() {
        return;
    }
    let usual = usual_width(ups);
    let mut by_name: Vec<usize> = (0..ups.len()).collect();
    by_name.sort_by(|a, b| keys.get(*a).cmp(&keys.get(*b)));
    let mut ranks = vec![0; ups.len()];
    for (rank, index) in by_name.iter().enumerate() {
        if let Some(place) = ranks.get_mut(*index) {
            *place = rank;
        }
    }
    let is_usual = |index: usize| ups.get(index).is_some_and(|up| width(up) == usual);
    let in_chain = longest_chain(&ranks, is_usual);
    let chain: Vec<usize> = (0..ups.len())
        .filter(|index| in_chain.get(*index) == Some(&true))
        .collect();
    let mut found = Vec::new();
    for (index, up) in ups.iter().enumerate() {
        if in_chain.get(index) == Some(&true) {
            continue;
        }
        let place = Place {
            ups,
            keys: &keys,
            chain: &chain,
            index,
        };
        let problem = Diagnostic::error("alphabetical-order", up.shown, place.describe());
        found.push((problem, suggest(&place, usual, sorting)));
    }
    // Many of them, or one that has no room for its digits: all names need one width, and one error says so.
    let is_general = found.len() > MOST || found.iter().any(|(_, name)| name.is_none());
    if let Sorting::Agreeing = sorting
        && usual < SHORTEST_TIMESTAMP
        && is_general
        && let Some((problem, _)) = found.first()
    {
        let problem = problem.clone().help(pad_all(ups));
        problems.push(finish(problem, sorting));
        return;
    }
    // Where a migration is a folder, the file inside keeps its name.
    let what = if ups.iter().any(|up| up.file.contains('/')) {
        "its folder"
    } else {
        "it"
    };
    problems.extend(found.into_iter().map(|(problem, name)| {
        match name {
            Some(name) => finish(problem.help(format!("rename {what} to `{name}`")), sorting),
            // Numeric order would leave it where a typo has put it.
            None => problem.help(format!(
                "rename {what} so that its version has {usual} digits, as the others have"
            )),
        }
    }));
}

/// From so many files on, one error is for all of them.
const MOST: usize = 3;

/// A file outside of the chain.
struct Place<'p> {
    ups: &'p [Named<'p>],
    keys: &'p [String],
    /// The files that are in order.
    chain: &'p [usize],
    index: usize,
}

impl<'p> Place<'p> {
    /// The nearest files of the chain, by version.
    fn neighbours(&self) -> (Option<usize>, Option<usize>) {
        let next = self.chain.partition_point(|member| *member < self.index);
        let before = next.checked_sub(1).and_then(|last| self.chain.get(last));
        (before.copied(), self.chain.get(next).copied())
    }

    fn key(&self, index: usize) -> Option<&'p String> {
        self.keys.get(index)
    }

    fn describe(&self) -> String {
        let (before, after) = self.neighbours();
        let named = |index: usize| self.ups.get(index).map_or("", label);
        match (before, after) {
            (_, Some(after)) if self.key(self.index) > self.key(after) => {
                format!("sorts after `{}` but runs before it", named(after))
            }
            (Some(before), _) => format!("sorts before `{}` but runs after it", named(before)),
            _ => "does not sort where its version belongs".to_owned(),
        }
    }
}

fn finish(problem: Diagnostic, sorting: Sorting) -> Diagnostic {
    match sorting {
        // The tool has run the files in the order of their names: numeric order would be another one.
        Sorting::Names(_) => problem
            .help("if it has been applied, rename it in the tool's history table as well"),
        Sorting::Agreeing | Sorting::Numbers => problem.help(
            "or set `order = numeric` to run versions in numeric order, whatever their names sort like",
        ),
    }
}

/// What the names are sorted by; None where any order of names is right.
fn sort_keys(ups: &[Named<'_>], sorting: Sorting) -> Option<Vec<String>> {
    match sorting {
        Sorting::Numbers => None,
        Sorting::Agreeing => Some(ups.iter().map(|up| up.file.to_owned()).collect()),
        Sorting::Names(key) => Some(ups.iter().map(|up| key(&up.parsed)).collect()),
    }
}

/// The file, or the folder of a migration that has one.
fn label<'f>(named: &Named<'f>) -> &'f str {
    named.file.split('/').next().unwrap_or(named.file)
}

/// How many digits a version is written with.
fn width(named: &Named<'_>) -> usize {
    let digits = named.parsed.digits.bytes();
    digits.filter(u8::is_ascii_digit).count()
}

/// The width that most versions have, and the larger one of two equally common: shorter numbers can be padded.
fn usual_width(ups: &[Named<'_>]) -> usize {
    let counts = tally(ups.iter().map(width));
    let most = counts.iter().max_by_key(|(width, count)| (*count, *width));
    most.map_or(0, |(width, _)| *width)
}

/// How often each number occurs. Few are different.
fn tally(numbers: impl Iterator<Item = usize>) -> Vec<(usize, usize)> {
    let mut counts: Vec<(usize, usize)> = Vec::new();
    for number in numbers {
        match counts.iter_mut().find(|(known, _)| *known == number) {
            Some((_, count)) => *count += 1,
            None => counts.push((number, 1)),
        }
    }
    counts
}
