//! Flyway: `V<version>__<description>.sql`, and `U<version>__<description>.sql`, which undoes it.
//!
//! A version is made of whole numbers with points or single underscores between them, `V1.2` or `V1_2`,
//! and missing parts count as zero. Our versions are whole numbers, so [`Layout::Flyway`] takes versions of
//! one part only, as they are, and [`Layout::FlywayDotted`] takes up to four parts and gives each of the
//! last three three digits: `V1.2` is 1002000000, `V1.10` is 1010000000. Which of the two holds is said and
//! not found out, because the first dotted version added to a directory would otherwise change the numbers
//! of all that have been applied.
//!
//! `executeInTransaction=false` in a `V1__name.sql.conf` runs the file outside a transaction. Repeatable
//! migrations (`R__name.sql`) are refused: there is nothing here that runs a file again. Placeholders
//! (`${schema}`) are not replaced.
//!
//! [`Layout::Flyway`]: super::Layout::Flyway
//! [`Layout::FlywayDotted`]: super::Layout::FlywayDotted

use super::naming::{number, prefixed};
use super::{Companion, Format, Sorting, only_sql, settings, truth};
use crate::files::{Direction, FileName, Misnamed};
use crate::migration::Transaction;

pub(super) const FORMAT: Format = Format {
    folders: false,
    sorting: Sorting::Numbers,
    parse: |file| parse(file, whole),
    spell,
    refuse: only_sql,
    companion: Some(Companion {
        of: |file| format!("{file}.conf"),
        read: |text| {
            settings(text, '#', |name, value| match name {
                "executeInTransaction" => truth(value),
                "encoding" if value.eq_ignore_ascii_case("utf-8") => Some(Transaction::Single),
                _ => None,
            })
        },
    }),
    keyed_by_name: None,
    split: None,
};

pub(super) const DOTTED: Format = Format {
    parse: |file| parse(file, dotted),
    ..FORMAT
};

fn parse(file: &str, version: fn(&str) -> Result<i64, Misnamed>) -> Result<FileName<'_>, Misnamed> {
    let prefixed = prefixed(file, "Flyway")?;
    if prefixed.prefix == 'R' {
        return Err(Misnamed {
            message: "a repeatable migration".to_owned(),
            help:
                "move its current text to a versioned migration, and each later change to a new one"
                    .to_owned(),
        });
    }
    Ok(FileName {
        version: version(prefixed.version)?,
        digits: prefixed.version,
        name: prefixed.name,
        // The description of an undo migration need not be that of the other.
        stem: prefixed.version,
        direction: match prefixed.prefix {
            'U' => Direction::Down,
            _ => Direction::Up,
        },
        out_of_order: false,
    })
}

fn whole(version: &str) -> Result<i64, Misnamed> {
    if version.contains(['.', '_']) {
        return Err(Misnamed {
            message: format!("version {version} has several parts"),
            help: "set `layout = flyway_dotted`, which gives every version another number: `V1` becomes 1000000000".to_owned(),
        });
    }
    number(version)
}

fn dotted(version: &str) -> Result<i64, Misnamed> {
    let too_many = || Misnamed {
        message: format!("version {version} has more than four parts, or a part above 999"),
        help: "use at most `V<number>.<3 digits>.<3 digits>.<3 digits>`".to_owned(),
    };
    let mut parts = version.split(['.', '_']);
    let mut total = number(parts.next().unwrap_or_default())?;
    for _ in 0..3 {
        let part: i64 = parts.next().map_or(Ok(0), number)?;
        let shifted = total.checked_mul(1000).filter(|_| part < 1000);
        total = shifted.ok_or_else(too_many)? + part;
    }
    match parts.next() {
        None => Ok(total),
        Some(_) => Err(too_many()),
    }
}

fn spell(stem: &str, direction: Direction) -> String {
    match direction {
        Direction::Up => format!("V{stem}__….sql"),
        Direction::Down => format!("U{stem}__….sql"),
    }
}

#[cfg(test)]
mod tests {
    use super::dotted;

    #[test]
    fn dotted_versions_keep_their_order() {
        let versions = [
            "0.1",
            "1",
            "1.0.0.1",
            "1_2",
            "1.10",
            "1.10.1",
            "2",
            "2025.1.31",
        ];
        let numbers: Vec<i64> = versions.map(|version| dotted(version).unwrap()).into();
        assert!(numbers.is_sorted(), "{numbers:?}");
        assert_eq!(dotted("1.2").unwrap(), 1_002_000_000);
        assert!(dotted("1.2.3.4.5").is_err());
        assert!(dotted("1.1000").is_err());
        assert!(dotted("20250131093000").is_err());
    }
}
