//! A `NOT NULL` column is added without a value for existing rows.
//!
//! The migration fails on a table that has rows. If the table is empty, the deployed release fails instead: it
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

use migrate_sql::ast::{AlterTableAction, ColumnConstraint, ColumnType, Kind};

use crate::diagnostics::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, InBlocks, Rule};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "add-required-column",
    level: Level::Warn,
    summary: "a NOT NULL column is added without a default",
    allowable: true,
    source: include_str!("add_required_column.rs"),
    check: Check::Statement(InBlocks::Sure, &[Kind::AlterTable], check),
};

fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    let actions = context.actions();
    actions
        .filter_map(|(table, action)| {
            let AlterTableAction::AddColumn { column, .. } = &action.action else {
                return None;
            };
            let is_required = column.has(|constraint| {
                matches!(
                    constraint,
                    ColumnConstraint::NotNull | ColumnConstraint::PrimaryKey
                )
            });
            let domain = &column.data_type;
            let is_in_domain = context.catalog.rejects_nulls(domain);
            let is_empty = context.catalog.emptied(table).is_some();
            if !(is_required || is_in_domain) || column.has_value() || is_empty {
                return None;
            }
            let name = &column.name;
            if is_in_domain {
                let message = format!(
                    "fails if \"{table}\" has rows: the domain \"{}\" takes no NULL, and they have no value for \"{name}\"",
                    domain.name
                );
                let base = context.catalog.base_type(domain);
                let base = base.map_or_else(|| "…".to_owned(), ColumnType::to_sql);
                let finding = context.find_at(&RULE, action.range.clone(), message);
                return Some(finding.help(format!(
                    "add it as `{base} NOT NULL` with a constant `DEFAULT`: a domain that checks values rewrites the table"
                )));
            }
            let message =
                format!("fails if \"{table}\" has rows: they have no value for \"{name}\"");
            let finding = context.find_at(&RULE, action.range.clone(), message);
            Some(finding.help(format!("give \"{name}\" a constant `DEFAULT`")))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::{find, find_after};

    #[test]
    fn a_domain_may_be_what_takes_no_null() {
        let below = "CREATE DOMAIN a AS varchar(9) NOT NULL; CREATE DOMAIN b AS a";
        let found = find_after(RULE, &[below], "ALTER TABLE t ADD c b").concat();
        assert!(
            found.contains("the domain \"b\" takes no NULL")
                && found.contains("`varchar(9) NOT NULL`"),
            "{found}"
        );
        for sql in [
            "ALTER TABLE t ADD c b DEFAULT ''",
            "ALTER TABLE t ADD c b[]",
        ] {
            assert!(find_after(RULE, &[below], sql).is_empty(), "{sql}");
        }
    }

    #[test]
    fn columns_that_get_a_value_are_fine() {
        for sql in [
            "ALTER TABLE t ADD a int",
            "ALTER TABLE t ADD a int NOT NULL DEFAULT 0",
            "ALTER TABLE t ADD a serial NOT NULL",
            "ALTER TABLE t ADD a int PRIMARY KEY GENERATED ALWAYS AS IDENTITY",
            "ALTER TABLE t ADD a int NOT NULL GENERATED ALWAYS AS (b) STORED",
            "CREATE TABLE t (); ALTER TABLE t ADD a int NOT NULL",
            "TRUNCATE t; ALTER TABLE t ADD a int NOT NULL",
            "DELETE FROM t; ALTER TABLE t ADD a int NOT NULL",
        ] {
            assert!(find(RULE, sql).is_empty(), "{sql}");
        }
        for sql in [
            "ALTER TABLE t ADD a uuid PRIMARY KEY",
            "DELETE FROM t WHERE b; ALTER TABLE t ADD a int NOT NULL",
            "TRUNCATE t; INSERT INTO t VALUES (1); ALTER TABLE t ADD a int NOT NULL",
        ] {
            assert_eq!(find(RULE, sql).len(), 1, "{sql}");
        }
    }
}
