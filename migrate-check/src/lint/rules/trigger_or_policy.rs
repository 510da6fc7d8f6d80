//! A trigger or row security of a table that is in use is created or switched.
//!
//! It takes a moment, but waits for whoever writes to the table (for triggers) or uses it (for policies),
//! and all others wait behind it. And it changes what the release that still runs does, at once.
//!
//! Found:
//!
//! ```sql
//! CREATE TRIGGER orders_touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();
//! -- locks orders: SHARE ROW EXCLUSIVE
//! ```
//!
//! Found:
//!
//! ```sql
//! ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
//! -- locks orders: ACCESS EXCLUSIVE
//! ```
//!
//! Found:
//!
//! ```sql
//! CREATE POLICY own_orders ON orders USING (user_id = 1);
//! -- locks orders: ACCESS EXCLUSIVE
//! ```
//!
//! Put it into a migration of its own, see that the running release gets along with it, and say so:
//!
//! ```sql
//! -- migrate: allow(trigger-or-policy) it only keeps updated_at, which no release writes
//! CREATE TRIGGER orders_touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();
//! -- locks orders: SHARE ROW EXCLUSIVE
//! ```
//!
//! Functions that triggers call can be replaced without a lock.

use migrate_sql::ast::ActKind;
use migrate_sql::ast::symbols as w;
use migrate_sql::grammar::Node;

use crate::diagnostics::Diagnostic;
use crate::lint::rule::{Check, Rule};
use crate::lint::scene::Scene;
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "trigger-or-policy",
    level: Level::Warn,
    summary: "what happens to a running release's rows changes, under a lock",
    allowable: true,
    source: include_str!("trigger_or_policy.rs"),
    check: Check::Statement(
        &[w::ALTER_TABLE, w::CREATE_POLICY, w::CREATE_TRIGGER],
        check,
    ),
};

fn check(scene: &Scene<'_>) -> Vec<Diagnostic> {
    let said = scene.said;
    let find = |node: Node<'_>, message: String| {
        scene
            .find(&RULE, node, message)
            .help("see that the release that still runs gets along with it, and say so: `-- migrate: allow(trigger-or-policy) <reason>`")
    };
    if said.alteration().is_some() {
        let acts = scene.acts();
        return acts
            .filter_map(|(table, act)| {
                let message = match act.kind {
                    ActKind::Trigger => format!("waits for everybody who writes to `{table}`, and changes what their writes do"),
                    ActKind::RowSecurity => format!("waits for everybody who uses `{table}`, and changes which rows they see"),
                    _ => return None,
                };
                Some(find(act.node, message))
            })
            .collect();
    }
    let Some(table) = said.relation().filter(|table| scene.is_in_use(table)) else {
        return Vec::new();
    };
    vec![find(
        said.node,
        if said.node.is(w::CREATE_TRIGGER) {
            format!("waits for everybody who writes to `{table}`, and changes what their writes do")
        } else {
            format!("waits for everybody who uses `{table}`, and changes which rows they see")
        },
    )]
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::find;

    #[test]
    fn all_forms_are_found() {
        for sql in [
            "CREATE OR REPLACE TRIGGER g AFTER INSERT ON a.t EXECUTE FUNCTION f()",
            "CREATE CONSTRAINT TRIGGER g AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()",
            "ALTER TABLE t DISABLE TRIGGER ALL",
            "ALTER TABLE t ENABLE ALWAYS TRIGGER g",
            "ALTER TABLE t NO FORCE ROW LEVEL SECURITY",
            "ALTER TABLE t DISABLE ROW LEVEL SECURITY",
        ] {
            assert_eq!(find(RULE, sql).len(), 1, "{sql}");
        }
    }

    #[test]
    fn new_tables_are_fine() {
        let new = "CREATE TABLE t (); CREATE TRIGGER g AFTER INSERT ON t EXECUTE FUNCTION f(); ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t";
        assert!(find(RULE, new).is_empty());
        assert!(find(RULE, "ALTER TABLE t ENABLE RULE r").is_empty());
    }
}
