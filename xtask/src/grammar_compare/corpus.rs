//! The statements of PostgreSQL's regression suite.

use std::collections::HashSet;
use std::fs;
use std::ops::Range;
use std::path::Path;

use migrate_sql::{grammar, scanner, splitter};

use super::list_files;
use crate::Outcome;

/// What the suite holds.
#[derive(Default)]
pub(super) struct Corpus {
    pub(super) files: usize,
    pub(super) statements: Vec<String>,
    /// Files whose valid statements are not what the lexical splitter makes of the file.
    pub(super) split_otherwise: Vec<String>,
}

impl Corpus {
    /// Every statement of the directory's files, without what belongs to psql: the data after
    /// `COPY … FROM stdin`, and everything from a backslash to the end of its line.
    pub(super) fn read(directory: &Path) -> Outcome<Self> {
        let mut corpus = Self::default();
        for file in list_files(directory)? {
            let bytes = fs::read(&file)?;
            // A few files are in other encodings on purpose.
            let text = drop_copy_data(&String::from_utf8_lossy(&bytes));
            let text = end_at_commands(text);
            if !corpus.take(&text) {
                let name = file.file_name().unwrap_or_default();
                corpus
                    .split_otherwise
                    .push(name.to_string_lossy().into_owned());
            }
        }
        Ok(corpus)
    }

    /// Takes in a file; whether grammar and splitter agree on its valid statements.
    fn take(&mut self, text: &str) -> bool {
        self.files += 1;
        let analysis = splitter::analyse(text);
        let parsed = grammar::parse(text, &analysis.tokens, &analysis.faults);
        let split: HashSet<Range<usize>> = analysis
            .statements
            .iter()
            .map(|statement| statement.range.clone())
            .collect();
        let mut alike = true;
        for sentence in &parsed.sentences {
            self.statements
                .extend(text.get(sentence.range.clone()).map(str::to_owned));
            alike &= sentence.refusal().is_some() || split.contains(&sentence.range);
        }
        alike
    }
}

/// Leaves out the lines from the one after `… FROM stdin …;` to the one that says `\.`.
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
    for token in scanner::scan(&text).tokens.iter().rev() {
        if token.is_char(b'\\') {
            text.replace_range(token.range(), ";");
        }
    }
    text
}
