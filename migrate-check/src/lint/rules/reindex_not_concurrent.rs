//! `REINDEX` without `CONCURRENTLY`.
//!
//! It locks the table against writes until the indexes are built anew, and each index against queries that
//! would use it.
//!
//! Found:
//!
//! ```sql
//! REINDEX TABLE users;
//! -- locks users: SHARE
//! -- builds users_pkey
//! -- builds users_email_idx
//! ```
//!
//! Write `CONCURRENTLY` (12 and newer), in a file without a transaction:
//!
//! ```sql
//! -- migrate: no-transaction
//! REINDEX TABLE CONCURRENTLY users;
//! ```

use migrate_sql::ast::symbols as w;
use migrate_sql::scanner::Keyword as K;

use crate::diagnostics::Diagnostic;
use crate::lint::rule::{Check, Rule};
use crate::lint::scene::Scene;
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "reindex-not-concurrent",
    level: Level::Warn,
    summary: "indexes are built anew while nobody may write to their table",
    allowable: true,
    source: include_str!("reindex_not_concurrent.rs"),
    check: Check::Statement(&[w::REINDEX], check),
};

fn check(scene: &Scene<'_>) -> Vec<Diagnostic> {
    let tokens = scene.subject.source.tokens(scene.said.node);
    // Catalogs cannot be rebuilt concurrently.
    let is_fine =
        |token: &migrate_sql::scanner::Token| token.is(K::Concurrently) || token.is(K::System);
    let is_new = scene
        .said
        .relation()
        .is_some_and(|name| !scene.is_in_use(&name));
    if is_new || tokens.iter().any(is_fine) {
        return Vec::new();
    }
    vec![
        scene
            .find(&RULE, scene.said.node, "nobody can write to the table while its indexes are built")
            .help("write `CONCURRENTLY`, in a file of its own that begins with `-- migrate: no-transaction`"),
    ]
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::find;

    #[test]
    fn both_ways_to_say_concurrently_are_known() {
        assert!(find(RULE, "REINDEX (CONCURRENTLY, VERBOSE) INDEX i").is_empty());
        assert!(find(RULE, "REINDEX INDEX CONCURRENTLY i; REINDEX SYSTEM db").is_empty());
        assert!(find(RULE, "CREATE TABLE t (a int); REINDEX TABLE t").is_empty());
        assert_eq!(
            find(RULE, "REINDEX (VERBOSE) INDEX i; REINDEX SCHEMA s").len(),
            2
        );
    }
}
