//! `ADD PRIMARY KEY USING INDEX` where a column of the index takes nulls.
//!
//! A primary key's columns hold no nulls, so PostgreSQL sets them `NOT NULL`, and for that reads the whole
//! table while it is locked against everybody: what `USING INDEX` was to avoid.
//!
//! Given these tables and this index:
//!
//! ```sql
//! CREATE TABLE badges (code text);
//! CREATE UNIQUE INDEX badges_pkey ON badges (code);
//! ```
//!
//! Found:
//!
//! ```sql
//! ALTER TABLE badges ADD CONSTRAINT badges_pkey PRIMARY KEY USING INDEX badges_pkey;
//! -- locks badges: ACCESS EXCLUSIVE
//! -- scans badges
//! ```
//!
//! Set the columns `NOT NULL` before, without a scan under a lock, as `set-not-null` describes. The rule
//! speaks only where it has seen the table and the index in earlier files of the directory.

use migrate_sql::ast::ActKind;
use migrate_sql::ast::symbols as w;
use migrate_sql::ast::{Constraint, ConstraintKind};

use crate::diagnostics::Diagnostic;
use crate::lint::rule::{Check, Rule};
use crate::lint::scene::Scene;
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "primary-key-nullable-index",
    level: Level::Warn,
    summary: "a table is searched for nulls because its new primary key's columns take them",
    allowable: true,
    source: include_str!("primary_key_nullable_index.rs"),
    check: Check::Statement(&[w::ALTER_TABLE], check),
};

fn check(scene: &Scene<'_>) -> Vec<Diagnostic> {
    let acts = scene.acts();
    acts.filter_map(|(table, act)| {
        let ActKind::AddConstraint(Constraint {
            kind: ConstraintKind::PrimaryKey { index: Some(index) },
            ..
        }) = &act.kind
        else {
            return None;
        };
        let columns = scene.schema.index_columns(index)?;
        let mut nullable = columns.iter().filter(|column| {
            scene.schema.is_nullable(table, column)
                && !scene.schema.has_not_null_check(table, column)
        });
        let column = nullable.next()?;
        let message = format!("nobody can use `{table}` while `{column}` is searched for nulls");
        Some(
            scene
                .find(&RULE, act.node, message)
                .help("set the column `NOT NULL` in an earlier migration, by way of a validated `CHECK (… IS NOT NULL)`"),
        )
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::find_after;

    #[test]
    fn columns_without_nulls_and_unknown_ones_are_fine() {
        let add = "ALTER TABLE t ADD PRIMARY KEY USING INDEX i";
        let index = "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a)";
        assert_eq!(
            find_after(RULE, &["CREATE TABLE t (a int)", index], add).len(),
            1
        );
        assert!(find_after(RULE, &["CREATE TABLE t (a int NOT NULL)", index], add).is_empty());
        assert!(find_after(RULE, &[index], add).is_empty());
        assert!(find_after(RULE, &["CREATE TABLE t (a int)"], add).is_empty());
        let check = "ALTER TABLE t ADD CONSTRAINT c CHECK (a IS NOT NULL)";
        assert!(find_after(RULE, &["CREATE TABLE t (a int)", index, check], add).is_empty());
    }
}
