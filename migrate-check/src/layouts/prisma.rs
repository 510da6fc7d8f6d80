//! Prisma: a folder a migration, `20250131093000_create_users/migration.sql`, beside a
//! `migration_lock.toml`, which says nothing that is needed here.
//!
//! Prisma orders folders by their names and has no files that revert; a `down.sql`, which its manual
//! suggests to keep beside the migration, is taken for one.

use super::naming::in_folder;
use super::{Format, Sorting, only_sql};
use crate::files::{Direction, FileName, Misnamed};

pub(super) const FORMAT: Format = Format {
    folders: true,
    sorting: Sorting::Names(|name| name.stem.to_owned()),
    parse,
    spell,
    refuse: only_sql,
    companion: None,
    keyed_by_name: Some("Prisma"),
    split: None,
};

fn parse(file: &str) -> Result<FileName<'_>, Misnamed> {
    match file.split_once('/') {
        Some((_, "migration.sql")) => in_folder(file, Direction::Up),
        Some((_, "down.sql")) => in_folder(file, Direction::Down),
        _ => Err(Misnamed {
            message: "is not the `migration.sql` of a folder, so Prisma ignores it".to_owned(),
            help: "move its statements to a `migration.sql`, or move it out of the directory"
                .to_owned(),
        }),
    }
}

fn spell(stem: &str, direction: Direction) -> String {
    match direction {
        Direction::Up => format!("{stem}/migration.sql"),
        Direction::Down => format!("{stem}/down.sql"),
    }
}
