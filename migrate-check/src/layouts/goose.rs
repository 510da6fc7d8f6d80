//! goose: `<version>_<name>.sql` with `-- +goose Up` and `-- +goose Down` in it.
//!
//! Marks are whole lines, compared without case (`internal/sqlparser` of goose 3). `-- +goose NO
//! TRANSACTION` holds for both directions. `StatementBegin` and `StatementEnd` tell goose where statements
//! end; here the whole syntax is read, so they say nothing new. `ENVSUB ON` is refused: nothing is
//! substituted here. Migrations written in Go cannot be taken over.

use super::naming::both_directions;
use super::section::{Mark, Split, split};
use super::{Format, Sorting, flat};
use crate::files::{Direction, Misnamed, parse};
use crate::migration::Transaction;

pub(super) const FORMAT: Format = Format {
    folders: false,
    sorting: Sorting::Numbers,
    parse: |file| both_directions(file, "goose"),
    spell: flat::spell,
    refuse,
    companion: None,
    keyed_by_name: None,
    split: Some(sections),
};

fn sections(text: &str) -> Split {
    split(text, "-- +goose Up", mark)
}

fn mark(line: &str) -> Option<Mark> {
    let said = line.trim_start_matches('-').trim().strip_prefix("+goose")?;
    let words: Vec<String> = said
        .split_whitespace()
        .map(str::to_ascii_lowercase)
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    Some(match words.as_slice() {
        ["up"] => Mark::Begin(Direction::Up, Transaction::Single),
        ["down"] => Mark::Begin(Direction::Down, Transaction::Single),
        ["no", "transaction"] => Mark::NoTransaction,
        ["statementbegin" | "statementend"] | ["envsub", "off"] => Mark::Other,
        ["envsub", ..] => Mark::Refused(
            "environment variables are not substituted".to_owned(),
            "write the values into the file: the text that is checked must be the text that runs"
                .to_owned(),
        ),
        _ => Mark::Refused(
            "unknown mark".to_owned(),
            "use `Up`, `Down`, `StatementBegin`, `StatementEnd` or `NO TRANSACTION`".to_owned(),
        ),
    })
}

fn refuse(file: &str) -> Option<Misnamed> {
    let stem = file.strip_suffix(".go")?;
    let is_one = !stem.ends_with("_test") && parse(&format!("{stem}.sql")).is_ok();
    is_one.then(|| Misnamed {
        message: "a migration written in Go".to_owned(),
        help: format!(
            "write its changes as SQL in `{stem}.sql`; if it has been applied already, leave that file without statements"
        ),
    })
}
