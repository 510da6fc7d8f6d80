//! dbmate: `<version>_<name>.sql` with `-- migrate:up` and `-- migrate:down` in it.
//!
//! `transaction:false` after a mark holds for that direction (`pkg/dbmate/migration.go`). dbmate orders by
//! the names of the files. Our own directives, which look alike, work as in any file:
//! `-- migrate: out-of-order`, `-- migrate: allow(…) …`.

use super::naming::both_directions;
use super::section::{Mark, Split, split};
use super::{Format, Sorting, flat, only_sql};
use crate::files::Direction;
use crate::migration::Transaction;

pub(super) const FORMAT: Format = Format {
    folders: false,
    sorting: Sorting::Names(|name| name.stem.to_owned()),
    parse: |file| both_directions(file, "dbmate"),
    spell: flat::spell,
    refuse: only_sql,
    companion: None,
    keyed_by_name: None,
    split: Some(sections),
};

fn sections(text: &str) -> Split {
    split(text, "-- migrate:up", mark)
}

fn mark(line: &str) -> Option<Mark> {
    let said = line
        .trim_start_matches('-')
        .trim()
        .strip_prefix("migrate:")?;
    let mut words = said.split_whitespace();
    let direction = match words.next()? {
        "up" => Direction::Up,
        "down" => Direction::Down,
        _ => return None,
    };
    let mut transaction = Transaction::Single;
    for option in words {
        match option.split_once(':') {
            Some(("transaction", "false")) => transaction = Transaction::None,
            Some(("transaction", "true")) => {}
            _ => {
                return Some(Mark::Refused(
                    format!("unknown option `{option}` after a mark"),
                    "use `transaction:false`, or delete it".to_owned(),
                ));
            }
        }
    }
    Some(Mark::Begin(direction, transaction))
}
