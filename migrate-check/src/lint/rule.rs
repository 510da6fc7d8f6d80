//! A rule as data: its name, its level, its documentation, its code.

use std::fmt;

use migrate_sql::ast::Kind;

use super::context::Context;
use super::parsed_file::ParsedFile;
use crate::diagnostics::Diagnostic;
use crate::settings::{Level, Lint};

/// Something that a migration should not say.
#[derive(Clone, Copy)]
pub struct Rule {
    /// Its name, as diagnostics and `-- migrate: allow(…)` give it.
    pub id: &'static str,
    /// What becomes of its findings unless the settings say otherwise.
    pub level: Level,
    /// What it says, in a line.
    pub summary: &'static str,
    /// Whether a file may say `-- migrate: allow(<rule>) <reason>`. Not where the migration could not
    /// work, or could not be recorded, all the same.
    pub allowable: bool,
    /// The text of its own source file, which begins with its documentation.
    pub(super) source: &'static str,
    /// Finds what it is about, in no particular order.
    pub(super) check: Check,
}

/// What a rule looks at.
#[derive(Clone, Copy)]
pub(super) enum Check {
    /// A file as a whole.
    File(fn(&ParsedFile<'_>) -> Vec<Diagnostic>),
    /// Each statement of one of these kinds.
    Statement(
        InBlocks,
        &'static [Kind],
        fn(&Context<'_>) -> Vec<Diagnostic>,
    ),
    /// All files in their order: [`Resolver`](crate::resolve::Resolver) finds it.
    Directory,
}

/// Whether a rule speaks of a statement that stands in a `DO` block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InBlocks {
    /// Of any.
    Always,
    /// Where it surely runs: the rule says that it fails.
    Sure,
    /// Of none: what is before it in the block can guard it.
    Never,
}

impl Rule {
    /// What it is about, why that is harmful and what to do instead: Markdown, without a heading.
    ///
    /// A block of SQL below a line that says `Found:` is an example of what the rule finds; all other
    /// blocks are fine. Each block is a file.
    pub fn explanation(&self) -> String {
        self.source
            .lines()
            .map_while(|line| line.strip_prefix("//!"))
            .map(|line| line.strip_prefix(' ').unwrap_or(line))
            .fold(String::new(), |text, line| text + line + "\n")
    }

    /// The blocks of SQL in its documentation.
    pub fn examples(&self) -> Vec<Example> {
        let mut examples = Vec::new();
        let mut block: Option<String> = None;
        let mut before = String::new();
        for line in self.explanation().lines() {
            match &mut block {
                Some(sql) if line == "```" => {
                    examples.push(Example {
                        is_found: before == "Found:",
                        sql: std::mem::take(sql),
                    });
                    block = None;
                }
                Some(sql) => {
                    sql.push_str(line);
                    sql.push('\n');
                }
                None if line == "```sql" => block = Some(String::new()),
                None if line.is_empty() => {}
                None => line.clone_into(&mut before),
            }
        }
        examples
    }

    /// The level that holds for it.
    pub fn level_in(&self, lint: &Lint) -> Level {
        match lint.chosen(self.id) {
            Some(level) if self.allowable => level,
            _ => self.level,
        }
    }

    /// Whether it needs the statements to be parsed.
    pub(crate) fn reads_tree(&self) -> bool {
        matches!(self.check, Check::Statement(..) | Check::Directory) || self.id == "syntax"
    }
}

/// A block of SQL in a rule's documentation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// Whether the rule finds something in it.
    pub is_found: bool,
    /// A whole file.
    pub sql: String,
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rule")
            .field("id", &self.id)
            .field("level", &self.level)
            .finish_non_exhaustive()
    }
}
