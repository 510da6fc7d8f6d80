//! The automaton's tables, as `cargo xtask grammar` wrote them.
//!
//! `tables.bin` is a row of sections of fixed-width records, all numbers little-endian, in bison's
//! terms and order:
//!
//! | section | record | |
//! |---|---|---|
//! | actions | u16, i16 | whose row the entry belongs to; shift to a state (positive), reduce by a rule (negative), refuse (0) |
//! | states | i32, u16, 0 | where the state's row starts in the actions, the smallest number if it needs no look-ahead; the default rule, 0 to refuse |
//! | rules | u16, u8, 0 | left side; how many symbols the right side has |
//! | gotos | i32, u16, 0 | where the nonterminal's row starts in the actions; the default state |
//! | symbols | u16, u16 | where the symbol's name lies in `symbols.txt` |
//! | symbols by name | u16 | symbols in the byte order of their names |
//! | keywords | u16, u8, u8 | terminal, category, 1 if it may label a column without `AS` |
//!
//! Records stay bytes until they are read: nothing is decoded at the start, or by the compiler, and no
//! byte order is assumed.

#![expect(
    clippy::cast_lossless,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::inline_always,
    reason = "shifts and casts cost nothing without optimisation, nor while constants are computed; calls do, \
              and this attribute spares them there, too"
)]
#![expect(
    clippy::indexing_slicing,
    reason = "states, rules and nonterminals come from the tables, and a test walks all of them"
)]

use super::facts;
use crate::scanner::Keyword;

/// What a record of a state or a goto says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    /// Where its entries start; an entry's place is this plus a terminal's or a state's number.
    pub(super) start: u32,
    /// What to do where it has no entry.
    pub(super) default: usize,
}

/// What a record of a rule says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rule {
    /// The symbol on its left side.
    pub(super) left: usize,
    /// How many symbols its right side has.
    pub(super) length: usize,
    /// Both, as the tree has them.
    pub(super) head: u32,
}

/// The `start` of a state that acts without a look at the next token.
pub(super) const NO_LOOKAHEAD: u32 = i32::MIN as u32;

/// Stands for "the row has no entry here".
pub(super) const NO_ENTRY: isize = isize::MIN;

/// How many symbols are not.
pub(super) const NONTERMINALS: usize = SYMBOLS.len() - TERMINALS;

/// How many symbols are terminals.
pub(super) const TERMINALS: usize = facts::TERMINALS as usize;

static ACTIONS: &[[u8; 4]] = section(facts::ACTIONS);
static STATES: &[[u8; 8]] = section(facts::STATES);
static GOTOS: &[[u8; 8]] = section(facts::GOTOS);
static RULES: &[[u8; 4]] = section(facts::RULES);
static KEYWORDS: &[[u8; 4]] = section(facts::KEYWORDS);
/// Not `static`: read by constant functions.
pub(super) const SYMBOLS: &[[u8; 4]] = section(facts::SYMBOLS);
pub(super) const SYMBOLS_BY_NAME: &[[u8; 2]] = section(facts::SYMBOLS_BY_NAME);
/// One name a line, below a line that says where they come from.
pub(super) const SYMBOL_NAMES: &str = include_str!("postgresql/symbols.txt");

/// The records of a section, by its start, width and number.
const fn section<const WIDTH: usize>(place: (usize, usize, usize)) -> &'static [[u8; WIDTH]] {
    let (start, width, count) = place;
    assert!(width == WIDTH, "a section's records have another width");
    let (_, rest) = facts::TABLES.split_at(start);
    let (records, _) = rest.split_at(count * WIDTH);
    records.as_chunks().0
}

/// What to do in a state.
#[inline(always)]
pub(super) fn state(state: usize) -> Row {
    read_row(&STATES[state])
}

#[inline(always)]
fn read_row(record: &[u8; 8]) -> Row {
    Row {
        start: record[0] as u32
            | (record[1] as u32) << 8
            | (record[2] as u32) << 16
            | (record[3] as u32) << 24,
        default: record[4] as usize | (record[5] as usize) << 8,
    }
}

/// Where to go from a state, once a nonterminal (not counting terminals) has been recognised there.
#[inline(always)]
pub(super) fn goto(nonterminal: usize, from: usize) -> usize {
    let row = read_row(&GOTOS[nonterminal]);
    match action(row.start, from) {
        NO_ENTRY => row.default,
        state => state as usize,
    }
}

/// The entry of a row for a terminal or a state: shift to a state (positive), reduce by a rule
/// (negative), refuse (0), or [`NO_ENTRY`].
#[inline(always)]
pub(super) fn action(start: u32, column: usize) -> isize {
    // Where the row starts before the first entry, the sum wraps round.
    let place = start.wrapping_add(column as u32) as usize;
    if place < ACTIONS.len() {
        let entry = &ACTIONS[place];
        if (entry[0] as usize | (entry[1] as usize) << 8) == column {
            return (entry[2] as u16 | (entry[3] as u16) << 8) as i16 as isize;
        }
    }
    NO_ENTRY
}

/// A rule.
#[inline(always)]
pub(super) fn rule(rule: usize) -> Rule {
    let record = &RULES[rule];
    let left = record[0] as usize | (record[1] as usize) << 8;
    let length = record[2] as usize;
    Rule {
        left,
        length,
        head: (left | length << 16) as u32,
    }
}

/// The terminal and the category of a keyword, by its place in the alphabet.
pub(super) fn keyword(keyword: Keyword) -> (u16, u8) {
    let record = &KEYWORDS[keyword as usize];
    (record[0] as u16 | (record[1] as u16) << 8, record[2])
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use sha2::{Digest, Sha256};

    use super::{ACTIONS, GOTOS, KEYWORDS, RULES, STATES, SYMBOL_NAMES, TERMINALS, facts};
    use crate::scanner::Keyword;

    const KEYWORD_LINES: &str = include_str!("postgresql/keywords.txt");

    #[test]
    fn the_tables_have_the_recorded_digest() {
        let mut hash = Sha256::new();
        hash.update(facts::TABLES);
        hash.update(SYMBOL_NAMES);
        hash.update(KEYWORD_LINES);
        let mut digest = String::new();
        for byte in hash.finalize() {
            write!(digest, "{byte:02x}").unwrap();
        }
        assert_eq!(digest, facts::DIGEST);
    }

    #[test]
    fn every_number_in_the_tables_is_that_of_a_record() {
        for [_, _, low, high] in ACTIONS {
            let action = i16::from_le_bytes([*low, *high]);
            let limit = if action < 0 {
                RULES.len()
            } else {
                STATES.len()
            };
            assert!(usize::from(action.unsigned_abs()) < limit);
        }
        for state in 0..STATES.len() {
            assert!(super::state(state).default < RULES.len());
        }
        for nonterminal in 0..GOTOS.len() {
            for state in 0..STATES.len() {
                assert!(super::goto(nonterminal, state) < STATES.len());
            }
        }
        let symbols = TERMINALS..TERMINALS + GOTOS.len();
        assert!((1..RULES.len()).all(|rule| symbols.contains(&super::rule(rule).left)));
    }

    #[test]
    fn keywords_are_those_of_the_scanner_in_its_order() {
        let words: Vec<&str> = KEYWORD_LINES
            .lines()
            .skip(1)
            .filter_map(|line| line.split(' ').next())
            .collect();
        let scanned: Vec<&str> = Keyword::ALL.iter().map(|keyword| keyword.text()).collect();
        assert_eq!(words, scanned);
        assert_eq!(KEYWORDS.len(), Keyword::ALL.len());
    }
}
