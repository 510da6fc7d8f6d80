//! diesel: a folder a migration, `2025-01-31-093000_create_users/up.sql`, and perhaps `down.sql` and
//! `metadata.toml`.
//!
//! The version is what comes before the first underscore of the folder's name, without hyphens
//! (`version_from_string` in `migrations_internals` 2.3); diesel compares it as text, we as a number.
//! `run_in_transaction = false` in `metadata.toml` runs the file outside a transaction. Folders whose
//! names begin with a point are passed over.

use super::naming::{folder, in_folder, plain_digits};
use super::{Companion, Format, Sorting, only_sql, settings, truth};
use crate::files::{Direction, FileName, Misnamed};

pub(super) const FORMAT: Format = Format {
    folders: true,
    sorting: Sorting::Names(|name| plain_digits(name.digits)),
    parse,
    spell,
    refuse: only_sql,
    companion: Some(Companion {
        of: |file| format!("{}/metadata.toml", folder(file)),
        read: |text| {
            settings(text, '#', |name, value| match name {
                "run_in_transaction" => truth(value),
                _ => None,
            })
        },
    }),
    keyed_by_name: None,
    split: None,
};

fn parse(file: &str) -> Result<FileName<'_>, Misnamed> {
    let direction = match file.split_once('/') {
        Some((_, "up.sql")) => Direction::Up,
        Some((_, "down.sql")) => Direction::Down,
        _ => {
            return Err(Misnamed {
                message:
                    "is neither the `up.sql` nor the `down.sql` of a folder, so diesel ignores it"
                        .to_owned(),
                help: "move its statements to an `up.sql`, or move it out of the directory"
                    .to_owned(),
            });
        }
    };
    in_folder(file, direction)
}

fn spell(stem: &str, direction: Direction) -> String {
    match direction {
        Direction::Up => format!("{stem}/up.sql"),
        Direction::Down => format!("{stem}/down.sql"),
    }
}
