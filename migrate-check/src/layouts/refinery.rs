//! refinery: `V<version>__<name>.sql`, and `U<version>__<name>.sql`, which may be applied below the newest
//! applied version.
//!
//! The grammar is `^([U|V])(\d+(?:\.\d+)?)__(\w+)` (refinery-core 0.9, `src/util.rs`); a dotted version
//! passes it and is then refused, because it is no integer. Migrations written in Rust, `V1__name.rs`,
//! cannot be taken over.

use super::{Format, Sorting, number};
use crate::files::{Direction, FileName, Misnamed};

pub(super) const FORMAT: Format = Format {
    folders: false,
    sorting: Sorting::Numbers,
    parse,
    spell,
    refuse,
    companion: None,
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

/// `V1_2__create users.sql`, taken apart.
pub(super) struct Prefixed<'f> {
    /// `V`, `U` or `R`.
    pub(super) prefix: char,
    /// Digits, perhaps with points or underscores in between; empty after `R`.
    pub(super) version: &'f str,
    pub(super) name: &'f str,
    pub(super) stem: &'f str,
}

pub(super) fn prefixed<'f>(file: &'f str, tool: &str) -> Result<Prefixed<'f>, Misnamed> {
    let misnamed = |message: String| Misnamed {
        message,
        help: format!("rename it like `V1__create_users.sql`, or delete it: {tool} ignores it"),
    };
    let stem = file
        .strip_suffix(".sql")
        .ok_or_else(|| misnamed("does not end in `.sql`".to_owned()))?;
    let (prefix, rest) = ['V', 'U', 'R']
        .into_iter()
        .find_map(|prefix| Some((prefix, stem.strip_prefix(prefix)?)))
        .ok_or_else(|| misnamed("the name does not begin with `V`".to_owned()))?;
    let (version, name) = rest
        .split_once("__")
        .ok_or_else(|| misnamed("no `__` between the version and the name".to_owned()))?;
    let starts_and_ends = |part: fn(char) -> bool| {
        version.starts_with(part) && version.ends_with(part)
            || (prefix == 'R' && version.is_empty())
    };
    if !starts_and_ends(|digit| digit.is_ascii_digit())
        || !version
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'_'))
    {
        return Err(misnamed(format!("`{version}` is not a version")));
    }
    Ok(Prefixed {
        prefix,
        version,
        name,
        stem,
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
