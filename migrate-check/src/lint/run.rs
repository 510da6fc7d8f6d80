//! Running the rules over a file.

use migrate_sql::ast::{Command, Kind, Statement};

use super::block::{Block, Certainty};
use super::context::{Context, Place};
use super::lock;
use super::parsed_file::ParsedFile;
use super::rule::{Check, Rule};
use super::rules::{RULES, find};
use crate::catalog::{Catalog, Lasting};
use crate::diagnostics::{Diagnostic, Severity};
use crate::files::Direction;
use crate::migration::{Lock, Transaction};
#[cfg(any(test, feature = "meaning"))]
use crate::settings::Lint;
use crate::settings::{Level, Settings, Syntax};

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
        if let Check::Statement(kinds, _) = RULES[at].check {
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

/// The rules that look at a file as a whole, a bit each.
const OF_FILES: u64 = {
    let mut of_files = 0;
    let mut rest = RULES;
    while let [others @ .., last] = rest {
        of_files <<= 1;
        if let Check::File(_) = last.check {
            of_files |= 1;
        }
        rest = others;
    }
    of_files
};

/// Whether anybody looks for what an `allow` of this name permits, in a file of this version.
pub(crate) fn is_applied(id: &str, version: Option<i64>, settings: &Settings) -> bool {
    find(id).is_none_or(|rule| applies(rule, is_old(version, settings), settings))
}

/// Whether a file of this version ran long ago.
pub(crate) fn is_old(version: Option<i64>, settings: &Settings) -> bool {
    version
        .zip(settings.start_after)
        .is_some_and(|(version, start)| version <= start)
}

/// Whether a rule is applied to a file. Rules that are no errors of themselves do not speak of files that
/// ran long ago.
fn applies(rule: &Rule, is_old: bool, settings: &Settings) -> bool {
    let is_about_all = matches!(rule.check, Check::Directory);
    rule.level_in(&settings.lint) > Level::Allow
        && (!is_old || (rule.level == Level::Deny && !is_about_all))
        && (settings.syntax == Syntax::On || !rule.reads_tree())
        && (cfg!(any(test, feature = "meaning")) || !is_about_all)
}

/// The rules that are applied, a bit each: asked of the settings once, not for every file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Selection {
    of_new: u64,
    of_old: u64,
}

impl Selection {
    pub(crate) fn of(settings: &Settings) -> Self {
        let select = |is_old| {
            let rules = RULES.iter().enumerate();
            rules
                .filter(|(_, rule)| applies(rule, is_old, settings))
                .fold(0, |selected, (at, _)| selected | 1 << at)
        };
        Self {
            of_new: select(false),
            of_old: select(true),
        }
    }
}

/// What is found out about a file.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    /// What the rules find, in order of place.
    pub(crate) findings: Vec<Diagnostic>,
    /// The locks of each statement that takes any, by the byte it starts at, in order.
    pub(crate) locks: Vec<(usize, Vec<Lock>)>,
}

/// Shows a file to the rules. `catalog` is what the files before have made; what this file makes is added.
pub(crate) fn check(file: &ParsedFile<'_>, selection: Selection, catalog: &mut Catalog) -> Verdict {
    let is_old = is_old(file.version, file.settings);
    let selected = if is_old {
        selection.of_old
    } else {
        selection.of_new
    };
    let mut found = Vec::new();
    let mut asked = OF_FILES & selected;
    while let Some(rule) = RULES.get(asked.trailing_zeros() as usize) {
        asked &= asked - 1;
        if let Check::File(check) = rule.check {
            found.append(&mut check(file));
        }
    }
    catalog.begin_file(match file.direction {
        Direction::Up => Lasting::Yes,
        Direction::Down => Lasting::No,
    });
    let mut walk = Walk {
        file,
        selected,
        catalog,
        held: None,
        found,
        locks: Vec::new(),
    };
    for statement in file.statements {
        walk.visit(statement, Place::File);
        if let Some(block) = Block::of(statement) {
            walk.enter(statement, &block);
        }
    }
    let Walk {
        mut found, locks, ..
    } = walk;
    catalog.end_file();
    if !found.is_empty() {
        // Only errors speak of files that ran long ago.
        found.retain(|finding| !is_old || finding.severity == Severity::Error);
        set_levels(&mut found, file.settings);
        found.sort_by_key(|diagnostic| diagnostic.span.as_ref().map(|span| span.start));
    }
    Verdict {
        findings: found,
        locks,
    }
}

/// A file while its statements are visited in order.
struct Walk<'w> {
    file: &'w ParsedFile<'w>,
    /// The rules that are applied, a bit each.
    selected: u64,
    catalog: &'w mut Catalog,
    /// The first lock so far that shuts out writers of a table other sessions use.
    held: Option<Lock>,
    found: Vec<Diagnostic>,
    locks: Vec<(usize, Vec<Lock>)>,
}

impl Walk<'_> {
    /// Shows a statement to the rules, and applies it to the catalog.
    fn visit(&mut self, statement: &Statement<'_>, place: Place) {
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
                if let Check::Statement(_, check) = rule.check
                    && speaks_in(rule, place)
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
    fn enter(&mut self, statement: &Statement<'_>, block: &Block<'_>) {
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

/// Whether a rule has something to say there. In a block, the statement can be guarded by what is before it, and of one that
/// may not run, nothing says that it fails.
fn speaks_in(rule: &Rule, place: Place) -> bool {
    match place {
        Place::File => true,
        Place::Block(certainty) => {
            let is_of_guards = matches!(
                rule.id,
                "create-if-not-exists" | "idempotent" | "not-rerunnable"
            );
            let is_of_failures = rule.level == Level::Deny
                || matches!(
                    rule.id,
                    "add-required-column"
                        | "create-does-nothing"
                        | "index-not-immutable"
                        | "refused-for-partitions"
                );
            !is_of_guards && (certainty == Certainty::Runs || !is_of_failures)
        }
    }
}

/// Whether any rule about the directory as a whole is applied.
#[cfg(any(test, feature = "meaning"))]
pub(crate) fn resolves(settings: &Settings) -> bool {
    RULES
        .iter()
        .any(|rule| matches!(rule.check, Check::Directory) && applies(rule, false, settings))
}

/// Looks for nothing that may be allowed.
#[cfg(any(test, feature = "meaning"))]
pub(crate) fn allow_all(lint: &mut Lint) {
    for rule in RULES.iter().filter(|rule| rule.allowable) {
        lint.set(rule.id, Level::Allow);
    }
}

/// The findings about all files, with the levels that the settings give their rules.
#[cfg(any(test, feature = "meaning"))]
pub(crate) fn with_levels(mut found: Vec<Diagnostic>, settings: &Settings) -> Vec<Diagnostic> {
    found.retain(|finding| {
        find(finding.rule).is_none_or(|rule| rule.level_in(&settings.lint) > Level::Allow)
    });
    set_levels(&mut found, settings);
    found
}

/// Makes warnings of the findings of rules that warn, and errors of those that are to be errors in any case.
fn set_levels(found: &mut [Diagnostic], settings: &Settings) {
    for diagnostic in found {
        if find(diagnostic.rule).is_some_and(|rule| rule.level_in(&settings.lint) == Level::Warn) {
            diagnostic.severity = Severity::Warning;
        } else if settings.lint.chosen(diagnostic.rule) == Some(Level::Deny) {
            diagnostic.severity = Severity::Error;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::lint::testing;
    use crate::migration::Transaction;
    use crate::settings::{Level, Settings};

    #[test]
    fn every_problem_of_a_file_is_found_in_order() {
        let sql = "BEGIN;\nVACUUM t;\nCOPY t FROM STDIN;\n\\echo 'x\nCOMMIT;\nSELECT 'x";
        let mut settings = Settings::default();
        settings.lint.set("unknown-name", Level::Allow);
        let found = testing::find_all(Transaction::Single, &settings, &[], sql);
        let ids: Vec<&str> = found.iter().map(|diagnostic| diagnostic.rule).collect();
        assert_eq!(
            ids,
            [
                "transaction-control",
                "needs-no-transaction",
                "copy-from-stdin",
                "psql-command",
                "transaction-control",
                "lexical-error",
            ]
        );
        assert!(
            found
                .iter()
                .all(|diagnostic| diagnostic.advice().next().is_some())
        );
    }

    /// What is likely to confuse a scanner, a splitter or a rule, wherever it occurs.
    const PIECES: &[&str] = &[
        "'",
        "\"",
        "$$",
        "$a$",
        "E'",
        "U&'",
        "U&\"",
        "\\",
        "\\u12",
        "--",
        "/*",
        "*/",
        "\n",
        "\r",
        " ",
        "1",
        "_",
        "0x",
        ".",
        "+",
        "-",
        "@",
        ":",
        ";",
        "(",
        ")",
        "é",
        "a",
        "select ",
        "begin ",
        "atomic ",
        "end ",
        "create ",
        "function ",
        "copy t from stdin;",
        "\n\\.\n",
        "do ",
        "set_config(",
        "uescape '!'",
        "savepoint a",
        "release a",
        "schema_migrations",
        "vacuum",
        "create index concurrently ",
        "on t",
        "commit",
    ];

    fn tricky() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            9 => prop::sample::select(PIECES).prop_map(str::to_owned),
            1 => any::<char>().prop_map(String::from),
        ];
        prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn no_text_makes_a_rule_panic(text in tricky()) {
            for transaction in [Transaction::Single, Transaction::None] {
                let settings = Settings::default();
                for finding in testing::find_all(transaction, &settings, &[], &text) {
                    prop_assert!(finding.advice().next().is_some());
                    prop_assert!(text.get(finding.span.unwrap()).is_some());
                }
            }
        }
    }
}
