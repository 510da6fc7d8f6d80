//! Words in another order than PostgreSQL's, and words for what it calls otherwise.

use migrate_sql::grammar::Symbol;

use super::case::Case;

/// The words as written, and what to write instead; the statement is refused at one of these words.
const PHRASES: &[(&[&str], &str)] = &[
    (
        &["DROP", "IF", "EXISTS", "COLUMN"],
        "write `DROP COLUMN IF EXISTS`",
    ),
    (
        &["ADD", "IF", "NOT", "EXISTS", "COLUMN"],
        "write `ADD COLUMN IF NOT EXISTS`",
    ),
    (&["DELETE", "COLUMN"], "write `DROP COLUMN`"),
    (&["REMOVE", "COLUMN"], "write `DROP COLUMN`"),
    (
        &["MODIFY", "COLUMN"],
        "write `ALTER COLUMN <name> TYPE <type>`",
    ),
];

/// What Git writes into a file around the two sides of a conflict.
const CONFLICT: &[&str] = &["<<<<<<<", "=======", ">>>>>>>"];

/// A phrase that is known, or what a merge has left.
pub(super) fn advise(case: &Case<'_>) -> Option<String> {
    let refused = case.written(case.error);
    if CONFLICT.iter().any(|marker| refused.starts_with(marker)) {
        return Some("resolve the merge conflict, and delete its markers".to_owned());
    }
    let found = PHRASES
        .iter()
        .find(|(words, _)| stands_at_error(case, words));
    if let Some((_, advice)) = found {
        return Some((*advice).to_owned());
    }
    advise_on_type(case)
}

/// Whether these words follow each other, and the refused one is among them.
fn stands_at_error(case: &Case<'_>, words: &[&str]) -> bool {
    let mut starts = (0..words.len()).filter_map(|before| case.error.checked_sub(before));
    starts.any(|start| case.reads(start, words))
}

/// `ALTER COLUMN a bytea`.
fn advise_on_type(case: &Case<'_>) -> Option<String> {
    let before = |back: usize| {
        case.error
            .checked_sub(back)
            .map(|index| case.written(index))
    };
    let is_column =
        before(2)?.eq_ignore_ascii_case("column") && before(3)?.eq_ignore_ascii_case("alter");
    if !is_column || !case.survives(case.error..case.error, &[Symbol::named("TYPE_P")]) {
        return None;
    }
    let (column, refused) = (before(1)?, case.shown(case.error));
    Some(format!("write `ALTER COLUMN {column} TYPE {refused}`"))
}
