//! A foreign key or a check is added to a table that is in use, and every row is checked at once.
//!
//! For a check, the table is locked against everybody while all of it is read; for a foreign key, both
//! tables are locked against writes.
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
//! Add it `NOT VALID`: from then on it holds for every row that is written, and the lock lasts a moment.
//!
//! ```sql
//! ALTER TABLE orders ADD CONSTRAINT orders_user_id_fkey FOREIGN KEY (user_id) REFERENCES users NOT VALID;
//! -- locks orders: SHARE ROW EXCLUSIVE
//! -- locks users: SHARE ROW EXCLUSIVE
//! ```
//!
//! Check the rows that were there before in a later migration, while reading and writing go on:
//!
//! ```sql
//! ALTER TABLE orders VALIDATE CONSTRAINT orders_user_id_fkey;
//! -- locks orders: SHARE UPDATE EXCLUSIVE
//! -- scans orders
//! ```
//!
//! A check that is written behind a new column is checked at once, too. Add the column first, then the
//! check for itself:
//!
//! Found:
//!
//! ```sql
//! ALTER TABLE orders ADD COLUMN discount numeric CHECK (discount >= 0);
//! -- locks orders: ACCESS EXCLUSIVE
//! -- scans orders
//! ```
//!
//! `NOT VALID` can be left out where the table is created in the same file. A foreign key of a new table
//! to one that is in use is the business of `locks-referenced-table`.

use migrate_sql::ast::symbols as w;
use migrate_sql::ast::{Act, ActKind};
use migrate_sql::ast::{Column, TraitKind};
use migrate_sql::ast::{Constraint, ConstraintKind};

use crate::diagnostics::Diagnostic;
use crate::lint::rule::{Check, Rule};
use crate::lint::scene::Scene;
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "constraint-not-valid",
    level: Level::Warn,
    summary: "a constraint is checked for every row while its table is locked",
    allowable: true,
    source: include_str!("constraint_not_valid.rs"),
    check: Check::Statement(&[w::ALTER_TABLE], check),
};

const SPLIT: &str = "add it `NOT VALID`, and `VALIDATE CONSTRAINT` it in a later migration";
const APART: &str = "add the column without it, then the constraint for itself and `NOT VALID`, and `VALIDATE CONSTRAINT` it in a later migration";

fn check(scene: &Scene<'_>) -> Vec<Diagnostic> {
    let acts = scene.acts();
    acts.filter_map(|(table, act)| {
        let (what, help) = judge(act)?;
        let message = match what {
            What::Check => format!("nobody can use `{table}` while every row is checked"),
            What::ForeignKey => {
                format!("nobody can write to `{table}`, or to the table it refers to, while every row is checked")
            }
        };
        Some(scene.find(&RULE, act.node, message).help(help))
    })
    .collect()
}

/// What is checked at once.
enum What {
    Check,
    ForeignKey,
}

fn judge(act: &Act<'_>) -> Option<(What, &'static str)> {
    match &act.kind {
        ActKind::AddConstraint(Constraint {
            kind,
            is_deferred: false,
            ..
        }) => match kind {
            ConstraintKind::Check(_) => Some((What::Check, SPLIT)),
            ConstraintKind::ForeignKey { .. } => Some((What::ForeignKey, SPLIT)),
            _ => None,
        },
        ActKind::AddColumn(column) if column.has(|kind| matches!(kind, TraitKind::Check)) => {
            Some((What::Check, APART))
        }
        // Nulls refer to nothing: there is nothing to check.
        ActKind::AddColumn(column) if column.has_value() && refers(column) => {
            Some((What::ForeignKey, APART))
        }
        _ => None,
    }
}

fn refers(column: &Column<'_>) -> bool {
    column.has(|kind| matches!(kind, TraitKind::References(_)))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::find;

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
    fn every_command_of_a_statement_is_seen() {
        let sql = "ALTER TABLE IF EXISTS ONLY t\n  ADD CHECK (a > 0),\n  ADD COLUMN b int DEFAULT 1 REFERENCES u";
        assert_eq!(
            find(RULE, sql),
            [
                "2:3: nobody can use `t` while every row is checked | add it `NOT VALID`, and `VALIDATE CONSTRAINT` it in a later migration",
                "3:3: nobody can write to `t`, or to the table it refers to, while every row is checked | add the column without it, then the constraint for itself and `NOT VALID`, and `VALIDATE CONSTRAINT` it in a later migration",
            ]
        );
    }
}
