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
    (
        &["ADD", "CONSTRAINT", "IF", "NOT", "EXISTS"],
        "remove `IF NOT EXISTS`: constraints do not have it",
    ),
    (
        &["IF", "NOT", "EXISTS", "ON"],
        "write the index's name before `ON`: `IF NOT EXISTS` needs one",
    ),
    (
        &["DROP", "PRIMARY", "KEY"],
        "write `DROP CONSTRAINT <name>`; unless it was given another, the name is `<table>_pkey`",
    ),
    (
        &["DROP", "FOREIGN", "KEY"],
        "write `DROP CONSTRAINT <name>`",
    ),
    (
        &["ADD", "INDEX", "("],
        "write `CREATE INDEX` as a statement of its own",
    ),
    (
        &["CREATE", "OR", "REPLACE", "TABLE"],
        "write `CREATE TABLE`, or alter the table that is there: a table cannot be replaced",
    ),
    (
        &["INSERT", "IGNORE"],
        "write `INSERT INTO … ON CONFLICT DO NOTHING`",
    ),
    (
        &["REPLACE", "INTO"],
        "write `INSERT INTO … ON CONFLICT (…) DO UPDATE SET …`",
    ),
    (
        &["ON", "DUPLICATE", "KEY"],
        "write `ON CONFLICT (…) DO UPDATE SET …`",
    ),
];

/// The same for one word, by how the statement begins.
const WORDS: &[(&[&str], &str, &str)] = &[
    (
        &["ALTER", "TABLE"],
        "AFTER",
        "remove `AFTER`: PostgreSQL adds a column as the last one",
    ),
    (
        &["ALTER", "TABLE"],
        "FIRST",
        "remove `FIRST`: PostgreSQL adds a column as the last one",
    ),
    (
        &["ALTER", "TABLE"],
        "CHANGE",
        "write `RENAME COLUMN <name> TO <name>` and `ALTER COLUMN <name> TYPE <type>`",
    ),
    (
        &["ALTER", "TABLE"],
        "MODIFY",
        "write `ALTER COLUMN <name> TYPE <type>`",
    ),
    (
        &["DROP", "INDEX"],
        "ON",
        "remove `ON` and the table: an index has a name of its own in the schema",
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
    let first = case.sentence.tokens.start;
    let found = WORDS.iter().find(|(beginning, word, _)| {
        refused.eq_ignore_ascii_case(word) && case.reads(first, beginning)
    });
    if let Some((_, _, advice)) = found {
        return Some((*advice).to_owned());
    }
    advise_on_type(case).or_else(|| advise_on_new_name(case))
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

/// `RENAME COLUMN a b`.
fn advise_on_new_name(case: &Case<'_>) -> Option<String> {
    let renames = case
        .before()
        .take(3)
        .any(|index| case.written(index).eq_ignore_ascii_case("rename"));
    let misses = renames && case.survives(case.error..case.error, &[Symbol::named("TO")]);
    misses.then(|| format!("write `TO` before `{}`", case.shown(case.error)))
}

#[cfg(test)]
mod tests {
    use super::super::RULE;
    use crate::lint::testing::find;

    #[test]
    fn what_other_databases_call_otherwise_is_translated() {
        for (sql, advice) in [
            ("ALTER TABLE t RENAME COLUMN a b", "write `TO` before `b`"),
            (
                "ALTER TABLE t ADD CONSTRAINT IF NOT EXISTS c CHECK (a > 0)",
                "remove `IF NOT EXISTS`",
            ),
            ("CREATE INDEX IF NOT EXISTS ON t (a)", "before `ON`"),
            ("DROP INDEX i ON t", "remove `ON`"),
            ("ALTER TABLE t DROP PRIMARY KEY", "`DROP CONSTRAINT <name>`"),
            (
                "ALTER TABLE t DROP FOREIGN KEY f",
                "`DROP CONSTRAINT <name>`",
            ),
            ("ALTER TABLE t ADD INDEX (a)", "`CREATE INDEX`"),
            ("ALTER TABLE t ADD COLUMN b int AFTER a", "remove `AFTER`"),
            ("ALTER TABLE t ADD COLUMN b int FIRST", "remove `FIRST`"),
            ("ALTER TABLE t CHANGE a b int", "`RENAME COLUMN <name>"),
            ("ALTER TABLE t MODIFY a bigint", "`ALTER COLUMN <name> TYPE"),
            ("CREATE OR REPLACE TABLE t (a int)", "cannot be replaced"),
            ("INSERT IGNORE INTO t VALUES (1)", "ON CONFLICT DO NOTHING"),
            ("REPLACE INTO t VALUES (1)", "DO UPDATE SET"),
            (
                "INSERT INTO t VALUES (1) ON DUPLICATE KEY UPDATE a = 2",
                "`ON CONFLICT (…) DO UPDATE SET …`",
            ),
            ("PRINT 'x'", "`RAISE NOTICE`"),
            ("EXEC p", "`CALL`"),
            ("SELECT 1\nGO\nSELECT 2", "end statements with `;`"),
        ] {
            let found = find(RULE, &format!("{sql};")).concat();
            assert!(found.contains(advice), "{sql}: {found}");
        }
    }
}
