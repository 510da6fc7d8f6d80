//! Ours: the grammar of [`file_name`](crate::file_name), one file a direction.

use super::{Format, Sorting, only_sql};
use crate::files::{Direction, parse};

pub(super) const FORMAT: Format = Format {
    folders: false,
    sorting: Sorting::Agreeing,
    parse,
    spell,
    refuse: only_sql,
    companion: None,
    keyed_by_name: None,
    split: None,
};

pub(super) fn spell(stem: &str, direction: Direction) -> String {
    match direction {
        Direction::Up => format!("{stem}.sql"),
        Direction::Down => format!("{stem}.down.sql"),
    }
}
