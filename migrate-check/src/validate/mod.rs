//! Files -> migrations and everything that is wrong with them.
//!
//! A function of its arguments: no file is read here. No problem hides another: a file whose name is
//! wrong is still searched for wrong SQL, and one whose content cannot be read still counts when
//! versions are compared.

mod names;
mod order;
mod repeats;
mod script;
mod suppression;

use std::cell::LazyCell;
use std::collections::BTreeMap;
use std::mem;
use std::ops::Range;

use self::names::{Named, Pair};
pub(crate) use self::repeats::count_files;
use self::script::{Judge, Judged};
use crate::catalog::Catalog;
use crate::diagnostics::Diagnostic;
use crate::directives::{Allow, Directives};
use crate::files::{Content, Direction, FileName, Misnamed};
use crate::layouts::Format;
#[cfg(any(test, feature = "meaning"))]
use crate::lint;
use crate::lint::Selection;
use crate::migration::{Migration, Procedures, Transaction};
#[cfg(any(test, feature = "meaning"))]
use crate::resolve::{Part, Resolver};
use crate::settings::{Order, Settings};

/// One file to validate.
#[derive(Debug, Clone, Copy)]
pub(crate) struct File<'f> {
    /// Its name; None where it is not UTF-8.
    pub(crate) name: Option<&'f str>,
    /// As diagnostics name it.
    pub(crate) shown: &'f str,
    /// What it holds; None where it cannot be read.
    pub(crate) content: Option<&'f Content>,
    /// Whether what lies beside it says that it runs outside a transaction.
    pub(crate) transaction: Transaction,
}

/// Validates `files`, which are in alphabetical order of their names. The migrations are complete
/// only when no diagnostic is an error.
pub(crate) fn validate(
    files: &[File<'_>],
    settings: &Settings,
    #[cfg(any(test, feature = "meaning"))] before: &[Part],
) -> (Vec<Migration>, Vec<Diagnostic>) {
    let rules = suppression::names();
    let format = settings.layout.format();
    #[cfg(any(test, feature = "meaning"))]
    let resolver = {
        let mut resolver = Resolver::after(before);
        resolver.assume_history(&settings.table);
        resolver
    };
    let mut judge = Judge {
        settings,
        names: &rules,
        selection: Selection::of(settings),
        catalog: Catalog::default(),
        procedures: Procedures::default(),
        #[cfg(any(test, feature = "meaning"))]
        resolves: lint::resolves(settings),
        #[cfg(any(test, feature = "meaning"))]
        resolver,
        problems: Vec::new(),
    };
    let parsed: Vec<Option<Result<FileName<'_>, Misnamed>>> = files
        .iter()
        .map(|file| file.name.map(format.parse))
        .collect();
    let mut judged = Vec::new();
    // For each file: which directions it has, and their indexes in `judged`.
    let mut places = vec![(0..0, Vec::new()); files.len()];
    for index in in_order(&parsed) {
        let (Some(file), Some(place)) = (files.get(index), places.get_mut(index)) else {
            continue;
        };
        let parsed = parsed.get(index).and_then(Option::as_ref);
        let parsed = parsed.and_then(|parsed| parsed.as_ref().ok());
        let first = judged.len();
        let directions = judge_file(file, parsed, format, &mut judge, &mut judged);
        *place = (first..judged.len(), directions);
    }
    let mut problems = judge.problems;
    #[cfg(any(test, feature = "meaning"))]
    problems.extend(lint::with_levels(judge.resolver.problems, settings));
    let mut named = Vec::new();
    let mut misnamed = Vec::new();
    for ((file, parsed), (place, directions)) in files.iter().zip(parsed).zip(&places) {
        let (Some(name), Some(parsed)) = (file.name, parsed) else {
            continue;
        };
        match parsed {
            Ok(parsed) => named.extend(place.clone().map(|index| {
                let direction = directions.get(index - place.start).copied();
                let direction = direction.unwrap_or(parsed.direction);
                Named {
                    file: name,
                    shown: file.shown,
                    parsed: FileName {
                        direction,
                        ..parsed
                    },
                    index,
                }
            })),
            Err(wrong) => {
                misnamed.push(name);
                problems.push(
                    Diagnostic::error("misnamed", file.shown, wrong.message).help(wrong.help),
                );
            }
        }
    }
    let pairs = names::pair(&named, &misnamed, format, &mut problems);
    let ups: Vec<Named<'_>> = pairs.values().filter_map(|pair| pair.up).collect();
    if settings.order == Order::Alphabetical {
        order::judge_names(&ups, format.sorting, &mut problems);
    }
    order::judge_timestamps(&ups, &mut problems);
    judge_down_files(&named, &judged, &mut problems);
    let problems = apply_allows(files, &places, &named, &judged, settings, problems);
    let problems = repeats::merge(files, problems);
    let migrations = pairs
        .values()
        .filter_map(|pair| migration(pair, &mut judged));
    (migrations.collect(), problems)
}

/// What a down file says and cannot mean.
fn judge_down_files(
    named: &[Named<'_>],
    judged: &[Option<Judged>],
    problems: &mut Vec<Diagnostic>,
) {
    for down in named
        .iter()
        .filter(|file| file.parsed.direction == Direction::Down)
    {
        let Some(judged) = judged.get(down.index).and_then(Option::as_ref) else {
            continue;
        };
        let Directives {
            out_of_order,
            flush,
            ..
        } = &judged.directives;
        for (span, message, help) in [
            (
                out_of_order,
                "`out-of-order` in a down file has no effect",
                "move it to the file that applies this version",
            ),
            (
                flush,
                "`flush` in a down file has no effect: each migration that is reverted is flushed by itself",
                "delete the directive",
            ),
        ] {
            if let Some(span) = span {
                let problem = Diagnostic::error("malformed-directive", down.shown, message);
                problems.push(problem.at(span.clone()).help(help));
            }
        }
    }
}

/// The problems that are left when each file's directives have allowed theirs, and the directives that
/// allow nothing.
fn apply_allows(
    files: &[File<'_>],
    places: &[(Range<usize>, Vec<Direction>)],
    named: &[Named<'_>],
    judged: &[Option<Judged>],
    settings: &Settings,
    problems: Vec<Diagnostic>,
) -> Vec<Diagnostic> {
    // Few files allow anything.
    let versions = LazyCell::new(|| {
        let mut versions = vec![None; files.len()];
        for file in named {
            if let Some(version) = versions.get_mut(file.index) {
                *version = Some(file.parsed.version);
            }
        }
        versions
    });
    let mut indexes: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, file) in files.iter().enumerate() {
        indexes.entry(file.shown).or_insert(index);
    }
    let mut of_files: Vec<Vec<Diagnostic>> = files.iter().map(|_| Vec::new()).collect();
    let mut of_directory = Vec::new();
    for problem in problems {
        let index = indexes.get(problem.file.as_str());
        match index.and_then(|index| of_files.get_mut(*index)) {
            Some(of_file) => of_file.push(problem),
            None => of_directory.push(problem),
        }
    }
    let mut left = Vec::new();
    for (index, (file, (place, _))) in files.iter().zip(places).enumerate() {
        let judged = judged.get(place.clone()).unwrap_or_default();
        let allows: Vec<&Allow> = judged
            .iter()
            .flatten()
            .flat_map(|judged| &judged.directives.allows)
            .collect();
        let mut of_file = of_files.get_mut(index).map(mem::take).unwrap_or_default();
        if !allows.is_empty() {
            let version = versions.get(index).copied().flatten();
            suppression::apply(file.shown, &allows, version, settings, &mut of_file);
        }
        left.append(&mut of_file);
    }
    left.append(&mut of_directory);
    left
}

/// Every file's index, in the order in which they run: what a file may rely on comes before it. Those
/// whose names say nothing come last.
fn in_order(parsed: &[Option<Result<FileName<'_>, Misnamed>>]) -> Vec<usize> {
    let mut order: Vec<(usize, Option<(i64, Direction)>)> = parsed
        .iter()
        .map(|parsed| match parsed {
            Some(Ok(parsed)) => Some((parsed.version, parsed.direction)),
            _ => None,
        })
        .enumerate()
        .collect();
    order.sort_by_key(|(_, place)| (place.is_none(), *place));
    order.into_iter().map(|(index, _)| index).collect()
}

/// Judges what `file` holds: one direction, the one its name says, or those that its marks say, which
/// are returned.
fn judge_file(
    file: &File<'_>,
    parsed: Option<&FileName<'_>>,
    format: &Format,
    judge: &mut Judge<'_>,
    judged: &mut Vec<Option<Judged>>,
) -> Vec<Direction> {
    let Some(content) = file.content else {
        judged.push(None);
        return Vec::new();
    };
    let task = script::File {
        name: file.name.unwrap_or(file.shown),
        shown: file.shown,
        content,
        transaction: file.transaction,
        version: parsed.map(|parsed| parsed.version),
        direction: parsed.map_or(Direction::Up, |parsed| parsed.direction),
        offset: 0,
    };
    let Some(split) = format.split else {
        judged.push(Some(judge.judge(&task)));
        return Vec::new();
    };
    let split = split(content.scannable());
    let unclear = split.problems.into_iter().map(|unclear| {
        Diagnostic::error("unclear-mark", file.shown, unclear.message)
            .at(unclear.span)
            .help(unclear.help)
    });
    judge.problems.extend(unclear);
    let sections = split.sections.iter();
    judged.extend(sections.map(|section| Some(judge.judge_section(&task, section))));
    let directions = split.sections.iter().map(|section| section.direction);
    directions.collect()
}

/// Puts the two directions of a version together.
fn migration(pair: &Pair<'_>, judged: &mut [Option<Judged>]) -> Option<Migration> {
    let mut take = |file: Named<'_>| judged.get_mut(file.index).and_then(Option::take);
    let up = pair.up?;
    let applies = take(up)?;
    Some(Migration {
        version: up.parsed.version,
        name: up.parsed.name.to_owned(),
        out_of_order: up.parsed.out_of_order || applies.directives.out_of_order.is_some(),
        up: applies.script,
        down: pair.down.and_then(take).map(|reverts| reverts.script),
    })
}
