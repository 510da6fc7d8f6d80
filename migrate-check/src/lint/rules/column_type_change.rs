//! `ALTER COLUMN … TYPE` on a table that is in use.
//!
//! PostgreSQL rewrites the table and its indexes, and no session can read or write the table in the meantime. The
//! deployed release may not be able to handle the new type.
//!
//! Found:
//!
//! ```sql
//! ALTER TABLE users ALTER COLUMN age TYPE bigint;
//! -- locks users: ACCESS EXCLUSIVE
//! -- rewrites users
//! ```
//!
//! Add a column of the new type, let the application write both, fill the new one in batches, and drop the
//! old one when no release reads it any more:
//!
//! ```sql
//! ALTER TABLE users ADD COLUMN age_in_days bigint;
//! -- locks users: ACCESS EXCLUSIVE
//! ```
//!
//! Some changes leave the rows as they are: a longer `varchar` or one without a limit, `varchar` to `text`, a
//! `numeric` with more digits before the point. The rule knows the old type if an earlier file of the
//! directory created the column:
//!
//! ```sql
//! CREATE TABLE labels (id bigint PRIMARY KEY, title varchar(40));
//! ```
//!
//! ```sql
//! ALTER TABLE labels ALTER COLUMN title TYPE varchar(80);
//! -- locks labels: ACCESS EXCLUSIVE
//! ```
//!
//! `timestamp` to `timestamptz` is such a change only if `TimeZone` is `UTC`, so it is reported.

use migrate_sql::ast::{AlterTableAction, Conversion, Kind};

use crate::diagnostics::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, Rule};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "column-type-change",
    level: Level::Warn,
    summary: "a column's type changes, so the table is rewritten under ACCESS EXCLUSIVE",
    allowable: true,
    source: include_str!("column_type_change.rs"),
    check: Check::Statement(&[Kind::AlterTable], check),
};

fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    let actions = context.actions();
    actions
        .filter_map(|(table, action)| {
            let AlterTableAction::SetType {
                column,
                data_type: new,
                conversion,
            } = &action.action
            else {
                return None;
            };
            let old = context.catalog.column_type(table, column);
            if *conversion == Conversion::Plain && old.is_some_and(|old| old.becomes_for_free(new)) {
                return None;
            }
            let message = match old {
                Some(_) => format!("takes ACCESS EXCLUSIVE on \"{table}\" and rewrites it"),
                None => format!(
                    "may rewrite \"{table}\" under ACCESS EXCLUSIVE, depending on the old type"
                ),
            };
            let finding = context
                .find_at(&RULE, action.range.clone(), message)
                .help("add a column of the new type, fill it in batches, and drop the old one in a later release");
            Some(match old {
                Some(_) => finding,
                None => finding.help("if this is a longer `varchar`, or `varchar` to `text`, allow it: the rows stay as they are"),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::find_after;

    #[track_caller]
    fn check(old: &str, new: &str, expected: usize) {
        let before = format!("CREATE TABLE t (a {old})");
        let sql = format!("ALTER TABLE t ALTER a SET DATA TYPE {new}");
        assert_eq!(
            find_after(RULE, &[&before], &sql).len(),
            expected,
            "{old} -> {new}"
        );
    }

    #[test]
    fn changes_that_leave_the_rows_as_they_are_pass() {
        for (old, new) in [
            ("varchar(10)", "varchar(10)"),
            ("varchar(10)", "character varying(20)"),
            ("varchar(10)", "varchar"),
            ("VARCHAR", "text"),
            ("text", "varchar"),
            ("numeric(10,2)", "decimal(12, 2)"),
            ("numeric(10,2)", "numeric"),
            ("int", "INTEGER"),
        ] {
            check(old, new, 0);
        }
    }

    #[test]
    fn changes_that_rewrite_are_found() {
        for (old, new) in [
            ("int", "bigint"),
            ("varchar(20)", "varchar(10)"),
            ("varchar", "varchar(10)"),
            ("text", "varchar(10)"),
            ("numeric(10,2)", "numeric(10,3)"),
            ("numeric", "numeric(10)"),
            ("timestamp", "timestamptz"),
            ("char(3)", "text"),
            ("varchar(10)[]", "varchar(20)[]"),
            ("varchar(10)", "text COLLATE \"C\""),
            ("varchar(10)", "text USING lower(a)"),
        ] {
            check(old, new, 1);
        }
    }
}
