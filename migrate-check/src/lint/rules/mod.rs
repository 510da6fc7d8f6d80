//! What a migration must not say, rule by rule, and the list of the rules.
//!
//! A rule is a file here, and nothing else is: the module's documentation is the one for users, the code and the tests
//! follow. [`RULES`] is the one list of them. A rule about statements names the kinds of statement that it reads, so
//! that a statement meets only the rules that may report it.

mod add_column_rewrite;
mod add_required_column;
mod alter_domain_scan;
mod backfill_in_migration;
mod column_type_change;
mod constraint_not_valid;
mod contradicts_schema;
mod copy_from_stdin;
mod create_does_nothing;
mod create_if_not_exists;
mod detach_not_concurrent;
mod disables_lock_timeout;
mod drop_cascade;
mod drop_column;
mod drop_index_not_concurrent;
mod drop_table;
mod drop_view;
mod enum_value_in_same_file;
mod idempotent;
mod identifier_too_long;
mod index_not_concurrent;
mod index_not_immutable;
mod invalid_index_masked;
mod invisible_in_name;
mod json_column;
mod lexical_error;
mod locks_referenced_table;
mod locks_two_tables;
mod long_work_after_lock;
mod needs_no_transaction;
mod not_rerunnable;
mod own_history_table;
mod partition_lock;
mod primary_key_nullable_index;
mod psql_command;
mod refresh_not_concurrent;
mod refused_for_partitions;
mod reindex_not_concurrent;
mod rename;
mod rewrite_command;
mod session_state_leak;
mod set_not_null;
mod syntax;
mod transaction_control;
mod trigger_or_policy;
mod truncate;
mod unique_builds_index;
mod unknown_name;
mod unnamed_concurrent_index;

use super::rule::{Check, Rule};
use crate::settings::RuleNames;

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
    unknown_name::RULE,
    contradicts_schema::RULE,
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
    create_does_nothing::RULE,
    drop_cascade::RULE,
    alter_domain_scan::RULE,
    refused_for_partitions::RULE,
    truncate::RULE,
    drop_view::RULE,
    index_not_immutable::RULE,
    identifier_too_long::RULE,
    invisible_in_name::RULE,
    create_if_not_exists::RULE,
    locks_two_tables::RULE,
    invalid_index_masked::RULE,
    idempotent::RULE,
];

/// The rule of this name.
pub fn find(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id)
}

/// The names of all rules.
pub fn names() -> RuleNames {
    let ids = |allowable: bool| {
        let rules = RULES.iter().filter(move |rule| rule.allowable == allowable);
        rules.map(|rule| rule.id).collect()
    };
    let needs_model = RULES
        .iter()
        .filter(|rule| matches!(rule.check, Check::Directory));
    let left_out = if cfg!(any(test, feature = "meaning")) {
        Vec::new()
    } else {
        needs_model.map(|rule| rule.id).collect()
    };
    RuleNames {
        allowable: ids(true),
        fixed: ids(false),
        left_out,
    }
}

#[cfg(test)]
mod tests {
    use super::RULES;
    use crate::lint::testing;
    use crate::settings::Level;

    #[test]
    fn rules_have_distinct_names_in_kebab_case_and_say_what_they_are_about() {
        for (at, rule) in RULES.iter().enumerate() {
            assert!(
                rule.id
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte == b'-')
            );
            assert!(RULES.iter().skip(at + 1).all(|other| other.id != rule.id));
            assert!(
                rule.allowable || rule.level == Level::Deny,
                "{}: its level cannot be changed",
                rule.id
            );
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
}
