//! `DETACH PARTITION` without `CONCURRENTLY`.
//!
//! It locks the whole partitioned table, the partition and the default partition against everybody. The
//! work takes a moment, but has to wait for every query on any partition, and all others wait behind it.
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
//! PostgreSQL cannot do so where the table has a default partition. Allow it there.

use migrate_sql::ast::ActKind;
use migrate_sql::ast::symbols as w;

use crate::diagnostics::Diagnostic;
use crate::lint::rule::{Check, Rule};
use crate::lint::scene::Scene;
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "detach-not-concurrent",
    level: Level::Warn,
    summary: "a partition is detached while nobody may use the table",
    allowable: true,
    source: include_str!("detach_not_concurrent.rs"),
    check: Check::Statement(&[w::ALTER_TABLE], check),
};

fn check(scene: &Scene<'_>) -> Vec<Diagnostic> {
    let acts = scene.acts();
    acts.filter(|(_, act)| matches!(act.kind, ActKind::Detach { concurrently: false }))
        .map(|(table, act)| {
            let message = format!("nobody can use `{table}` while this waits for its lock");
            scene.find(&RULE, act.node, message).help("write `CONCURRENTLY`, in a file of its own that begins with `-- migrate: no-transaction`, unless there is a default partition")
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
