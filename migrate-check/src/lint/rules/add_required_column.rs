//! A column is added that must not be null and has no value for the rows that exist.
//!
//! The migration fails on a table that has rows. Where it has none, the release that still runs fails: it
//! inserts rows without the column.
//!
//! Found:
//!
//! ```sql
//! ALTER TABLE users ADD COLUMN plan text NOT NULL;
//! -- fails 23502
//! ```
//!
//! Give it a default. One that is the same for all rows costs nothing:
//!
//! ```sql
//! ALTER TABLE users ADD COLUMN plan text NOT NULL DEFAULT 'free';
//! -- locks users: ACCESS EXCLUSIVE
//! ```

use migrate_sql::ast::ActKind;
use migrate_sql::ast::TraitKind;
use migrate_sql::ast::symbols as w;

use crate::diagnostics::Diagnostic;
use crate::lint::rule::{Check, Rule};
use crate::lint::scene::Scene;
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "add-required-column",
    level: Level::Warn,
    summary: "a column that must not be null is added without a default",
    allowable: true,
    source: include_str!("add_required_column.rs"),
    check: Check::Statement(&[w::ALTER_TABLE], check),
};

fn check(scene: &Scene<'_>) -> Vec<Diagnostic> {
    let acts = scene.acts();
    acts.filter_map(|(table, act)| {
        let ActKind::AddColumn(column) = &act.kind else {
            return None;
        };
        let is_required =
            column.has(|kind| matches!(kind, TraitKind::NotNull | TraitKind::PrimaryKey));
        if !is_required || column.has_value() {
            return None;
        }
        let message = format!(
            "fails if `{table}` has rows: they have no `{}`",
            column.name
        );
        Some(
            scene
                .find(&RULE, act.node, message)
                .help("give it a constant `DEFAULT`"),
        )
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::find;

    #[test]
    fn columns_that_get_a_value_are_fine() {
        for sql in [
            "ALTER TABLE t ADD a int",
            "ALTER TABLE t ADD a int NOT NULL DEFAULT 0",
            "ALTER TABLE t ADD a serial NOT NULL",
            "ALTER TABLE t ADD a int PRIMARY KEY GENERATED ALWAYS AS IDENTITY",
            "ALTER TABLE t ADD a int NOT NULL GENERATED ALWAYS AS (b) STORED",
            "CREATE TABLE t (); ALTER TABLE t ADD a int NOT NULL",
        ] {
            assert!(find(RULE, sql).is_empty(), "{sql}");
        }
        assert_eq!(find(RULE, "ALTER TABLE t ADD a uuid PRIMARY KEY").len(), 1);
    }
}
