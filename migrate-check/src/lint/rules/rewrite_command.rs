//! A command that writes a table anew.
//!
//! `VACUUM FULL`, `CLUSTER`, `SET LOGGED` and `UNLOGGED`, `SET ACCESS METHOD` and `SET TABLESPACE` copy the
//! whole table, and lock it against everybody meanwhile.
//!
//! Found:
//!
//! ```sql
//! ALTER TABLE users SET UNLOGGED;
//! -- locks users: ACCESS EXCLUSIVE
//! -- rewrites users
//! ```
//!
//! Found:
//!
//! ```sql
//! CLUSTER users USING users_pkey;
//! -- locks users: ACCESS EXCLUSIVE
//! -- builds users_pkey
//! -- builds users_email_idx
//! ```
//!
//! Choose such things when the table is created. To reclaim space, `VACUUM` without `FULL` stops nobody, and
//! the extension `pg_repack` copies a table while it is used:
//!
//! ```sql
//! -- migrate: no-transaction
//! VACUUM (ANALYZE) users;
//! ```

use migrate_sql::ast::ActKind;
use migrate_sql::ast::symbols as w;
use migrate_sql::grammar::Node;
use migrate_sql::scanner::Keyword as K;

use crate::diagnostics::Diagnostic;
use crate::lint::rule::{Check, Rule};
use crate::lint::scene::Scene;
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "rewrite-command",
    level: Level::Warn,
    summary: "a whole table is copied while it is locked",
    allowable: true,
    source: include_str!("rewrite_command.rs"),
    check: Check::Statement(
        &[w::ALTER_TABLE, w::CLUSTER_STATEMENT, w::VACUUM_STATEMENT],
        check,
    ),
};

fn check(scene: &Scene<'_>) -> Vec<Diagnostic> {
    let said = scene.said;
    let find = |node: Node<'_>| {
        scene
            .find(
                &RULE,
                node,
                "nobody can use the table while all of it is copied",
            )
            .help("plan a time when nobody needs the table, or use `pg_repack`")
    };
    match said.node.symbol() {
        w::ALTER_TABLE => scene
            .acts()
            .filter(|(_, act)| {
                matches!(
                    act.kind,
                    ActKind::SetPersistence | ActKind::SetAccessMethod | ActKind::SetTablespace
                )
            })
            .map(|(_, act)| find(act.node))
            .collect(),
        w::CLUSTER_STATEMENT => {
            let table = said.relation();
            if table.is_some_and(|table| !scene.is_in_use(&table)) {
                return Vec::new();
            }
            vec![find(said.node)]
        }
        _ => {
            let is_full = scene
                .subject
                .source
                .tokens(said.node)
                .iter()
                .any(|token| token.is(K::Full));
            if is_full {
                vec![find(said.node)]
            } else {
                Vec::new()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::find;

    #[test]
    fn all_of_them_are_found() {
        for sql in [
            "VACUUM FULL t",
            "VACUUM (FULL, VERBOSE)",
            "CLUSTER",
            "CLUSTER t",
            "ALTER TABLE t SET LOGGED",
            "ALTER TABLE t SET ACCESS METHOD heap",
            "ALTER TABLE t SET TABLESPACE fast",
        ] {
            assert_eq!(find(RULE, sql).len(), 1, "{sql}");
        }
    }

    #[test]
    fn what_only_marks_is_fine() {
        for sql in [
            "VACUUM t",
            "ALTER TABLE t CLUSTER ON i",
            "ALTER INDEX i SET TABLESPACE fast",
            "CREATE TABLE t (); ALTER TABLE t SET UNLOGGED",
        ] {
            assert!(find(RULE, sql).is_empty(), "{sql}");
        }
    }
}
