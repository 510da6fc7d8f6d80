//! The grammar's symbols: terminals (`IDENT`, `SELECT`, `;`) and nonterminals (`IndexStmt`).

use std::fmt;

use super::{facts, tables};

/// A symbol of PostgreSQL's grammar, under the name `gram.y` gives it.
///
/// ```
/// use migrate_sql::grammar::Symbol;
///
/// const INDEX_STMT: Symbol = Symbol::named("IndexStmt");
/// assert_eq!(INDEX_STMT.name(), "IndexStmt");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(pub(super) u16);

/// The symbol of a name, looked up while the code is compiled.
macro_rules! symbol {
    ($name:literal) => {
        const { $crate::grammar::Symbol::named($name) }
    };
}
pub(crate) use symbol;

impl Symbol {
    /// How many there are.
    pub const COUNT: usize = tables::SYMBOLS.len();

    /// The symbol of this name. Meant for constants, where a name the grammar lacks is a build error.
    ///
    /// # Panics
    /// If the grammar has no symbol of this name.
    #[expect(
        clippy::indexing_slicing,
        clippy::panic,
        clippy::cast_possible_truncation,
        reason = "runs in the compiler, for constants: a wrong name is a build error, and calls cost time"
    )]
    pub const fn named(name: &str) -> Self {
        // Some 400 names are looked up while this crate compiles; to the compiler, calls and constants are dear, so
        // none of them is in the loop.
        let name = name.as_bytes();
        let length = name.len();
        let names = tables::SYMBOL_NAMES.as_bytes();
        let symbols = tables::SYMBOLS;
        let by_name = tables::SYMBOLS_BY_NAME;
        let mut low = 0;
        let mut high = by_name.len();
        while low < high {
            let middle = (low + high) >> 1;
            let [a, b] = by_name[middle];
            let number = a as usize | (b as usize) << 8;
            let [a, b, c, d] = symbols[number];
            let start = a as usize | (b as usize) << 8;
            let end = start + (c as usize | (d as usize) << 8);
            let mut at = 0;
            while at < length && start + at < end && name[at] == names[start + at] {
                at += 1;
            }
            let past_name = at == length;
            let past_other = start + at == end;
            if past_name && past_other {
                return Self(number as u16);
            }
            if past_other || !past_name && names[start + at] < name[at] {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        panic!("PostgreSQL's grammar has no symbol of this name")
    }

    /// Its name in `gram.y`.
    pub fn name(self) -> &'static str {
        let record = tables::SYMBOLS.get(usize::from(self.0)).copied();
        let [a, b, c, d] = record.unwrap_or_default();
        let start = usize::from(u16::from_le_bytes([a, b]));
        let length = usize::from(u16::from_le_bytes([c, d]));
        tables::SYMBOL_NAMES
            .get(start..start + length)
            .unwrap_or_default()
    }

    /// Its number; numbers begin at 0 and have no gaps.
    pub const fn number(self) -> usize {
        self.0 as usize
    }

    /// Whether it is a token rather than something made of tokens.
    pub const fn is_terminal(self) -> bool {
        self.0 < facts::TERMINALS
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::{Symbol, tables};

    #[test]
    fn every_symbol_is_found_by_its_name() {
        for number in 0..u16::try_from(tables::SYMBOLS.len()).unwrap() {
            assert_eq!(Symbol::named(Symbol(number).name()), Symbol(number));
        }
    }

    #[test]
    fn terminals_are_told_from_nonterminals() {
        assert!(Symbol::named("IDENT").is_terminal());
        assert!(Symbol::named(";").is_terminal());
        assert!(!Symbol::named("IndexStmt").is_terminal());
    }
}
