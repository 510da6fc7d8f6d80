//! What the names of several tools' files have in common: a version, a separator and a name.

use crate::files::{Direction, FileName, Misnamed, parse};

/// A version of up to 19 digits.
pub(super) fn number(digits: &str) -> Result<i64, Misnamed> {
    digits.parse().map_err(|_| Misnamed {
        message: format!("version {digits} is too large: the largest is {}", i64::MAX),
        help: "give it a shorter number".to_owned(),
    })
}

/// The name of a file that holds both directions.
pub(super) fn both_directions<'f>(file: &'f str, tool: &str) -> Result<FileName<'f>, Misnamed> {
    let parsed = parse(file)?;
    if parsed.direction == Direction::Down {
        return Err(Misnamed {
            message: format!("a down file, but {tool} keeps both directions in one file"),
            help: format!(
                "move its statements to the down section of the file that applies version {}, or delete it",
                parsed.version
            ),
        });
    }
    Ok(parsed)
}

/// Takes apart a folder's name: digits, perhaps with hyphens in them, an underscore, a name.
pub(super) fn in_folder(file: &str, direction: Direction) -> Result<FileName<'_>, Misnamed> {
    let stem = folder(file);
    let (digits, name) = stem.split_once('_').unwrap_or((stem, ""));
    let plain = plain_digits(digits);
    if plain.is_empty() || !plain.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Misnamed {
            message: format!("the folder's name begins with `{digits}`, which is not a version"),
            help: "name it like `2025-01-31-093000_create_users`".to_owned(),
        });
    }
    Ok(FileName {
        version: number(&plain)?,
        digits,
        name,
        stem,
        direction,
        out_of_order: false,
    })
}

/// A version without its hyphens.
pub(super) fn plain_digits(digits: &str) -> String {
    digits.chars().filter(|&digit| digit != '-').collect()
}

/// The folder of a file `<folder>/<file>`.
pub(super) fn folder(file: &str) -> &str {
    file.split('/').next().unwrap_or_default()
}

/// The separator that all tools of this kind insist on; ours may be a hyphen, or missing.
pub(super) fn underscored(parsed: &FileName<'_>, tool: &str) -> Result<(), Misnamed> {
    let rest = parsed.stem.get(parsed.digits.len()..).unwrap_or_default();
    if rest.starts_with('_') {
        return Ok(());
    }
    Err(Misnamed {
        message: format!(
            "no `_` after version {}, so {tool} ignores it",
            parsed.version
        ),
        help: format!(
            "rename it so that it begins with `{}_`, or delete it if it was never applied",
            parsed.digits
        ),
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
