//! sql-migrate: `<version>_<name>.sql` with `-- +migrate Up` and `-- +migrate Down` in it.
//!
//! A migration's identity there is its whole file name, ordered by the number in front; names without one
//! are refused here. `notransaction` after a mark holds for that direction (`sqlparse/sqlparse.go`).

use super::naming::both_directions;
use super::section::{Mark, Split, split};
use super::{Format, Sorting, flat, only_sql};
use crate::files::Direction;
use crate::migration::Transaction;

pub(super) const FORMAT: Format = Format {
    folders: false,
    sorting: Sorting::Numbers,
    parse: |file| both_directions(file, "sql-migrate"),
    spell: flat::spell,
    refuse: only_sql,
    companion: None,
    keyed_by_name: Some("sql-migrate"),
    split: Some(sections),
};

fn sections(text: &str) -> Split {
    split(text, "-- +migrate Up", mark)
}

fn mark(line: &str) -> Option<Mark> {
    let said = line
        .trim_start_matches('-')
        .trim()
        .strip_prefix("+migrate")?;
    let words: Vec<&str> = said.split_whitespace().collect();
    let transaction = |options: &[&str]| {
        if options.contains(&"notransaction") {
            Transaction::None
        } else {
            Transaction::Single
        }
    };
    Some(match words.as_slice() {
        ["Up", options @ ..] => Mark::Begin(Direction::Up, transaction(options)),
        ["Down", options @ ..] => Mark::Begin(Direction::Down, transaction(options)),
        ["StatementBegin" | "StatementEnd"] => Mark::Other,
        _ => Mark::Refused(
            "unknown mark".to_owned(),
            "use `Up`, `Down`, `StatementBegin` or `StatementEnd`".to_owned(),
        ),
    })
}
