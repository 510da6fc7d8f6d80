//! Running the rules over a file.

use super::block::Block;
use super::context::Place;
use super::parsed_file::ParsedFile;
use super::rule::{Check, Rule};
use super::rules::{RULES, find};
use super::walk::Walk;
use crate::catalog::{Catalog, Lasting};
use crate::diagnostics::{Diagnostic, Severity};
use crate::files::Direction;
use crate::migration::Lock;
#[cfg(any(test, feature = "meaning"))]
use crate::settings::Lint;
use crate::settings::{Level, Settings, Syntax};

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

/// Whether any rule about the directory as a whole is applied.
#[cfg(any(test, feature = "meaning"))]
pub(crate) fn resolves(settings: &Settings) -> bool {
    RULES
        .iter()
        .any(|rule| matches!(rule.check, Check::Directory) && applies(rule, false, settings))
}

/// Whether a rule speaks of what all files together make.
pub(crate) fn is_about_all(id: &str) -> bool {
    find(id).is_some_and(|rule| matches!(rule.check, Check::Directory))
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
    use crate::settings::Settings;

    #[test]
    fn every_problem_of_a_file_is_found_in_order() {
        let sql = "BEGIN;\nVACUUM t;\nCOPY t FROM STDIN;\n\\echo 'x\nCOMMIT;\nSELECT 'x";
        let settings = Settings::default();
        let before = ["CREATE TABLE t (a int)"];
        let found = testing::find_all(Transaction::Single, &settings, &before, sql);
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
