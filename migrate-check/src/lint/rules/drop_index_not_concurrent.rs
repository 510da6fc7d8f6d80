//! `DROP INDEX` without `CONCURRENTLY`.
//!
//! It locks the index's table against everybody, readers included. The drop itself takes a moment, but it
//! has to wait for every query on the table that runs, and all others wait behind it.
//!
//! Found:
//!
//! ```sql
//! DROP INDEX users_email_idx;
//! -- locks users: ACCESS EXCLUSIVE
//! ```
//!
//! Drop it `CONCURRENTLY`, in a file without a transaction:
//!
//! ```sql
//! -- migrate: no-transaction
//! DROP INDEX CONCURRENTLY IF EXISTS users_email_idx;
//! ```
//!
//! PostgreSQL cannot do so for the index of a partitioned table.

use migrate_sql::ast::symbols as w;
use migrate_sql::scanner::Keyword as K;

use crate::diagnostics::Diagnostic;
use crate::lint::rule::{Check, Rule};
use crate::lint::scene::Scene;
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "drop-index-not-concurrent",
    level: Level::Warn,
    summary: "an index is dropped while nobody may use its table",
    allowable: true,
    source: include_str!("drop_index_not_concurrent.rs"),
    check: Check::Statement(&[w::DROP_STATEMENT], check),
};

fn check(scene: &Scene<'_>) -> Vec<Diagnostic> {
    let mut indexes = scene
        .said
        .dropped(&[K::Index])
        .unwrap_or_default()
        .into_iter();
    let Some(index) = indexes.find(|index| scene.is_in_use(index)) else {
        return Vec::new();
    };
    let message = format!("nobody can use the table of `{index}` while this waits for its lock");
    vec![scene.find(&RULE, scene.said.node, message).help(
        "write `DROP INDEX CONCURRENTLY IF EXISTS`, in a file of its own that begins with `-- migrate: no-transaction`",
    )]
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::find;

    #[test]
    fn an_index_of_the_same_file_is_fine() {
        assert!(find(RULE, "CREATE INDEX i ON t (a); DROP INDEX i").is_empty());
        assert!(find(RULE, "DROP INDEX CONCURRENTLY i; DROP TABLE t").is_empty());
        assert_eq!(find(RULE, "DROP INDEX IF EXISTS app.i, j").len(), 1);
    }
}
