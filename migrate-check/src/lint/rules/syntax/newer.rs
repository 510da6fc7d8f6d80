//! Statements of a PostgreSQL that is newer than the grammar.

use super::case::Case;

/// Words that PostgreSQL 19 has, and 18 refuses at one of them. These begin a statement.
const BEGINNINGS: &[&[&str]] = &[
    &["REPACK"],
    &["WAIT", "FOR", "LSN"],
    &["CREATE", "PROPERTY", "GRAPH"],
    &["CREATE", "OR", "REPLACE", "PROPERTY", "GRAPH"],
    &["CREATE", "TEMP", "PROPERTY", "GRAPH"],
    &["CREATE", "TEMPORARY", "PROPERTY", "GRAPH"],
    &["ALTER", "PROPERTY", "GRAPH"],
    &["DROP", "PROPERTY", "GRAPH"],
    &["COMMENT", "ON", "PROPERTY", "GRAPH"],
];

/// These stand inside a statement.
const CLAUSES: &[&[&str]] = &[
    &["SPLIT", "PARTITION"],
    &["MERGE", "PARTITIONS"],
    &["FOR", "PORTION", "OF"],
    &["GROUP", "BY", "ALL"],
    &["DO", "SELECT"],
    &["IGNORE", "NULLS"],
    &["RESPECT", "NULLS"],
    &["GRAPH_TABLE"],
];

/// Whether the statement is one that PostgreSQL 19 knows.
pub(super) fn is_known(case: &Case<'_>) -> bool {
    let first = case.sentence.tokens.start;
    let mut beginnings = BEGINNINGS.iter();
    let mut clauses = CLAUSES.iter();
    beginnings.any(|words| case.error <= first + words.len() && case.reads(first, words))
        || clauses.any(|words| {
            // The refused word is one of them, or the first after them.
            let mut starts = (0..=words.len()).filter_map(|back| case.error.checked_sub(back));
            starts.any(|start| case.reads(start, words))
        })
}
