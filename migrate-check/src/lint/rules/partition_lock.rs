//! A partition is created in place, or a table that holds rows is attached without a check.
//!
//! `CREATE TABLE … PARTITION OF` locks the whole partitioned table against everybody, and its default
//! partition, which is searched for rows that belong to the new one.
//!
//! Found:
//!
//! ```sql
//! CREATE TABLE events_2025 PARTITION OF events
//!     FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
//! -- locks events: ACCESS EXCLUSIVE
//! -- locks events_default: ACCESS EXCLUSIVE
//! -- scans events_default
//! ```
//!
//! Create it for itself and attach it: readers and writers of the other partitions go on.
//!
//! ```sql
//! CREATE TABLE events_2025 (LIKE events INCLUDING DEFAULTS);
//! ALTER TABLE events ATTACH PARTITION events_2025
//!     FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
//! -- locks events: SHARE UPDATE EXCLUSIVE
//! -- locks events_default: ACCESS EXCLUSIVE
//! -- scans events_default
//! ```
//!
//! A table with rows is searched as well while it is attached, locked against everybody.
//!
//! Found:
//!
//! ```sql
//! ALTER TABLE events ATTACH PARTITION events_2026
//!     FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
//! -- locks events: SHARE UPDATE EXCLUSIVE
//! -- locks events_2026: ACCESS EXCLUSIVE
//! -- locks events_default: ACCESS EXCLUSIVE
//! -- scans events_2026
//! -- scans events_default
//! ```
//!
//! Unless a valid check says that all its rows fit. Add that before:
//!
//! ```sql
//! ALTER TABLE events_2026 ADD CONSTRAINT fits
//!     CHECK (at IS NOT NULL AND at >= '2026-01-01' AND at < '2027-01-01') NOT VALID;
//! -- locks events_2026: ACCESS EXCLUSIVE
//! ```
//!
//! ```sql
//! ALTER TABLE events_2026 VALIDATE CONSTRAINT fits;
//! -- locks events_2026: SHARE UPDATE EXCLUSIVE
//! -- scans events_2026
//! ```
//!
//! ```sql
//! ALTER TABLE events ATTACH PARTITION events_2026
//!     FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
//! -- locks events: SHARE UPDATE EXCLUSIVE
//! -- locks events_2026: ACCESS EXCLUSIVE
//! -- locks events_default: ACCESS EXCLUSIVE
//! -- scans events_default
//! ```
//!
//! The rule takes any valid check of the table for one that fits. The default partition is spared if a
//! check of its own excludes the new rows.

use migrate_sql::ast::ActKind;
use migrate_sql::ast::symbols as w;

use crate::diagnostics::Diagnostic;
use crate::lint::rule::{Check, Rule};
use crate::lint::scene::Scene;
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "partition-lock",
    level: Level::Warn,
    summary: "a partition is made while nobody may use the table, or searched while nobody may use it",
    allowable: true,
    source: include_str!("partition_lock.rs"),
    check: Check::Statement(&[w::ALTER_TABLE, w::CREATE_TABLE], check),
};

fn check(scene: &Scene<'_>) -> Vec<Diagnostic> {
    let said = scene.said;
    if said.node.is(w::CREATE_TABLE) {
        if said.node.child(w::PARTITION).is_none() {
            return Vec::new();
        }
        let mut names = said
            .node
            .children()
            .filter(|part| part.is(w::QUALIFIED_NAME));
        let parent = names
            .nth(1)
            .and_then(|parent| scene.subject.source.relation(parent));
        let Some(parent) = parent.filter(|parent| scene.is_in_use(parent)) else {
            return Vec::new();
        };
        let message = format!("nobody can use `{parent}` until this file ends");
        return vec![
            scene
                .find(&RULE, said.node, message)
                .help("create the table for itself, `LIKE` the parent, and `ATTACH PARTITION` it"),
        ];
    }
    let acts = scene.acts();
    acts.filter_map(|(_, act)| {
        let ActKind::Attach(Some(child)) = &act.kind else {
            return None;
        };
        if !scene.is_in_use(child) || scene.schema.has_valid_check(child) {
            return None;
        }
        let message = format!("nobody can use `{child}` while it is searched for rows that do not fit");
        Some(
            scene
                .find(&RULE, act.node, message)
                .help("first add a `CHECK` of the bounds, `NOT VALID`, and `VALIDATE CONSTRAINT` it in a later migration"),
        )
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::find;

    #[test]
    fn partitions_of_new_tables_are_fine() {
        let new = "CREATE TABLE e (a int) PARTITION BY LIST (a); CREATE TABLE IF NOT EXISTS f PARTITION OF e DEFAULT";
        assert!(find(RULE, new).is_empty());
        assert_eq!(
            find(
                RULE,
                "CREATE TABLE IF NOT EXISTS f PARTITION OF a.e DEFAULT"
            )
            .len(),
            1
        );
    }

    #[test]
    fn detaching_is_another_rules_business() {
        assert!(find(RULE, "ALTER TABLE e DETACH PARTITION f").is_empty());
    }
}
