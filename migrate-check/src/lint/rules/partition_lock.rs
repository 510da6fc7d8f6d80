//! A partition is created in place, or a table that holds rows is attached without a check.
//!
//! `CREATE TABLE … PARTITION OF` takes ACCESS EXCLUSIVE on the partitioned table and on its default partition,
//! which is scanned for rows that belong to the new one.
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
//! Create it by itself and attach it: reads and writes of the other partitions go on.
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
//! A table with rows is scanned under ACCESS EXCLUSIVE while it is attached.
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
//! A valid check that says that all its rows fit saves the scan. Add it first:
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
//! The rule accepts any valid check of the table. The default partition is not scanned if a check of its own
//! excludes the new rows.

use migrate_sql::ast::{AlterTableAction, Command, Kind};

use crate::diagnostics::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, InBlocks, Rule};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "partition-lock",
    level: Level::Warn,
    summary: "a partition is created or scanned under ACCESS EXCLUSIVE",
    allowable: true,
    source: include_str!("partition_lock.rs"),
    check: Check::Statement(
        InBlocks::Always,
        &[Kind::AlterTable, Kind::CreateTable],
        check,
    ),
};

fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    if let Command::CreateTable(created) = context.command() {
        let parent = created.partition_of.as_ref();
        let Some(parent) = parent.filter(|parent| context.is_in_use(parent)) else {
            return Vec::new();
        };
        let message =
            format!("takes ACCESS EXCLUSIVE on \"{parent}\" and holds it until the file ends");
        let help = format!(
            "create the table by itself, `(LIKE {parent} INCLUDING DEFAULTS)`, and `ALTER TABLE {parent} ATTACH PARTITION {}`",
            created.name.to_sql(),
            parent = parent.to_sql()
        );
        return vec![context.find(&RULE, message).help(help)];
    }
    let actions = context.actions();
    actions
        .filter_map(|(_, action)| {
            let AlterTableAction::AttachPartition { partition, .. } = &action.action else {
                return None;
            };
            if !context.is_in_use(partition) || context.catalog.has_valid_check(partition) {
                return None;
            }
            let message = format!(
                "takes ACCESS EXCLUSIVE on \"{partition}\" while it is scanned for rows that do not fit"
            );
            Some(
                context
                    .find_at(&RULE, action.range.clone(), message)
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
