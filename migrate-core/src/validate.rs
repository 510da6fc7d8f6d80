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
use crate::encoding::Content;
use crate::file_name::{self, Direction};
use crate::migration::Migration;
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
}

/// Validates `files`, which are in alphabetical order of their names. The migrations are complete
/// only when no diagnostic is an error.
pub(crate) fn validate(
    files: &[File<'_>],
    settings: &Settings,
) -> (Vec<Migration>, Vec<Diagnostic>) {
    let rules = allowed::names();
    let mut problems = Vec::new();
    let mut named = Vec::new();
    let mut misnamed = Vec::new();
    let mut judged = Vec::new();
    for (index, file) in files.iter().enumerate() {
        judged.push(file.content.map(|content| {
            let name = file.name.unwrap_or(file.shown);
            script::judge(name, file.shown, content, settings, &rules, &mut problems)
        }));
        let Some(name) = file.name else { continue };
        match file_name::parse(name) {
            Ok(parsed) => named.push(Named {
                file: name,
                shown: file.shown,
                parsed,
                index,
            }),
            Err(wrong) => {
                misnamed.push(name);
                problems.push(
                    Diagnostic::error("misnamed", file.shown, wrong.message).help(wrong.help),
                );
            }
        }
    }
    let pairs = names::pair(&named, &misnamed, &mut problems);
    let ups: Vec<Named<'_>> = pairs.values().filter_map(|pair| pair.up).collect();
    if settings.order == Order::Alphabetical {
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
    for (file, judged) in files.iter().zip(&judged) {
        let allows = judged
            .as_ref()
            .map(|judged| judged.directives.allows.as_slice());
        allowed::apply(file.shown, allows.unwrap_or_default(), &mut problems);
    }
    let migrations = pairs
        .values()
        .filter_map(|pair| migration(pair, &mut judged));
    (migrations.collect(), problems)
}

/// Puts the two files of a version together.
fn migration(pair: &Pair<'_>, judged: &mut [Option<Judged>]) -> Option<Migration> {
    let mut take = |file: Named<'_>| judged.get_mut(file.index).and_then(Option::take);
    let up = pair.up?;
    let applies = take(up)?;
    Some(Migration {
        version: up.parsed.version,
        name: up.parsed.name.to_owned(),
        out_of_order: applies.directives.out_of_order.is_some(),
        up: applies.script,
        down: pair.down.and_then(take).map(|reverts| reverts.script),
    })
}
