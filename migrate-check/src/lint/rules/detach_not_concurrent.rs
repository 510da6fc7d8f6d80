//! `DETACH PARTITION` without `CONCURRENTLY`.
//!
//! It takes ACCESS EXCLUSIVE on the partitioned table, the partition and the default partition. The work takes a
//! moment, but it has to wait for every query on any partition, and all later queries wait for it.
//!
//! Found:
//!
//! ```sql
//! ALTER TABLE events DETACH PARTITION events_2024;
//! -- locks events: ACCESS EXCLUSIVE
//! -- locks events_2024: ACCESS EXCLUSIVE
//! -- locks events_default: ACCESS EXCLUSIVE
//! ```
//!
//! Write `CONCURRENTLY` (14 and newer), in a file without a transaction:
//!
//! ```sql
//! -- migrate: no-transaction
//! ALTER TABLE visits DETACH PARTITION visits_2024 CONCURRENTLY;
//! ```
//!
//! PostgreSQL refuses that if the table has a default partition. Allow the rule there.

use migrate_sql::ast::{AlterTableAction, Detach, Kind};

use crate::diagnostics::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, InBlocks, Rule};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "detach-not-concurrent",
    level: Level::Warn,
    summary: "a partition is detached under ACCESS EXCLUSIVE",
    allowable: true,
    source: include_str!("detach_not_concurrent.rs"),
    check: Check::Statement(InBlocks::Always, &[Kind::AlterTable], check),
};

fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    let actions = context.actions();
    actions
        .filter(|(_, action)| {
            matches!(
                action.action,
                AlterTableAction::DetachPartition {
                    detach: Detach::Blocking,
                    ..
                }
            )
        })
        .map(|(table, action)| {
            let message = format!(
                "takes ACCESS EXCLUSIVE on \"{table}\", for which it waits until every query on it has ended"
            );
            let finding = context.find_at(&RULE, action.range.clone(), message);
            if context.catalog.default_partition(table).is_some() {
                finding.help("PostgreSQL refuses `CONCURRENTLY` here, because the table has a default partition: allow it at a quiet time, with `-- migrate: allow(detach-not-concurrent) <reason>`")
            } else {
                finding.help("write `CONCURRENTLY`, in a file of its own that begins with `-- migrate: no-transaction`, unless there is a default partition")
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::find;

    #[test]
    fn finishing_an_interrupted_one_is_fine() {
        assert!(find(RULE, "ALTER TABLE t DETACH PARTITION p FINALIZE").is_empty());
        assert_eq!(
            find(RULE, "ALTER TABLE IF EXISTS t DETACH PARTITION p").len(),
            1
        );
    }
}
