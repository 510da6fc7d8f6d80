//! The naming grammar: `<version>_<name>.sql`, `….up.sql` and `….down.sql`.
//!
//! A *version* is decimal digits of any width that fit `i64`. A *name* follows after `_` or `-` and
//! is made of ASCII letters, digits, `_`, `-` and `.`; it may be empty, and then the separator may be
//! left out too (`0001.sql`). Whatever else ends in `.sql`, in any case, is an error and never passed
//! over: a file that looks like a migration and is not applied is the worst of outcomes.

use crate::files::is_plain;

/// A file name that follows the grammar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileName<'n> {
    /// The number in front.
    pub version: i64,
    /// That number as written, e.g. `0001`.
    pub digits: &'n str,
    /// What follows the separator, e.g. `create_users`.
    pub name: &'n str,
    /// Everything before `.sql`, `.up.sql` or `.down.sql`, e.g. `0001_create_users`.
    pub stem: &'n str,
    /// Whether the file applies or reverts.
    pub direction: Direction,
    /// The name itself says that the file may be applied below the newest applied version.
    pub out_of_order: bool,
}

/// What a file does with its version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// `….sql` or `….up.sql`: applies it.
    Up,
    /// `….down.sql`: reverts it.
    Down,
}

/// Why a file name does not follow the grammar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misnamed {
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

/// Whether a file of this name takes part at all: it ends in `.sql`, in any case, even with white
/// space after it.
pub fn is_sql(file: &str) -> bool {
    cut_ending(file, ".sql").is_some()
}

/// Takes a file name apart.
///
/// # Errors
/// What is wrong with the name and how to put it right.
pub fn parse(file: &str) -> Result<FileName<'_>, Misnamed> {
    let Some(stem) = file.strip_suffix(".sql") else {
        return Err(wrong_ending(file));
    };
    let (stem, direction) = if let Some(stem) = stem.strip_suffix(".down") {
        (stem, Direction::Down)
    } else {
        (stem.strip_suffix(".up").unwrap_or(stem), Direction::Up)
    };
    let digits_end = stem
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(stem.len());
    let (digits, rest) = stem.split_at(digits_end);
    if digits.is_empty() {
        return Err(without_version(file, stem));
    }
    let Ok(version) = digits.parse::<i64>() else {
        return Err(Misnamed {
            message: format!("version {digits} is too large: the largest is {}", i64::MAX),
            help: "use a shorter number, such as `0001` or a timestamp like `20250131093000`"
                .to_owned(),
        });
    };
    // `.DOWN.sql` would otherwise be an up file with an odd name: it would revert on the way up.
    if let Some((plain, ending)) = miscased_direction(stem) {
        return Err(Misnamed {
            message: format!("ends in `{ending}.sql`, which is neither up nor down"),
            help: format!("rename it to `{plain}{}.sql`", ending.to_ascii_lowercase()),
        });
    }
    let name = match rest.strip_prefix(['_', '-']) {
        Some(name) => name,
        None if rest.is_empty() => "",
        None => {
            return Err(Misnamed {
                message: format!("no `_` or `-` between version {digits} and the name"),
                help: format!(
                    "rename it to `{digits}_{}{}`",
                    tidy(rest.trim_start_matches([' ', '.'])),
                    ending(direction)
                ),
            });
        }
    };
    if !is_plain(name)
        && let Some(odd) = name.chars().find(|character| !is_allowed(*character))
    {
        return Err(Misnamed {
            message: format!("the name contains {}", describe(odd)),
            help: format!(
                "use only the letters A to Z, digits, `_`, `-` and `.`: rename it to `{digits}_{}{}`",
                tidy(name),
                ending(direction)
            ),
        });
    }
    Ok(FileName {
        version,
        digits,
        name,
        stem,
        direction,
        out_of_order: false,
    })
}

fn is_allowed(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '-' | '.')
}

fn ending(direction: Direction) -> &'static str {
    match direction {
        Direction::Up => ".sql",
        Direction::Down => ".down.sql",
    }
}

/// `file` without `ending`, compared without case and without white space after it.
fn cut_ending<'f>(file: &'f str, ending: &str) -> Option<&'f str> {
    let file = file.trim_end();
    let (front, back) = file.split_at_checked(file.len().checked_sub(ending.len())?)?;
    back.eq_ignore_ascii_case(ending).then_some(front)
}

fn miscased_direction(stem: &str) -> Option<(&str, &str)> {
    [".down", ".up"].into_iter().find_map(|ending| {
        let plain = cut_ending(stem, ending)?;
        let written = stem.get(plain.len()..)?;
        (written != ending).then_some((plain, written))
    })
}

fn wrong_ending(file: &str) -> Misnamed {
    let Some(stem) = cut_ending(file, ".sql") else {
        return Misnamed {
            message: "does not end in `.sql`".to_owned(),
            help: "migrations are files named like `0001_create_users.sql`".to_owned(),
        };
    };
    let message = if file.trim_end() == file {
        let written = file.get(stem.len()..).unwrap_or_default();
        format!("ends in `{written}` instead of `.sql`")
    } else {
        "white space after `.sql`".to_owned()
    };
    Misnamed {
        message,
        help: format!("rename it to `{}.sql`", tidy(stem)),
    }
}

fn without_version(file: &str, stem: &str) -> Misnamed {
    let help = if file.starts_with('.') {
        "delete this hidden file: editors and macOS create such files".to_owned()
    } else if stem.starts_with("R__") {
        "this is how Flyway names a file that it runs again after each change, which migrate never does: move its current text to a new migration, and each later change to another".to_owned()
    } else if let Some((digits, name)) = versioned_by_v(stem) {
        format!("this is how refinery and Flyway name files: rename it to `{digits}_{name}.sql`")
    } else {
        format!(
            "put its number and `_` in front, such as `0001_{}.sql`",
            tidy(stem)
        )
    };
    Misnamed {
        message: "the name does not begin with a version number".to_owned(),
        help,
    }
}

/// `V12__create_users` -> `12`, `create_users`.
fn versioned_by_v(stem: &str) -> Option<(&str, String)> {
    let (digits, name) = stem.strip_prefix(['V', 'v'])?.split_once("__")?;
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| (digits, tidy(name)))
}

/// A name the grammar allows, as near to `name` as can be.
fn tidy(name: &str) -> String {
    let kept: String = name
        .trim()
        .chars()
        .map(|character| match character {
            allowed if is_allowed(allowed) => allowed,
            _ => '_',
        })
        .collect();
    if kept.is_empty() {
        "create_users".to_owned()
    } else {
        kept
    }
}

fn describe(character: char) -> String {
    match character {
        ' ' => "a space".to_owned(),
        control if control.is_control() => format!("the control character {}", code(control)),
        visible if visible.is_ascii() => format!("`{visible}`"),
        other if other.is_alphanumeric() => format!("`{other}` ({})", code(other)),
        other => format!("the character {}", code(other)),
    }
}

fn code(character: char) -> String {
    format!("U+{:04X}", u32::from(character))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Direction, is_sql, parse};

    fn taken_apart(file: &str) -> (i64, &str, Direction) {
        let parsed = parse(file).expect(file);
        (parsed.version, parsed.name, parsed.direction)
    }

    fn refused(file: &str) -> String {
        let misnamed = parse(file).expect_err(file);
        format!("{}\nhelp: {}", misnamed.message, misnamed.help)
    }

    #[test]
    fn names_of_the_grammar_are_taken_apart() {
        use Direction::{Down, Up};
        assert_eq!(taken_apart("0001_users.sql"), (1, "users", Up));
        assert_eq!(taken_apart("0001-add-users.sql"), (1, "add-users", Up));
        assert_eq!(taken_apart("0001_users.up.sql"), (1, "users", Up));
        assert_eq!(taken_apart("0001_users.down.sql"), (1, "users", Down));
        assert_eq!(taken_apart("0_start.sql"), (0, "start", Up));
        assert_eq!(taken_apart("7_V1.2-Users.sql"), (7, "V1.2-Users", Up));
        assert_eq!(taken_apart("1__x.sql"), (1, "_x", Up));
        assert_eq!(
            taken_apart("9223372036854775807_last.sql"),
            (i64::MAX, "last", Up)
        );
        assert_eq!(
            taken_apart("00000000000000000000000000000001_wide.sql"),
            (1, "wide", Up)
        );
    }

    #[test]
    fn a_name_may_be_empty_and_then_needs_no_separator() {
        use Direction::{Down, Up};
        assert_eq!(taken_apart("0001_.sql"), (1, "", Up));
        assert_eq!(taken_apart("0001.sql"), (1, "", Up));
        assert_eq!(taken_apart("0001.up.sql"), (1, "", Up));
        assert_eq!(taken_apart("0001.down.sql"), (1, "", Down));
    }

    #[test]
    fn down_is_an_ending_and_not_a_word() {
        assert_eq!(taken_apart("1_shut_down.sql").2, Direction::Up);
        assert_eq!(taken_apart("0042-rollback-prefix.sql").2, Direction::Up);
        assert_eq!(taken_apart("1_a.down.b.sql").2, Direction::Up);
    }

    #[test]
    fn a_name_without_a_version_is_refused() {
        insta::assert_snapshot!(refused("create_users.sql"), @r"
        the name does not begin with a version number
        help: put its number and `_` in front, such as `0001_create_users.sql`
        ");
        insta::assert_snapshot!(refused(".sql"), @r"
        the name does not begin with a version number
        help: delete this hidden file: editors and macOS create such files
        ");
        insta::assert_snapshot!(refused("V12__create users.sql"), @r"
        the name does not begin with a version number
        help: this is how refinery and Flyway name files: rename it to `12_create_users.sql`
        ");
        insta::assert_snapshot!(refused("R__views.sql"), @r"
        the name does not begin with a version number
        help: this is how Flyway names a file that it runs again after each change, which migrate never does: move its current text to a new migration, and each later change to another
        ");
        for file in ["-1_x.sql", "+1_x.sql", "١_x.sql", " 1_x.sql", "_1.sql"] {
            assert!(
                refused(file).starts_with("the name does not begin"),
                "{file}"
            );
        }
    }

    #[test]
    fn a_version_that_runs_into_the_name_is_refused() {
        insta::assert_snapshot!(refused("1create.sql"), @r"
        no `_` or `-` between version 1 and the name
        help: rename it to `1_create.sql`
        ");
        insta::assert_snapshot!(refused("1.create.down.sql"), @r"
        no `_` or `-` between version 1 and the name
        help: rename it to `1_create.down.sql`
        ");
    }

    #[test]
    fn a_version_beyond_i64_is_refused() {
        insta::assert_snapshot!(refused("9223372036854775808_x.sql"), @r"
        version 9223372036854775808 is too large: the largest is 9223372036854775807
        help: use a shorter number, such as `0001` or a timestamp like `20250131093000`
        ");
    }

    #[test]
    fn characters_outside_the_grammar_are_named() {
        insta::assert_snapshot!(refused("0001_create users.sql"), @r"
        the name contains a space
        help: use only the letters A to Z, digits, `_`, `-` and `.`: rename it to `0001_create_users.sql`
        ");
        insta::assert_snapshot!(refused("0001_straße.sql"), @r"
        the name contains `ß` (U+00DF)
        help: use only the letters A to Z, digits, `_`, `-` and `.`: rename it to `0001_stra_e.sql`
        ");
        insta::assert_snapshot!(refused("0001_a\u{1b}[31m.sql"), @r"
        the name contains the control character U+001B
        help: use only the letters A to Z, digits, `_`, `-` and `.`: rename it to `0001_a__31m.sql`
        ");
        insta::assert_snapshot!(refused("0001_a(copy).sql"), @r"
        the name contains `(`
        help: use only the letters A to Z, digits, `_`, `-` and `.`: rename it to `0001_a_copy_.sql`
        ");
        insta::assert_snapshot!(refused("0001_a\u{202e}b.sql"), @r"
        the name contains the character U+202E
        help: use only the letters A to Z, digits, `_`, `-` and `.`: rename it to `0001_a_b.sql`
        ");
    }

    #[test]
    fn endings_must_be_in_lower_case() {
        insta::assert_snapshot!(refused("0001_users.SQL"), @r"
        ends in `.SQL` instead of `.sql`
        help: rename it to `0001_users.sql`
        ");
        insta::assert_snapshot!(refused("0001_users.Down.sql"), @r"
        ends in `.Down.sql`, which is neither up nor down
        help: rename it to `0001_users.down.sql`
        ");
        insta::assert_snapshot!(refused("0001_users.sql "), @r"
        white space after `.sql`
        help: rename it to `0001_users.sql`
        ");
    }

    #[test]
    fn only_files_that_end_in_sql_take_part() {
        for file in ["1_a.sql", "x.SQL", ".sql", "a.sql\n", "1_a.down.sql"] {
            assert!(is_sql(file), "{file:?}");
        }
        for file in [
            "README.md",
            ".gitkeep",
            "1_a.sql.bak",
            "1_a.sql~",
            "sql",
            "",
            "ä.psq",
        ] {
            assert!(!is_sql(file), "{file:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_put_together_is_taken_apart(
            version in 0..=i64::MAX, zeros in 0..5_usize, separator in "[_-]",
            name in "[A-Za-z0-9_-]{0,20}", ending in r"(\.up|\.down)?",
        ) {
            let stem = format!("{}{version}{separator}{name}", "0".repeat(zeros));
            let file = format!("{stem}{ending}.sql");
            let parsed = parse(&file).expect("it follows the grammar");
            prop_assert_eq!(parsed.version, version);
            prop_assert_eq!(parsed.name, name);
            prop_assert_eq!(parsed.stem, stem);
            prop_assert_eq!(parsed.direction == Direction::Down, ending == ".down");
        }

        #[test]
        fn no_name_panics(name in any::<String>(), ending in "(\\.[sS]ql|\\.down\\.sql)?") {
            let file = format!("{name}{ending}");
            let _ = (is_sql(&file), parse(&file));
        }
    }
}
