//! The statements of PostgreSQL's regression suite.

use std::fs;
use std::path::Path;

use migrate_core::{grammar, sql};

use super::list_files;
use crate::Outcome;

/// Every statement of the directory's files, without what belongs to psql: the data behind
/// `COPY … FROM stdin`, and everything from a backslash to the end of its line.
pub(super) fn read(directory: &Path) -> Outcome<Vec<String>> {
    let mut statements = Vec::new();
    for file in list_files(directory)? {
        let bytes = fs::read(&file)?;
        // A few files are in other encodings on purpose.
        let text = drop_copy_data(&String::from_utf8_lossy(&bytes));
        let text = end_at_commands(text);
        let scan = sql::scan(&text);
        let parsed = grammar::parse(&text, &scan.tokens, &scan.faults);
        for sentence in &parsed.sentences {
            statements.extend(text.get(sentence.range.clone()).map(str::to_owned));
        }
    }
    Ok(statements)
}

/// Leaves out the lines from the one behind `… FROM stdin …;` to the one that says `\.`.
fn drop_copy_data(text: &str) -> String {
    let mut kept = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        kept.push_str(line);
        kept.push('\n');
        let line = line.to_lowercase();
        if line.contains("from stdin") && line.contains(';') {
            let mut ahead = lines.clone();
            if ahead.any(|line| line.trim_end() == "\\.") {
                lines = ahead;
            }
        }
    }
    kept
}

/// Puts a semicolon in the place of every psql command.
fn end_at_commands(mut text: String) -> String {
    for token in sql::scan(&text).tokens.iter().rev() {
        if token.is_char(b'\\') {
            text.replace_range(token.range(), ";");
        }
    }
    text
}
