//! refinery: `V<version>__<name>.sql`, and `U<version>__<name>.sql`, which may be applied below the newest
//! applied version.
//!
//! The grammar is `^([U|V])(\d+(?:\.\d+)?)__(\w+)` (refinery-core 0.9, `src/util.rs`); a dotted version
//! passes it and is then refused, because it is no integer. Migrations written in Rust, `V1__name.rs`,
//! cannot be taken over.

use super::naming::{number, prefixed};
use super::{Format, Sorting};
use crate::files::{Direction, FileName, Misnamed};

pub(super) const FORMAT: Format = Format {
    folders: false,
    sorting: Sorting::Numbers,
    parse,
    spell,
    refuse,
    companion: None,
    keyed_by_name: None,
    split: None,
};

fn parse(file: &str) -> Result<FileName<'_>, Misnamed> {
    let prefixed = prefixed(file, "refinery")?;
    if prefixed.prefix == 'R' || prefixed.version.contains(['.', '_']) {
        return Err(Misnamed {
            message: "refinery's names are `V<number>__<name>.sql` and `U<number>__<name>.sql`"
                .to_owned(),
            help: "set `layout = flyway` if Flyway applied these files".to_owned(),
        });
    }
    Ok(FileName {
        version: number(prefixed.version)?,
        digits: prefixed.version,
        name: prefixed.name,
        stem: prefixed.stem,
        direction: Direction::Up,
        out_of_order: prefixed.prefix == 'U',
    })
}

fn spell(stem: &str, _: Direction) -> String {
    format!("{stem}.sql")
}

fn refuse(file: &str) -> Option<Misnamed> {
    let stem = file.strip_suffix(".rs")?;
    let is_one = prefixed(&format!("{stem}.sql"), "refinery").is_ok();
    is_one.then(|| Misnamed {
        message: "a migration written in Rust".to_owned(),
        help: format!(
            "write its changes as SQL in `{stem}.sql`; if it has been applied already, leave that file empty"
        ),
    })
}
