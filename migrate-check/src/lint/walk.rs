//! The statements of a file, shown to the rules and to the catalog one after the other.

use migrate_sql::ast::{Command, Kind, Statement};

use super::block::{Block, Certainty};
use super::context::{Context, Place};
use super::lock;
use super::parsed_file::ParsedFile;
use super::rule::{Check, InBlocks};
use super::rules::RULES;
use crate::catalog::Catalog;
use crate::diagnostics::Diagnostic;
use crate::migration::{Lock, Transaction};

/// By kind of statement: which rules want to see it, a bit each.
static ASKED: [u64; Kind::COUNT] = list_asked();

#[expect(
    clippy::indexing_slicing,
    reason = "runs in the compiler: a wrong index is a build error"
)]
const fn list_asked() -> [u64; Kind::COUNT] {
    let mut asked = [0; Kind::COUNT];
    let mut at = 0;
    assert!(RULES.len() <= 64, "a rule is a bit of 64");
    while at < RULES.len() {
        if let Check::Statement(_, kinds, _) = RULES[at].check {
            let mut rest = kinds;
            while let Some((kind, others)) = rest.split_first() {
                asked[*kind as usize] |= 1 << at;
                rest = others;
            }
        }
        at += 1;
    }
    asked
}

/// A file while its statements are visited in order.
pub(super) struct Walk<'w> {
    pub(super) file: &'w ParsedFile<'w>,
    /// The rules that are applied, a bit each.
    pub(super) selected: u64,
    pub(super) catalog: &'w mut Catalog,
    /// The first lock so far that shuts out writers of a table other sessions use.
    pub(super) held: Option<Lock>,
    pub(super) found: Vec<Diagnostic>,
    pub(super) locks: Vec<(usize, Vec<Lock>)>,
}

impl Walk<'_> {
    /// Shows a statement to the rules, and applies it to the catalog.
    pub(super) fn visit(&mut self, statement: &Statement<'_>, place: Place) {
        let asked = ASKED.get(statement.command.kind() as usize).copied();
        let mut asked = asked.unwrap_or_default() & self.selected;
        if asked != 0 {
            let context = Context {
                file: self.file,
                statement,
                catalog: self.catalog,
                held: self.held.as_ref(),
                place,
            };
            while let Some(rule) = RULES.get(asked.trailing_zeros() as usize) {
                asked &= asked - 1;
                if let Check::Statement(blocks, _, check) = rule.check
                    && speaks_in(blocks, place)
                {
                    self.found.append(&mut check(&context));
                }
            }
        }
        let mut taken = Vec::new();
        if let Some(lock) = lock::strongest(statement, self.catalog) {
            taken.push(lock.clone());
            self.held.get_or_insert(lock);
        } else if statement.command.kind() == Kind::Drop {
            taken = lock::locks_of_drop(statement, self.catalog);
        }
        if !taken.is_empty() {
            self.locks.push((statement.range().start, taken));
        }
        if place != Place::Block(Certainty::May) || self.may_be_new(statement) {
            self.catalog.apply(statement);
        }
    }

    /// Visits the statements of a `DO` block. What they lock, the block locks.
    pub(super) fn enter(&mut self, statement: &Statement<'_>, block: &Block<'_>) {
        let before = self.locks.len();
        let held = self.held.clone();
        for (inner, certainty) in block.statements() {
            self.visit(&inner, Place::Block(certainty));
        }
        if self.file.transaction == Transaction::None {
            self.held = held;
        }
        let mut taken: Vec<Lock> = Vec::new();
        for (_, locks) in self.locks.drain(before..) {
            for lock in locks {
                if !taken.contains(&lock) {
                    taken.push(lock);
                }
            }
        }
        if !taken.is_empty() {
            self.locks.push((statement.range().start, taken));
        }
    }

    /// Whether a statement that may run makes a table that is not known yet: then what follows is about a new one.
    fn may_be_new(&self, statement: &Statement<'_>) -> bool {
        match &statement.command {
            Command::CreateTable(created) => !self.catalog.is_made_before(&created.name),
            Command::CreateTableAs(created) => !self.catalog.is_made_before(&created.name),
            _ => false,
        }
    }
}

fn speaks_in(blocks: InBlocks, place: Place) -> bool {
    match place {
        Place::File => true,
        Place::Block(certainty) => match blocks {
            InBlocks::Always => true,
            InBlocks::Sure => certainty == Certainty::Runs,
            InBlocks::Never => false,
        },
    }
}
