//! golang-migrate: `<version>_<title>.up.sql` and `….down.sql`.
//!
//! Its grammar is `^([0-9]+)_(.*)\.(down|up)\.(.*)$` (`source/parse.go`), and it passes over everything
//! else; here a file without a direction is an error. Files run as they are, without a transaction of the
//! tool's, so many hold `BEGIN` and `COMMIT` of their own: those are to be deleted, because here the file
//! and its history row commit together.

use super::naming::underscored;
use super::{Format, Sorting, only_sql};
use crate::files::{Direction, FileName, Misnamed, parse};

pub(super) const FORMAT: Format = Format {
    folders: false,
    sorting: Sorting::Numbers,
    parse: taken_apart,
    spell,
    refuse: only_sql,
    companion: None,
    keyed_by_name: None,
    split: None,
};

fn taken_apart(file: &str) -> Result<FileName<'_>, Misnamed> {
    let parsed = parse(file)?;
    underscored(&parsed, "golang-migrate")?;
    if parsed.direction == Direction::Up && !file.ends_with(".up.sql") {
        return Err(Misnamed {
            message: "ends in neither `.up.sql` nor `.down.sql`, so golang-migrate ignores it"
                .to_owned(),
            help: format!("rename it to `{}`", meant(parsed.stem)),
        });
    }
    Ok(parsed)
}

/// `0029_x_down.sql` is the down file of `0029_x`.
fn meant(stem: &str) -> String {
    for (ending, direction) in [("down", Direction::Down), ("up", Direction::Up)] {
        let named = stem.strip_suffix(ending);
        if let Some(stem) = named.and_then(|stem| stem.strip_suffix(['_', '-'])) {
            return spell(stem, direction);
        }
    }
    spell(stem, Direction::Up)
}

fn spell(stem: &str, direction: Direction) -> String {
    match direction {
        Direction::Up => format!("{stem}.up.sql"),
        Direction::Down => format!("{stem}.down.sql"),
    }
}
