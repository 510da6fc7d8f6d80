//! `CREATE INDEX CONCURRENTLY IF NOT EXISTS`.
//!
//! A concurrent build that fails leaves an invalid index behind: it costs every write and serves no query.
//! Run again, `IF NOT EXISTS` finds it and takes it for done.
//!
//! migrate knows this: it looks for an invalid index of that name, drops it and builds it again. So the rule
//! is off, and meant for files that other programs run as well.
//!
//! Found:
//!
//! ```sql
//! -- migrate: no-transaction
//! CREATE INDEX CONCURRENTLY IF NOT EXISTS users_email_idx ON users (email);
//! ```
//!
//! Drop what may be left instead:
//!
//! ```sql
//! -- migrate: no-transaction
//! DROP INDEX CONCURRENTLY IF EXISTS users_name_idx;
//! CREATE INDEX CONCURRENTLY users_name_idx ON users (name);
//! ```

use migrate_sql::ast::symbols as w;

use crate::diagnostics::Diagnostic;
use crate::lint::rule::{Check, Rule};
use crate::lint::scene::Scene;
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "invalid-index-masked",
    level: Level::Allow,
    summary: "an invalid index of an earlier attempt is taken for done by other programs than migrate",
    allowable: true,
    source: include_str!("invalid_index_masked.rs"),
    check: Check::Statement(&[w::INDEX], check),
};

fn check(scene: &Scene<'_>) -> Vec<Diagnostic> {
    if !scene.said.is_concurrent() || !scene.said.is_guarded() {
        return Vec::new();
    }
    let message = "takes an invalid index that an earlier attempt left behind for done";
    vec![
        scene.find(&RULE, scene.said.node, message).help(
            "put `DROP INDEX CONCURRENTLY IF EXISTS` before it, and leave out `IF NOT EXISTS`",
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::find;

    #[test]
    fn only_both_together_mask() {
        assert!(find(RULE, "CREATE INDEX IF NOT EXISTS i ON t (a)").is_empty());
        assert!(find(RULE, "CREATE INDEX CONCURRENTLY i ON t (a)").is_empty());
    }
}
