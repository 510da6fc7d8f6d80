//! Files -> migrations and everything that is wrong with them.
//!
//! A function of its arguments: no file is read here. No problem hides another: a file whose name is
//! wrong is still searched for wrong SQL, and one whose content cannot be read still counts when
//! versions are compared.

mod allowed;
mod names;
mod order;
mod script;

use self::names::{Named, Pair};
use self::script::Judged;
use crate::diagnostic::Diagnostic;
use crate::directive::{Allow, RuleNames};
use crate::encoding::Content;
use crate::file_name::{Direction, FileName};
use crate::layout::Format;
use crate::migration::{Migration, Transaction};
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
) -> (Vec<Migration>, Vec<Diagnostic>) {
    let rules = allowed::names();
    let format = settings.layout.format();
    let mut problems = Vec::new();
    let mut named = Vec::new();
    let mut misnamed = Vec::new();
    let mut judged = Vec::new();
    // Of each file, where in `judged` its directions stand.
    let mut places = Vec::with_capacity(files.len());
    for file in files {
        let first = judged.len();
        let directions = judge(file, format, settings, &rules, &mut judged, &mut problems);
        places.push(first..judged.len());
        let Some(name) = file.name else { continue };
        match (format.parse)(name) {
            Ok(parsed) => named.extend((first..judged.len()).map(|index| {
                let direction = directions.get(index - first).copied();
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
    if settings.order == Order::Alphabetical && format.alphabetical {
        order::judge_alphabet(&ups, &mut problems);
    }
    order::judge_timestamps(&ups, &mut problems);
    for down in named
        .iter()
        .filter(|file| file.parsed.direction == Direction::Down)
    {
        let directives = judged.get(down.index).and_then(Option::as_ref);
        if let Some(span) = directives.and_then(|judged| judged.directives.out_of_order.clone()) {
            problems.push(
                Diagnostic::error(
                    "malformed-directive",
                    down.shown,
                    "`out-of-order` in a down file has no effect",
                )
                .at(span)
                .help("move it to the file that applies this version"),
            );
        }
    }
    for (file, place) in files.iter().zip(places) {
        let judged = judged.get(place).unwrap_or_default();
        let allows: Vec<&Allow> = judged
            .iter()
            .flatten()
            .flat_map(|judged| &judged.directives.allows)
            .collect();
        allowed::apply(file.shown, &allows, &mut problems);
    }
    let migrations = pairs
        .values()
        .filter_map(|pair| migration(pair, &mut judged));
    (migrations.collect(), problems)
}

/// Judges what `file` holds: one direction, the one its name says, or those that its marks say, which
/// are returned.
fn judge(
    file: &File<'_>,
    format: &Format,
    settings: &Settings,
    rules: &RuleNames,
    judged: &mut Vec<Option<Judged>>,
    problems: &mut Vec<Diagnostic>,
) -> Vec<Direction> {
    let name = file.name.unwrap_or(file.shown);
    let (content, split) = match (file.content, format.split) {
        (Some(content), Some(split)) => (content, split(content.scannable())),
        (content, _) => {
            let shown = file.shown;
            judged.push(content.map(|content| {
                script::judge(
                    name,
                    shown,
                    content,
                    file.transaction,
                    settings,
                    rules,
                    problems,
                )
            }));
            return Vec::new();
        }
    };
    problems.extend(split.problems.into_iter().map(|unclear| {
        Diagnostic::error("unclear-mark", file.shown, unclear.message)
            .at(unclear.span)
            .help(unclear.help)
    }));
    let sections = split.sections.iter();
    judged.extend(sections.map(|section| {
        let shown = file.shown;
        let section =
            script::judge_section(name, shown, content, section, settings, rules, problems);
        Some(section)
    }));
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
