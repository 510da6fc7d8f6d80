//! `SET NOT NULL` on a column of a table that is in use.
//!
//! PostgreSQL reads the whole table to see that no value is null, and locks it against everybody
//! meanwhile. The release that still runs may write nulls, too, and then fails.
//!
//! Found:
//!
//! ```sql
//! ALTER TABLE users ALTER COLUMN email SET NOT NULL;
//! -- locks users: ACCESS EXCLUSIVE
//! -- scans users
//! ```
//!
//! Where a valid check says the same, PostgreSQL (12 and newer) does not read the table again. So add the
//! check without validating it, which takes a moment:
//!
//! ```sql
//! ALTER TABLE users ADD CONSTRAINT users_email_not_null CHECK (email IS NOT NULL) NOT VALID;
//! -- locks users: ACCESS EXCLUSIVE
//! ```
//!
//! In a later migration, validate it while reading and writing go on:
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

use migrate_sql::ast::Relation;
use migrate_sql::ast::symbols as w;
use migrate_sql::ast::{Act, ActKind};
use migrate_sql::ast::{Constraint, ConstraintKind};

use crate::diagnostics::Diagnostic;
use crate::lint::rule::{Check, Rule};
use crate::lint::scene::Scene;
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "set-not-null",
    level: Level::Warn,
    summary: "a table is searched for nulls while it is locked",
    allowable: true,
    source: include_str!("set_not_null.rs"),
    check: Check::Statement(&[w::ALTER_TABLE], check),
};

fn check(scene: &Scene<'_>) -> Vec<Diagnostic> {
    let acts = scene.acts();
    acts.filter(|(table, act)| scans(scene, table, act))
        .map(|(table, act)| {
            let message = format!("nobody can use `{table}` while it is searched for nulls");
            scene
                .find(&RULE, act.node, message)
                .help("first add `CHECK (… IS NOT NULL) NOT VALID`, and `VALIDATE CONSTRAINT` it in a later migration: then this takes a moment")
        })
        .collect()
}

fn scans(scene: &Scene<'_>, table: &Relation, act: &Act<'_>) -> bool {
    match &act.kind {
        ActKind::SetNotNull(column) => {
            !scene.schema.has_not_null_check(table, column)
                && !scene.schema.is_not_null(table, column)
        }
        ActKind::AddConstraint(Constraint {
            kind: ConstraintKind::NotNull,
            is_deferred: false,
            ..
        }) => true,
        _ => false,
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
        let weak = "ALTER TABLE t ADD CONSTRAINT c CHECK (a IS NOT NULL OR b)";
        assert_eq!(find_after(RULE, &[weak], SET).len(), 1, "another condition");
    }

    #[test]
    fn a_column_that_holds_no_nulls_already_is_not_searched() {
        for before in [
            "CREATE TABLE t (a int NOT NULL)",
            "CREATE TABLE t (a int, PRIMARY KEY (a))",
        ] {
            assert!(find_after(RULE, &[before], SET).is_empty(), "{before}");
        }
        assert_eq!(find_after(RULE, &["CREATE TABLE t (a int)"], SET).len(), 1);
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
