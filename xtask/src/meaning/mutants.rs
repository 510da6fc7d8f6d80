//! Sets with one mistake: what the server refuses, the build should refuse at the same statement, and nothing else.

use std::collections::BTreeMap;

use migrate_sql::scanner::TokenKind;
use migrate_sql::splitter::analyse;

use super::Oracle;
use super::set::{Script, Set, check, split};
use super::verdicts::Verdicts;
use crate::Outcome;

/// A small generator of numbers, so that a seed gives the same mistakes everywhere.
struct Draw(u64);

impl Draw {
    fn next(&mut self, below: usize) -> usize {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        usize::try_from(mixed % u64::try_from(below.max(1)).unwrap_or(1)).unwrap_or_default()
    }
}

/// What came of the mistakes with one SQLSTATE.
#[derive(Default)]
struct Tally {
    refused: usize,
    caught: usize,
}

/// Compares `count` mistakes a set; how many valid statements are refused.
pub(super) fn compare(
    oracle: &Oracle,
    verdicts: &Verdicts,
    sets: &[Set],
    seed: u64,
    count: usize,
) -> Outcome<usize> {
    let mut draw = Draw(seed);
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    let mut kinds: BTreeMap<&'static str, Tally> = BTreeMap::new();
    let mut survivors = 0;
    let mut wrong = 0;
    for set in sets {
        for number in 0..count {
            let Some(Mutant { kind, what, files }) = mutate(&set.files, number % 2 == 0, &mut draw)
            else {
                continue;
            };
            if files.is_empty() || files.iter().any(|file| file.text.is_empty()) {
                continue;
            }
            let verdict = verdicts.ask(oracle, &files)?;
            let first = check(&files, &set.settings).into_iter().next();
            let end = verdict
                .as_ref()
                .map_or((usize::MAX, 0), |verdict| verdict.at);
            if let Some(first) = first.as_ref().filter(|first| first.at < end) {
                wrong += 1;
                let file = files.get(first.at.0).map_or("", |file| file.name.as_str());
                println!(
                    "    REFUSED {} {kind} {what}: {file} statement {}: {}; the server: {:?}",
                    set.name,
                    first.at.1 + 1,
                    first.message,
                    verdict
                );
            }
            let Some(verdict) = verdict else {
                survivors += 1;
                continue;
            };
            let is_caught = first.is_some_and(|first| first.at == verdict.at);
            for tally in [
                tallies.entry(verdict.code.clone()).or_default(),
                kinds.entry(kind).or_default(),
            ] {
                tally.refused += 1;
                tally.caught += usize::from(is_caught);
            }
            if !is_caught {
                let file = files
                    .get(verdict.at.0)
                    .map_or("", |file| file.name.as_str());
                println!(
                    "    missed {} {kind} {what}: {file} statement {}: {} {}",
                    set.name,
                    verdict.at.1 + 1,
                    verdict.code,
                    verdict.message
                );
            }
        }
    }
    let total: usize = tallies.values().map(|tally| tally.refused).sum();
    let caught: usize = tallies.values().map(|tally| tally.caught).sum();
    for (code, tally) in &tallies {
        println!("    {code}: {} of {}", tally.caught, tally.refused);
    }
    for (kind, tally) in &kinds {
        println!("    {kind}: {} of {}", tally.caught, tally.refused);
    }
    println!(
        "mistakes (seed {seed}): the server refuses {total}, the build {caught} of them at the same statement; \
         of {survivors} that the server takes, and of statements before, it refuses {wrong}"
    );
    Ok(wrong)
}

/// A set with one mistake.
struct Mutant {
    kind: &'static str,
    /// Which name or file it is about.
    what: String,
    files: Vec<Script>,
}

fn mutate(files: &[Script], is_typo: bool, draw: &mut Draw) -> Option<Mutant> {
    if files.is_empty() {
        return None;
    }
    let mut files = files.to_vec();
    if is_typo {
        let mut places = Vec::new();
        for (number, file) in files.iter().enumerate() {
            let analysis = analyse(&file.text);
            let names = analysis
                .tokens
                .iter()
                .filter(|token| token.kind == TokenKind::Ident && token.end - token.start > 2);
            places.extend(names.map(|token| (number, token.range())));
        }
        let (number, range) = places.get(draw.next(places.len()))?.clone();
        let file = files.get_mut(number)?;
        let name = file.text.get(range.clone())?.to_owned();
        let mut letters: Vec<char> = name.chars().collect();
        let at = 1 + draw.next(letters.len().saturating_sub(2));
        match draw.next(3) {
            0 => letters.insert(at, 'q'),
            1 if letters.len() > 3 => {
                letters.remove(at);
            }
            _ => *letters.get_mut(at)? = 'z',
        }
        let typo: String = letters.into_iter().collect();
        file.text.replace_range(range, &typo);
        return Some(Mutant {
            kind: "typo",
            what: format!("{name} -> {typo} in {}", file.name),
            files,
        });
    }
    let ranges = split(&files);
    let number = draw.next(files.len());
    let file = files.get(number)?.name.clone();
    let (kind, what) = match draw.next(4) {
        0 => {
            files.remove(number);
            ("file forgotten", file)
        }
        1 => {
            let statements = ranges
                .get(number)
                .filter(|statements| !statements.is_empty())?;
            let at = draw.next(statements.len());
            let range = statements.get(at)?.clone();
            files.get_mut(number)?.text.replace_range(range, "");
            ("statement forgotten", format!("{} of {file}", at + 1))
        }
        2 => {
            let statements = ranges.get(number)?;
            let at = draw.next(statements.len());
            let range = statements.get(at)?.clone();
            let script = files.get_mut(number)?;
            let statement = script.text.get(range.clone())?.to_owned();
            script
                .text
                .insert_str(range.end, &format!(";\n{statement}\n"));
            ("statement twice", format!("{} of {file}", at + 1))
        }
        _ => {
            let other = draw.next(files.len());
            let second = files.get(other)?.name.clone();
            files.swap(number, other);
            ("files in another order", format!("{file} and {second}"))
        }
    };
    Some(Mutant { kind, what, files })
}
