//! golang-migrate: `<version>_<title>.up.sql` and `….down.sql`.
//!
//! Its grammar is `^([0-9]+)_(.*)\.(down|up)\.(.*)$` (`source/parse.go`), and it passes over everything
//! else; here a file without a direction is an error. Files run as they are, without a transaction of the
//! tool's, so many hold `BEGIN` and `COMMIT` of their own: those are to be deleted, because here the file
//! and its history row commit together.

use super::sqlx::underscored;
use super::{Format, Sorting, only_sql};
use crate::files::{Direction, FileName, Misnamed, parse};

pub(super) const FORMAT: Format = Format {
    folders: false,
    sorting: Sorting::Numbers,
    parse: taken_apart,
    spell,
    refuse: only_sql,
    companion: None,
    split: None,
};

fn taken_apart(file: &str) -> Result<FileName<'_>, Misnamed> {
    let parsed = parse(file)?;
    underscored(&parsed, "golang-migrate")?;
    if parsed.direction == Direction::Up && !file.ends_with(".up.sql") {
        return Err(Misnamed {
            message: "neither `.up.sql` nor `.down.sql`: golang-migrate passes over such a file"
                .to_owned(),
            help: format!("rename it to `{}`", spell(parsed.stem, Direction::Up)),
        });
    }
    Ok(parsed)
}

fn spell(stem: &str, direction: Direction) -> String {
    match direction {
        Direction::Up => format!("{stem}.up.sql"),
        Direction::Down => format!("{stem}.down.sql"),
    }
}
