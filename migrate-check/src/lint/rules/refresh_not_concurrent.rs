//! `REFRESH MATERIALIZED VIEW` without `CONCURRENTLY`.
//!
//! It locks the view against everybody, readers included, until its query has run.
//!
//! Found:
//!
//! ```sql
//! REFRESH MATERIALIZED VIEW order_totals;
//! -- locks order_totals: ACCESS EXCLUSIVE
//! -- builds order_totals_user_id_idx
//! ```
//!
//! Write `CONCURRENTLY`, which may run in a transaction, and wants a unique index on the view:
//!
//! ```sql
//! REFRESH MATERIALIZED VIEW CONCURRENTLY order_totals;
//! -- locks order_totals: EXCLUSIVE
//! ```

use migrate_sql::ast::symbols as w;
use migrate_sql::scanner::Keyword as K;

use crate::diagnostics::Diagnostic;
use crate::lint::rule::{Check, Rule};
use crate::lint::scene::Scene;
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "refresh-not-concurrent",
    level: Level::Warn,
    summary: "a materialized view is filled while nobody may read it",
    allowable: true,
    source: include_str!("refresh_not_concurrent.rs"),
    check: Check::Statement(&[w::REFRESH], check),
};

fn check(scene: &Scene<'_>) -> Vec<Diagnostic> {
    let tokens = scene.subject.source.tokens(scene.said.node);
    let empties = tokens.iter().any(|token| token.is(K::No));
    let Some(view) = scene.said.relation().filter(|view| scene.is_in_use(view)) else {
        return Vec::new();
    };
    if empties || scene.said.is_concurrent() {
        return Vec::new();
    }
    let message = format!("nobody can read `{view}` while it is filled");
    vec![
        scene
            .find(&RULE, scene.said.node, message)
            .help("write `REFRESH MATERIALIZED VIEW CONCURRENTLY`; the view needs a unique index"),
    ]
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::find;

    #[test]
    fn a_view_that_is_new_or_emptied_is_fine() {
        assert!(find(RULE, "REFRESH MATERIALIZED VIEW m WITH NO DATA").is_empty());
        let new =
            "CREATE MATERIALIZED VIEW m AS SELECT 1 WITH NO DATA; REFRESH MATERIALIZED VIEW m";
        assert!(find(RULE, new).is_empty());
        assert_eq!(find(RULE, "REFRESH MATERIALIZED VIEW m WITH DATA").len(), 1);
    }
}
