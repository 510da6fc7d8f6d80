//! A column of a table that is in use is dropped.
//!
//! While a deployment rolls out, the release before still selects and inserts the column, and fails. And
//! what the column held cannot be had back.
//!
//! Found:
//!
//! ```sql
//! ALTER TABLE users DROP COLUMN name;
//! -- locks users: ACCESS EXCLUSIVE
//! ```
//!
//! Drop it one release after the last one that uses it, and say so:
//!
//! ```sql
//! -- migrate: allow(drop-column) no release since 2.3 reads it
//! ALTER TABLE users DROP COLUMN name;
//! -- locks users: ACCESS EXCLUSIVE
//! ```
//!
//! A release that inserts rows without a value for it needs `ALTER COLUMN name DROP NOT NULL` before.
//! Down files may drop what their up files added.

use migrate_sql::ast::ActKind;
use migrate_sql::ast::symbols as w;

use crate::diagnostics::Diagnostic;
use crate::files::Direction;
use crate::lint::rule::{Check, Rule};
use crate::lint::scene::Scene;
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "drop-column",
    level: Level::Warn,
    summary: "a column that a running release may use is dropped",
    allowable: true,
    source: include_str!("drop_column.rs"),
    check: Check::Statement(&[w::ALTER_TABLE], check),
};

fn check(scene: &Scene<'_>) -> Vec<Diagnostic> {
    if scene.subject.direction == Direction::Down {
        return Vec::new();
    }
    let acts = scene.acts();
    acts.filter_map(|(table, act)| {
        let ActKind::DropColumn(column) = &act.kind else {
            return None;
        };
        let message = format!("a release that still runs may use `{column}` of `{table}`");
        Some(
            scene
                .find(&RULE, act.node, message)
                .help("once no release uses it, say so: `-- migrate: allow(drop-column) <reason>`"),
        )
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::{find, find_down};

    #[test]
    fn constraints_new_tables_and_down_files_are_fine() {
        for sql in [
            "ALTER TABLE t DROP CONSTRAINT c",
            "ALTER TABLE t ALTER a DROP DEFAULT",
            "CREATE TABLE t (a int, b int); ALTER TABLE t DROP a",
        ] {
            assert!(find(RULE, sql).is_empty(), "{sql}");
        }
        assert!(find_down(RULE, "ALTER TABLE t DROP a").is_empty());
    }

    #[test]
    fn every_column_is_a_finding() {
        assert_eq!(
            find(
                RULE,
                "ALTER TABLE t DROP IF EXISTS a CASCADE, DROP COLUMN b"
            )
            .len(),
            2
        );
    }
}
