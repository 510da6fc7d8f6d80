//! What a migration must not say, rule by rule.
//!
//! A rule is a file here: its documentation for users is the module's own, its code and its tests stand
//! below that. [`RULES`] is the one list of them. A rule about statements names the symbols of the grammar
//! that it wants to be shown, so that a statement meets only the rules that may speak of it.

mod add_column_rewrite;
mod add_required_column;
mod alteration;
mod backfill_in_migration;
mod column;
mod column_type;
mod column_type_change;
mod constraint;
mod constraint_not_valid;
mod copy_from_stdin;
mod create_if_not_exists;
mod detach_not_concurrent;
mod disables_lock_timeout;
mod drop_column;
mod drop_index_not_concurrent;
mod drop_table;
mod enum_value_in_same_file;
mod idempotent;
mod identifier_too_long;
mod index_not_concurrent;
mod invalid_index_masked;
mod json_column;
mod lexical_error;
mod lock;
mod locks_referenced_table;
mod long_work_after_lock;
mod needs_no_transaction;
mod not_rerunnable;
mod own_history_table;
mod partition_lock;
mod past;
mod primary_key_nullable_index;
mod psql_command;
mod refresh_not_concurrent;
mod reindex_not_concurrent;
mod relation;
mod rename;
mod rewrite_command;
mod rule;
mod scene;
mod schema;
mod session_state_leak;
mod set_not_null;
mod subject;
mod syntax;
#[cfg(test)]
pub(crate) mod testing;
mod transaction_control;
mod trigger_or_policy;
mod unique_builds_index;
mod unnamed_concurrent_index;
mod words;

pub use self::lock::{Lock, locks};
use self::past::Past;
use self::rule::Check;
pub use self::rule::{Example, Rule};
use self::scene::{Said, Scene};
pub(crate) use self::schema::Schema;
pub(crate) use self::subject::Subject;
use crate::diagnostic::{Diagnostic, Severity};
use crate::file_name::Direction;
use crate::grammar::Symbol;
use crate::settings::{Level, Settings, Syntax};

/// Every rule about the SQL of one file.
pub const RULES: &[Rule] = &[
    // Errors: the migration could not work, or not be recorded.
    lexical_error::RULE,
    syntax::RULE,
    psql_command::RULE,
    copy_from_stdin::RULE,
    transaction_control::RULE,
    needs_no_transaction::RULE,
    unnamed_concurrent_index::RULE,
    not_rerunnable::RULE,
    session_state_leak::RULE,
    enum_value_in_same_file::RULE,
    own_history_table::RULE,
    // What it would do to a running system.
    index_not_concurrent::RULE,
    constraint_not_valid::RULE,
    set_not_null::RULE,
    column_type_change::RULE,
    add_column_rewrite::RULE,
    add_required_column::RULE,
    unique_builds_index::RULE,
    primary_key_nullable_index::RULE,
    long_work_after_lock::RULE,
    disables_lock_timeout::RULE,
    backfill_in_migration::RULE,
    drop_index_not_concurrent::RULE,
    reindex_not_concurrent::RULE,
    detach_not_concurrent::RULE,
    refresh_not_concurrent::RULE,
    partition_lock::RULE,
    rewrite_command::RULE,
    locks_referenced_table::RULE,
    trigger_or_policy::RULE,
    drop_column::RULE,
    drop_table::RULE,
    rename::RULE,
    json_column::RULE,
    identifier_too_long::RULE,
    create_if_not_exists::RULE,
    invalid_index_masked::RULE,
    idempotent::RULE,
];

/// The rule of this name.
pub fn find(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id)
}

/// By symbol of the grammar: which rules want to see it, a bit each.
static ASKED: [u64; Symbol::COUNT] = list_asked();

#[expect(
    clippy::indexing_slicing,
    reason = "runs in the compiler: a wrong index is a build error"
)]
const fn list_asked() -> [u64; Symbol::COUNT] {
    let mut asked = [0; Symbol::COUNT];
    let mut at = 0;
    assert!(RULES.len() <= 64, "a rule is a bit of 64");
    while at < RULES.len() {
        if let Check::Statement(symbols, _) = RULES[at].check {
            let mut rest = symbols;
            while let Some((symbol, others)) = rest.split_first() {
                asked[symbol.number()] |= 1 << at;
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
fn is_old(version: Option<i64>, settings: &Settings) -> bool {
    version
        .zip(settings.since)
        .is_some_and(|(version, since)| version <= since)
}

/// Whether a rule is applied to a file. Rules that are no errors of themselves do not speak of files that
/// ran long ago.
fn applies(rule: &Rule, is_old: bool, settings: &Settings) -> bool {
    settings.lint.level(rule) > Level::Allow
        && (!is_old || rule.level == Level::Deny)
        && (settings.syntax == Syntax::On || !rule.reads_tree())
        && !(rule.id == create_if_not_exists::RULE.id
            && create_if_not_exists::is_contradicted(&settings.lint))
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

/// Everything that the rules find in a file, in order of place. `schema` is what the files before have made
/// of the tables; what this file does to them is added.
pub(crate) fn check(
    subject: &Subject<'_>,
    selection: Selection,
    schema: &mut Schema,
) -> Vec<Diagnostic> {
    let selected = if is_old(subject.version, subject.settings) {
        selection.of_old
    } else {
        selection.of_new
    };
    let mut found = Vec::new();
    let mut asked = OF_FILES & selected;
    while let Some(rule) = RULES.get(asked.trailing_zeros() as usize) {
        asked &= asked - 1;
        if let Check::File(check) = rule.check {
            found.append(&mut check(subject));
        }
    }
    let mut past = Past::default();
    for node in subject.trees() {
        let said = Said::new(subject, node);
        let asked = ASKED.get(node.symbol().number()).copied();
        let mut asked = asked.unwrap_or_default() & selected;
        if asked != 0 {
            let scene = Scene {
                subject,
                said: &said,
                past: &past,
                schema,
            };
            while let Some(rule) = RULES.get(asked.trailing_zeros() as usize) {
                asked &= asked - 1;
                if let Check::Statement(_, check) = rule.check {
                    found.append(&mut check(&scene));
                }
            }
        }
        past.note(&said);
        if subject.direction == Direction::Up {
            schema.note(&said);
        }
    }
    if !found.is_empty() {
        set_levels(&mut found, subject.settings);
        found.sort_by_key(|diagnostic| diagnostic.span.as_ref().map(|span| span.start));
    }
    found
}

/// Makes warnings of the findings of rules that warn.
fn set_levels(found: &mut [Diagnostic], settings: &Settings) {
    for diagnostic in found {
        if find(diagnostic.rule).is_some_and(|rule| settings.lint.level(rule) == Level::Warn) {
            diagnostic.severity = Severity::Warning;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{RULES, testing};
    use crate::migration::Transaction;
    use crate::settings::Settings;

    #[test]
    fn rules_have_distinct_names_in_kebab_case_and_say_what_they_are_about() {
        for (at, rule) in RULES.iter().enumerate() {
            assert!(
                rule.id
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte == b'-')
            );
            assert!(RULES.iter().skip(at + 1).all(|other| other.id != rule.id));
            assert!(!rule.summary.is_empty() && !rule.summary.ends_with('.'));
        }
    }

    #[test]
    fn examples_are_found_and_what_to_do_instead_is_not() {
        for rule in RULES {
            let examples = rule.examples();
            assert!(
                examples.iter().any(|example| !example.is_found),
                "{}",
                rule.id
            );
            assert!(
                examples.iter().any(|example| example.is_found),
                "{}",
                rule.id
            );
            let mut before: Vec<&str> = Vec::new();
            for example in &examples {
                let found = testing::find_example(*rule, &before, &example.sql);
                assert_eq!(
                    !found.is_empty(),
                    example.is_found,
                    "{}: {}{found:?}",
                    rule.id,
                    example.sql
                );
                if !example.is_found {
                    before.push(&example.sql);
                }
            }
        }
    }

    #[test]
    fn every_problem_of_a_file_is_found_in_order() {
        let sql = "BEGIN;\nVACUUM t;\nCOPY t FROM STDIN;\n\\echo 'x\nCOMMIT;\nSELECT 'x";
        let settings = Settings::default();
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
        assert!(found.iter().all(|diagnostic| !diagnostic.help.is_empty()));
    }
}
