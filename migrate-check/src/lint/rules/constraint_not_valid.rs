//! A foreign key or a check is added to a table that is in use, and every row is checked at once.
//!
//! A check holds ACCESS EXCLUSIVE on the table while all of it is read; a foreign key holds SHARE ROW EXCLUSIVE
//! on both tables, which blocks writes.
//!
//! Found:
//!
//! ```sql
//! ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total >= 0);
//! -- locks orders: ACCESS EXCLUSIVE
//! -- scans orders
//! ```
//!
//! Found:
//!
//! ```sql
//! ALTER TABLE orders ADD CONSTRAINT orders_user_id_fkey FOREIGN KEY (user_id) REFERENCES users;
//! -- locks orders: SHARE ROW EXCLUSIVE
//! -- locks users: SHARE ROW EXCLUSIVE
//! -- scans orders
//! ```
//!
//! Add it `NOT VALID`: it then holds for every row that is written from now on, and the lock lasts a moment.
//!
//! ```sql
//! ALTER TABLE orders ADD CONSTRAINT orders_user_id_fkey FOREIGN KEY (user_id) REFERENCES users NOT VALID;
//! -- locks orders: SHARE ROW EXCLUSIVE
//! -- locks users: SHARE ROW EXCLUSIVE
//! ```
//!
//! Check the existing rows in a later migration, while reads and writes go on:
//!
//! ```sql
//! ALTER TABLE orders VALIDATE CONSTRAINT orders_user_id_fkey;
//! -- locks orders: SHARE UPDATE EXCLUSIVE
//! -- scans orders
//! ```
//!
//! A check written after a new column is checked at once, too. Add the column first, then the check by itself:
//!
//! Found:
//!
//! ```sql
//! ALTER TABLE orders ADD COLUMN discount numeric CHECK (discount >= 0);
//! -- locks orders: ACCESS EXCLUSIVE
//! -- scans orders
//! ```
//!
//! Before version 18, PostgreSQL refuses `NOT VALID` for a foreign key of a partitioned table. There, add it to each
//! partition as above and validate it. Added to the partitioned table afterwards, it takes over those of the partitions,
//! and no row is read.
//!
//! `NOT VALID` is not needed where the same file creates the table. A foreign key from a new table to one that
//! is in use locks that one for a moment; if something slow follows, `long-work-after-lock` reports it.

use migrate_sql::ast::{
    AlterTableAction, ColumnConstraint, ConstraintKind, Kind, ObjectName, Validity,
};

use crate::diagnostics::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, InBlocks, Rule};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "constraint-not-valid",
    level: Level::Warn,
    summary: "a constraint is checked for every row while its table is locked",
    allowable: true,
    source: include_str!("constraint_not_valid.rs"),
    check: Check::Statement(InBlocks::Always, &[Kind::AlterTable], check),
};

const SPLIT: &str = "add it `NOT VALID`, and `VALIDATE CONSTRAINT` it in a later migration";
const APART: &str = "add the column without it, then the constraint by itself and `NOT VALID`, and `VALIDATE CONSTRAINT` it in a later migration";

/// Before 18, PostgreSQL refuses `NOT VALID` for a foreign key of a partitioned table.
const EACH_PARTITION: &str = "add it to each partition, `NOT VALID`, and `VALIDATE CONSTRAINT` it there; in a later migration add it to the partitioned table, which then takes over those of its partitions";

fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    let actions = context.actions();
    actions
        .filter_map(|(table, action)| {
            let (checked, help) = checked_at_once(&action.action)?;
            if context.is_emptied(table) {
                return None;
            }
            let message = match checked {
                Checked::Check => {
                    format!("takes ACCESS EXCLUSIVE on \"{table}\" while every row is checked")
                }
                Checked::ForeignKey(parent) => format!(
                    "takes SHARE ROW EXCLUSIVE on \"{table}\" and \"{parent}\" while every row is checked"
                ),
            };
            let finding = context.find_at(&RULE, action.range.clone(), message);
            let is_key = matches!(checked, Checked::ForeignKey(_));
            Some(if is_key && context.catalog.is_partitioned(table) {
                finding.help(EACH_PARTITION)
            } else {
                finding.help(help)
            })
        })
        .collect()
}

/// What is checked at once.
enum Checked<'a> {
    Check,
    /// With the table that it refers to.
    ForeignKey(&'a ObjectName),
}

fn checked_at_once<'a>(action: &'a AlterTableAction<'_>) -> Option<(Checked<'a>, &'static str)> {
    match action {
        AlterTableAction::AddConstraint(constraint) if constraint.validity == Validity::Valid => {
            match &constraint.kind {
                ConstraintKind::Check { .. } => Some((Checked::Check, SPLIT)),
                ConstraintKind::ForeignKey { parent, .. } => {
                    Some((Checked::ForeignKey(parent), SPLIT))
                }
                _ => None,
            }
        }
        AlterTableAction::AddColumn { column, .. } => {
            if column.has(|constraint| matches!(constraint, ColumnConstraint::Check { .. })) {
                return Some((Checked::Check, APART));
            }
            // Nulls refer to nothing: there is nothing to check.
            let parent = column.referenced().filter(|_| column.has_value())?;
            Some((Checked::ForeignKey(parent), APART))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::{find, find_after};

    #[test]
    fn new_tables_and_deferred_constraints_are_fine() {
        for sql in [
            "CREATE TABLE t (a int); ALTER TABLE t ADD CHECK (a > 0)",
            "CREATE TABLE t (a int); ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES users",
            "ALTER TABLE t ADD CHECK (a > 0) NOT VALID",
            "ALTER TABLE t ADD CHECK (a > 0) NOT ENFORCED",
            "ALTER TABLE t ADD COLUMN b int REFERENCES users",
            "ALTER TABLE t ADD UNIQUE (a)",
            "ALTER DOMAIN d ADD CHECK (value > 0)",
        ] {
            assert!(find(RULE, sql).is_empty(), "{sql}");
        }
    }

    #[test]
    fn a_partitioned_table_gets_the_advice_that_works_in_every_version() {
        let before = ["CREATE TABLE p (a int) PARTITION BY LIST (a)"];
        let key = "ALTER TABLE public.p ADD FOREIGN KEY (a) REFERENCES u";
        let found = find_after(RULE, &before, key).concat();
        assert!(found.contains("add it to each partition"), "{found}");
        let check = find_after(RULE, &before, "ALTER TABLE p ADD CHECK (a > 0)").concat();
        assert!(check.contains("add it `NOT VALID`"), "{check}");
    }

    #[test]
    fn an_emptied_table_has_no_rows_to_check() {
        let check = "ALTER TABLE t ADD CHECK (a > 0)";
        assert!(find(RULE, &format!("TRUNCATE t; {check}")).is_empty());
        let filled = format!("TRUNCATE t; INSERT INTO t SELECT * FROM u; {check}");
        assert_eq!(find(RULE, &filled).len(), 1);
    }

    #[test]
    fn every_command_of_a_statement_is_seen() {
        let sql = "ALTER TABLE IF EXISTS ONLY t\n  ADD CHECK (a > 0),\n  ADD COLUMN b int DEFAULT 1 REFERENCES u";
        assert_eq!(
            find(RULE, sql),
            [
                "2:3: takes ACCESS EXCLUSIVE on \"t\" while every row is checked | add it `NOT VALID`, and `VALIDATE CONSTRAINT` it in a later migration",
                "3:3: takes SHARE ROW EXCLUSIVE on \"t\" and \"u\" while every row is checked | add the column without it, then the constraint by itself and `NOT VALID`, and `VALIDATE CONSTRAINT` it in a later migration",
            ]
        );
    }
}
