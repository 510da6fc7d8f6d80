//! `SET NOT NULL` on a column of a table that is in use.
//!
//! PostgreSQL scans the whole table for NULLs, and no session can read or write it in the meantime. The deployed
//! release may write NULLs, too, and fails from then on.
//!
//! Found:
//!
//! ```sql
//! ALTER TABLE users ALTER COLUMN email SET NOT NULL;
//! -- locks users: ACCESS EXCLUSIVE
//! -- scans users
//! ```
//!
//! Found:
//!
//! ```sql
//! DO $$ BEGIN
//!     ALTER TABLE users ALTER COLUMN name SET NOT NULL;
//! END $$;
//! -- locks users: ACCESS EXCLUSIVE
//! -- scans users
//! ```
//!
//! If a valid check says the same, PostgreSQL (12 and newer) does not scan the table again. So add the check
//! without validating it, which takes a moment:
//!
//! ```sql
//! ALTER TABLE users ADD CONSTRAINT users_email_not_null CHECK (email IS NOT NULL) NOT VALID;
//! -- locks users: ACCESS EXCLUSIVE
//! ```
//!
//! In a later migration, validate it while reads and writes go on:
//!
//! ```sql
//! ALTER TABLE users VALIDATE CONSTRAINT users_email_not_null;
//! -- locks users: SHARE UPDATE EXCLUSIVE
//! -- scans users
//! ```
//!
//! And then:
//!
//! ```sql
//! ALTER TABLE users ALTER COLUMN email SET NOT NULL;
//! -- locks users: ACCESS EXCLUSIVE
//! ALTER TABLE users DROP CONSTRAINT users_email_not_null;
//! ```
//!
//! The rule knows a check that an earlier file of the directory adds and validates, if the check has a
//! name. From PostgreSQL 18 on, `ADD CONSTRAINT … NOT NULL email NOT VALID` does the same in two steps.

use migrate_sql::ast::{AlterTableAction, ConstraintKind, Kind, ObjectName, Validity, spell_name};

use crate::diagnostics::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, InBlocks, Rule};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "set-not-null",
    level: Level::Warn,
    summary: "a table is scanned for NULLs under ACCESS EXCLUSIVE",
    allowable: true,
    source: include_str!("set_not_null.rs"),
    check: Check::Statement(InBlocks::Always, &[Kind::AlterTable], check),
};

fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    let actions = context.actions();
    actions
        .filter_map(|(table, action)| {
            let column = scanned(context, table, &action.action)?;
            if context.is_emptied(table) {
                return None;
            }
            let message = format!("takes ACCESS EXCLUSIVE on \"{table}\" while it is scanned for NULLs");
            let help = format!(
                "first add `CHECK ({} IS NOT NULL) NOT VALID`, and `VALIDATE CONSTRAINT` it in a later migration: then this takes a moment",
                spell_name(column)
            );
            let finding = context.find_at(&RULE, action.range.clone(), message);
            Some(finding.help(help))
        })
        .collect()
}

/// The column that is scanned for nulls.
fn scanned<'a>(
    context: &Context<'_>,
    table: &ObjectName,
    action: &'a AlterTableAction<'_>,
) -> Option<&'a str> {
    match action {
        AlterTableAction::SetNotNull(column) => {
            let is_known = context.catalog.has_not_null_check(table, column)
                || context.catalog.is_nullable(table, column) == Some(false);
            (!is_known).then_some(column)
        }
        AlterTableAction::AddConstraint(constraint) => match &constraint.kind {
            ConstraintKind::NotNull(column) if constraint.validity == Validity::Valid => {
                let is_known = context.catalog.has_not_null_check(table, column)
                    || context.catalog.is_nullable(table, column) == Some(false);
                (!is_known).then_some(column)
            }
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::{find, find_after};

    const SET: &str = "ALTER TABLE t ALTER a SET NOT NULL";

    #[test]
    fn a_valid_check_of_an_earlier_file_saves_the_search() {
        let add = "ALTER TABLE t ADD CONSTRAINT c CHECK ((a) IS NOT NULL) NOT VALID";
        let validate = "ALTER TABLE t VALIDATE CONSTRAINT c";
        assert!(find_after(RULE, &[add, validate], SET).is_empty());
        assert_eq!(find_after(RULE, &[add], SET).len(), 1, "not validated");
        let drop = "ALTER TABLE t DROP CONSTRAINT IF EXISTS c";
        assert_eq!(find_after(RULE, &[add, validate, drop], SET).len(), 1);
        let other = "ALTER TABLE t ADD CONSTRAINT c CHECK (b IS NOT NULL)";
        assert_eq!(find_after(RULE, &[other], SET).len(), 1, "another column");
        let more = "ALTER TABLE t ADD CONSTRAINT c CHECK (a IS NOT NULL AND a > 0) NOT VALID";
        assert!(find_after(RULE, &[more, validate], SET).is_empty());
        let both = "ALTER TABLE t ADD CHECK ((b > 0) AND (a IS NOT NULL))";
        assert!(find_after(RULE, &[both], SET).is_empty());
        let between = "ALTER TABLE t ADD CHECK (b BETWEEN 1 AND a IS NOT NULL)";
        assert_eq!(find_after(RULE, &[between], SET).len(), 1);
        let weak = "ALTER TABLE t ADD CONSTRAINT c CHECK (a IS NOT NULL OR b)";
        assert_eq!(find_after(RULE, &[weak], SET).len(), 1, "another condition");
    }

    #[test]
    fn a_column_that_holds_no_nulls_already_is_not_searched() {
        for before in [
            "CREATE TABLE t (a int NOT NULL)",
            "CREATE TABLE t (a int, PRIMARY KEY (a))",
            "CREATE TABLE t (a int CHECK (a IS NOT NULL))",
            "CREATE TABLE t (b int, a int CONSTRAINT c CHECK (a > 0 AND a IS NOT NULL))",
        ] {
            assert!(find_after(RULE, &[before], SET).is_empty(), "{before}");
        }
        assert_eq!(find_after(RULE, &["CREATE TABLE t (a int)"], SET).len(), 1);
        for drop in ["DROP CONSTRAINT t_a_check", "DROP COLUMN a, ADD a int"] {
            let before = [
                "CREATE TABLE t (a int CHECK (a IS NOT NULL))",
                &format!("ALTER TABLE t {drop}"),
            ];
            assert_eq!(find_after(RULE, &before, SET).len(), 1, "{drop}");
        }
    }

    #[test]
    fn a_constraint_of_18_that_has_been_validated_saves_the_search() {
        let validate = "ALTER TABLE t VALIDATE CONSTRAINT n";
        let named = "ALTER TABLE t ADD CONSTRAINT n NOT NULL a NOT VALID";
        assert!(find_after(RULE, &[named, validate], SET).is_empty());
        assert_eq!(find_after(RULE, &[named], SET).len(), 1);
        let unnamed = "ALTER TABLE t ADD NOT NULL a NOT VALID";
        let validate = "ALTER TABLE t VALIDATE CONSTRAINT t_a_not_null";
        assert!(find_after(RULE, &[unnamed, validate], SET).is_empty());
    }

    #[test]
    fn the_form_of_18_is_the_same() {
        assert_eq!(
            find(RULE, "ALTER TABLE t ADD CONSTRAINT n NOT NULL a").len(),
            1
        );
        assert!(find(RULE, "ALTER TABLE t ADD CONSTRAINT n NOT NULL a NOT VALID").is_empty());
    }
}
