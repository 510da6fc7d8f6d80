//! `ADD PRIMARY KEY USING INDEX` where a column of the index takes nulls.
//!
//! The columns of a primary key hold no nulls, so PostgreSQL sets them `NOT NULL`, and for that scans the whole
//! table under ACCESS EXCLUSIVE: the scan that `USING INDEX` was meant to avoid.
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
//! Set the columns `NOT NULL` first, without a scan under a lock, as `set-not-null` describes. The rule speaks
//! only if it has seen the table and the index in earlier files of the directory.

use migrate_sql::ast::{AlterTableAction, ConstraintKind, Kind, spell_name};

use crate::diagnostics::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, InBlocks, Rule};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "primary-key-nullable-index",
    level: Level::Warn,
    summary: "a table is scanned for NULLs under ACCESS EXCLUSIVE, because its new primary key takes them",
    allowable: true,
    source: include_str!("primary_key_nullable_index.rs"),
    check: Check::Statement(InBlocks::Always, &[Kind::AlterTable], check),
};

fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    let catalog = context.catalog;
    let actions = context.actions();
    actions
        .filter_map(|(table, action)| {
            let AlterTableAction::AddConstraint(constraint) = &action.action else {
                return None;
            };
            let ConstraintKind::PrimaryKey {
                index: Some(index), ..
            } = &constraint.kind
            else {
                return None;
            };
            let mut columns = catalog.index_columns(table, index)?.iter();
            let column = columns.find(|column| {
                catalog.is_nullable(table, column) == Some(true)
                    && !catalog.has_not_null_check(table, column)
            })?;
            let message = format!(
                "takes ACCESS EXCLUSIVE on \"{table}\" while \"{column}\" is scanned for NULLs"
            );
            let help = format!(
                "set \"{column}\" `NOT NULL` in an earlier migration, by way of a validated `CHECK ({} IS NOT NULL)`",
                spell_name(column)
            );
            let finding = context.find_at(&RULE, action.range.clone(), message);
            Some(finding.help(help))
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
