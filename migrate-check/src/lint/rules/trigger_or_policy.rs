//! A trigger or row security of a table that is in use is created or switched on or off.
//!
//! It takes a moment, but waits for every writer of the table (for triggers) or every reader (for policies), and
//! later queries wait for it. It also changes at once what the deployed release does.
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
//! Put it into a migration of its own, check that the deployed release works with it, and say so:
//!
//! ```sql
//! -- migrate: allow(trigger-or-policy) it only keeps updated_at, which no release writes
//! CREATE TRIGGER orders_touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();
//! -- locks orders: SHARE ROW EXCLUSIVE
//! ```
//!
//! The functions that triggers call can be replaced without a lock.

use migrate_sql::ast::{AlterTableAction, Command, Kind, ObjectName};

use crate::diagnostics::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, InBlocks, Rule};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "trigger-or-policy",
    level: Level::Warn,
    summary: "what happens to the deployed release's rows changes, under a lock",
    allowable: true,
    source: include_str!("trigger_or_policy.rs"),
    check: Check::Statement(
        InBlocks::Always,
        &[Kind::AlterTable, Kind::CreatePolicy, Kind::CreateTrigger],
        check,
    ),
};

fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    let find = |range, table: &ObjectName, changed| {
        let message = match changed {
            Changed::Writes => {
                format!(
                    "takes SHARE ROW EXCLUSIVE on \"{table}\", and changes what writes to it do"
                )
            }
            Changed::Visibility => {
                format!("takes ACCESS EXCLUSIVE on \"{table}\", and changes which rows are visible")
            }
        };
        context
            .find_at(&RULE, range, message)
            .how_to_allow("check that the deployed release works with it, then allow it")
    };
    let (created, changed) = match context.command() {
        Command::CreateTrigger(created) => (created, Changed::Writes),
        Command::CreatePolicy(created) => (created, Changed::Visibility),
        _ => {
            let actions = context.actions();
            return actions
                .filter_map(|(table, action)| {
                    let changed = match action.action {
                        AlterTableAction::SwitchTrigger => Changed::Writes,
                        AlterTableAction::SwitchRowSecurity => Changed::Visibility,
                        _ => return None,
                    };
                    Some(find(action.range.clone(), table, changed))
                })
                .collect();
        }
    };
    let table = created.table.as_ref();
    let table = table.filter(|table| context.is_in_use(table));
    let finding = table.map(|table| find(context.statement.range(), table, changed));
    finding.into_iter().collect()
}

/// What changes for the deployed release.
enum Changed {
    Writes,
    Visibility,
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
