//! Files that hold both directions: where each begins and ends.
//!
//! The sections cover the whole file: each reaches from its mark (the first from the file's start) to
//! the next. So a file is its sections put together, and what a section's text says of places needs
//! nothing but the number of lines before it.

use std::ops::Range;

use super::Unclear;
use crate::files::Direction;
use crate::migration::Transaction;

/// A file taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Split {
    /// In order of place; at most one of a direction.
    pub(crate) sections: Vec<Section>,
    pub(crate) problems: Vec<Unclear>,
}

/// One direction of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Section {
    pub(crate) direction: Direction,
    /// Bytes of the file.
    pub(crate) range: Range<usize>,
    pub(crate) transaction: Transaction,
    /// The lines of the file that only the tool reads.
    pub(crate) marks: Vec<Range<usize>>,
}

/// What a line says to the tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mark {
    /// Here begins a direction, with a transaction or without.
    Begin(Direction, Transaction),
    /// The whole file runs without a transaction.
    NoTransaction,
    /// Nothing that matters here.
    Other,
    /// Something that cannot be done here, and what to do.
    Refused(String, String),
}

/// Takes `text` apart; `read` says what a line, without white space around it, means. `begin` is the
/// mark that a file has to have.
pub(super) fn split(text: &str, begin: &str, read: fn(&str) -> Option<Mark>) -> Split {
    let mut split = Split::default();
    let mut marks: Vec<Range<usize>> = Vec::new();
    let mut without = false;
    let mut stray = None;
    let mut comment = 0;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let said = line.trim();
        let span = start..start + line.trim_end().len();
        let mark = said.strip_prefix("--").and(read(said));
        match mark {
            None if !split.sections.is_empty() => {}
            None if has_code(said, &mut comment) => stray = stray.or(Some(span)),
            None => {}
            Some(mark) => {
                if let Mark::Begin(direction, transaction) = mark {
                    split.begin(direction, transaction, start, span.clone());
                } else if let Mark::Refused(message, help) = mark {
                    split.problems.push(Unclear {
                        span: span.clone(),
                        message,
                        help,
                    });
                } else {
                    without |= mark == Mark::NoTransaction;
                }
                marks.push(span);
            }
        }
        start += line.len();
    }
    if split.sections.is_empty() {
        split.problems.push(Unclear {
            span: 0..0,
            message: format!("no `{begin}` line"),
            help: format!("add `{begin}` above the statements that apply the migration"),
        });
        // Judged all the same, so that whatever else is wrong is found in the same build.
        split.begin(Direction::Up, Transaction::Single, 0, 0..0);
    } else if let Some(span) = stray {
        split.problems.push(Unclear {
            span,
            message: "a statement before the first mark belongs to no direction".to_owned(),
            help: format!("move it below `{begin}`"),
        });
    }
    let mut end = text.len();
    for section in split.sections.iter_mut().rev() {
        section.range.end = end;
        end = section.range.start;
        if without {
            section.transaction = Transaction::None;
        }
        let range = section.range.clone();
        section.marks = marks
            .iter()
            .filter(|mark| range.contains(&mark.start))
            .cloned()
            .collect();
    }
    split
}

/// Whether a line holds more than comments. `depth` is how many block comments are open where it begins, and then where
/// it ends: they nest.
fn has_code(line: &str, depth: &mut usize) -> bool {
    let mut rest = line;
    while let Some(next) = rest.chars().next() {
        if let Some(inner) = rest.strip_prefix("/*") {
            *depth += 1;
            rest = inner;
        } else if *depth > 0
            && let Some(after) = rest.strip_prefix("*/")
        {
            *depth -= 1;
            rest = after;
        } else if *depth == 0 && rest.starts_with("--") {
            return false;
        } else if *depth == 0 && !next.is_whitespace() {
            return true;
        } else {
            rest = rest.get(next.len_utf8()..).unwrap_or_default();
        }
    }
    false
}

impl Split {
    fn begin(
        &mut self,
        direction: Direction,
        transaction: Transaction,
        start: usize,
        span: Range<usize>,
    ) {
        if self
            .sections
            .iter()
            .any(|section| section.direction == direction)
        {
            self.problems.push(Unclear {
                span,
                message: "a second section for the same direction".to_owned(),
                help: "merge the two sections".to_owned(),
            });
            return;
        }
        self.sections.push(Section {
            direction,
            // The comments before the first mark belong to its section.
            range: if self.sections.is_empty() { 0 } else { start }..start,
            transaction,
            marks: Vec::new(),
        });
    }
}
