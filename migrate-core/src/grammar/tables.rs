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
//! Records stay bytes until they are read: nothing is decoded at the start, and no byte order is
//! assumed.

use super::facts;

/// What a record of a state or a goto says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    /// Where its entries start; an entry's place is this plus a terminal's or a state's number.
    pub(super) start: i32,
    /// What to do where it has no entry.
    pub(super) default: u16,
}

/// The `start` of a state that acts without a look at the next token.
pub(super) const NO_LOOKAHEAD: i32 = i32::MIN;

static ACTIONS: &[[u8; 4]] = section(facts::ACTIONS);
static STATES: &[[u8; 8]] = section(facts::STATES);
static RULES: &[[u8; 4]] = section(facts::RULES);
static GOTOS: &[[u8; 8]] = section(facts::GOTOS);
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
#[expect(
    clippy::indexing_slicing,
    reason = "states come from the tables, and a test walks all of them"
)]
pub(super) fn state(state: u16) -> Row {
    read_row(STATES[usize::from(state)])
}

/// Where to go from a state, once a nonterminal (not counting terminals) has been recognised there.
#[expect(
    clippy::indexing_slicing,
    reason = "nonterminals come from the tables, and a test walks all of them"
)]
pub(super) fn goto(nonterminal: u16, from: u16) -> u16 {
    let row = read_row(GOTOS[usize::from(nonterminal)]);
    match action(row, from) {
        Some(state) => state.unsigned_abs(),
        None => row.default,
    }
}

/// The entry of a row for a terminal or a state; none where the default applies.
#[expect(
    clippy::indexing_slicing,
    reason = "the index is compared with the length on the line above"
)]
pub(super) fn action(row: Row, column: u16) -> Option<i16> {
    // A negative sum becomes a number beyond the end.
    let place = row.start.wrapping_add(i32::from(column)).cast_unsigned() as usize;
    if place < ACTIONS.len() {
        let [owner_low, owner_high, low, high] = ACTIONS[place];
        if u16::from_le_bytes([owner_low, owner_high]) == column {
            return Some(i16::from_le_bytes([low, high]));
        }
    }
    None
}

/// A rule's left side, and how many symbols its right side has.
#[expect(
    clippy::indexing_slicing,
    reason = "rules come from the tables, and a test walks all of them"
)]
pub(super) fn rule(rule: u16) -> (u16, usize) {
    let [low, high, length, _] = RULES[usize::from(rule)];
    (u16::from_le_bytes([low, high]), usize::from(length))
}

/// The terminal and the category of a keyword, by its place in the alphabet.
pub(super) fn keyword(number: u16) -> (u16, u8) {
    let record = KEYWORDS.get(usize::from(number)).copied();
    let [low, high, category, _] = record.unwrap_or_default();
    (u16::from_le_bytes([low, high]), category)
}

fn read_row([a, b, c, d, low, high, _, _]: [u8; 8]) -> Row {
    Row {
        start: i32::from_le_bytes([a, b, c, d]),
        default: u16::from_le_bytes([low, high]),
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use sha2::{Digest, Sha256};

    use super::{ACTIONS, GOTOS, RULES, STATES, SYMBOL_NAMES, facts};
    use crate::sql::Keyword;

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
        let states = i32::try_from(STATES.len()).unwrap();
        let rules = i32::try_from(RULES.len()).unwrap();
        for [_, _, low, high] in ACTIONS {
            let action = i32::from(i16::from_le_bytes([*low, *high]));
            assert!(-rules < action && action < states);
        }
        for state in 0..u16::try_from(states).unwrap() {
            assert!(i32::from(super::state(state).default) < rules);
        }
        let nonterminals = u16::try_from(GOTOS.len()).unwrap();
        for nonterminal in 0..nonterminals {
            for state in 0..u16::try_from(states).unwrap() {
                assert!(i32::from(super::goto(nonterminal, state)) < states);
            }
        }
        for rule in 1..u16::try_from(rules).unwrap() {
            let (left, _) = super::rule(rule);
            assert!((facts::TERMINALS..facts::TERMINALS + nonterminals).contains(&left));
        }
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
    }
}
