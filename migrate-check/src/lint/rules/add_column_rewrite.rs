//! A column is added whose value differs from row to row.
//!
//! A default that is the same for all rows is stored once, in the catalog. One that is computed for every
//! row (`gen_random_uuid()`, `clock_timestamp()`, `nextval(…)`, and so `serial` and `IDENTITY`, or a stored
//! generated column) makes PostgreSQL rewrite the table and its indexes, and no session can read or write the table
//! in the meantime.
//!
//! Found:
//!
//! ```sql
//! ALTER TABLE users ADD COLUMN token uuid DEFAULT gen_random_uuid();
//! -- locks users: ACCESS EXCLUSIVE
//! -- rewrites users
//! ```
//!
//! Found:
//!
//! ```sql
//! ALTER TABLE users ADD COLUMN number bigint GENERATED ALWAYS AS IDENTITY;
//! -- locks users: ACCESS EXCLUSIVE
//! -- rewrites users
//! ```
//!
//! Found:
//!
//! ```sql
//! ALTER TABLE users ADD COLUMN email_lower text GENERATED ALWAYS AS (lower(email)) STORED;
//! -- locks users: ACCESS EXCLUSIVE
//! -- rewrites users
//! ```
//!
//! So does a column of a domain with a check or `NOT NULL`, even without a default. Use the type below the domain, or
//! add the domain's check to the table as a constraint, `NOT VALID`.
//!
//! Add the column without a default, then set the default for new rows. Fill existing rows in batches, outside
//! migrations:
//!
//! ```sql
//! ALTER TABLE users ADD COLUMN token uuid;
//! -- locks users: ACCESS EXCLUSIVE
//! ALTER TABLE users ALTER COLUMN token SET DEFAULT gen_random_uuid();
//! ```
//!
//! These cost nothing: `now()` is the same for all rows.
//!
//! ```sql
//! ALTER TABLE users ADD COLUMN plan text NOT NULL DEFAULT 'free';
//! -- locks users: ACCESS EXCLUSIVE
//! ALTER TABLE users ADD COLUMN seen_at timestamptz NOT NULL DEFAULT now();
//! ```
//!
//! The rule knows the volatile functions of PostgreSQL and its own extensions. It does not know whether one of
//! yours is volatile, and lets it pass.

use migrate_sql::ast::{AlterTableAction, Column, ColumnConstraint, Kind, spell_name};

use crate::diagnostics::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, Rule};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "add-column-rewrite",
    level: Level::Warn,
    summary: "a new column is computed for every row, so the table is rewritten under ACCESS EXCLUSIVE",
    allowable: true,
    source: include_str!("add_column_rewrite.rs"),
    check: Check::Statement(&[Kind::AlterTable], check),
};

/// Functions that are volatile (`pg_proc.provolatile`) and make sense in a default.
const VOLATILE: [&str; 16] = [
    "clock_timestamp",
    "currval",
    "gen_random_bytes",
    "gen_random_uuid",
    "lastval",
    "nextval",
    "random",
    "random_normal",
    "setval",
    "timeofday",
    "uuid_generate_v1",
    "uuid_generate_v1mc",
    "uuid_generate_v4",
    "uuidv4",
    "uuidv7",
    "gen_salt",
];

fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    let actions = context.actions();
    actions
        .filter_map(|(table, action)| {
            let AlterTableAction::AddColumn { column, .. } = &action.action else {
                return None;
            };
            if context.is_emptied(table) {
                return None;
            }
            let why = reason(context, column)?;
            let message =
                format!("takes ACCESS EXCLUSIVE on \"{table}\" and rewrites it: {why} for every row");
            let help = format!(
                "add the column without it, run `ALTER TABLE {} ALTER COLUMN {} SET DEFAULT …` for new rows, and fill existing rows in batches",
                table.to_sql(),
                spell_name(&column.name)
            );
            let finding = context.find_at(&RULE, action.range.clone(), message);
            Some(finding.help(help))
        })
        .collect()
}

/// What is computed for every row.
fn reason(context: &Context<'_>, column: &Column<'_>) -> Option<String> {
    if column.data_type.is_serial() {
        return Some(format!("`{}` draws a number", column.data_type.name));
    }
    if context.catalog.is_constrained_domain(&column.data_type) {
        return Some(format!(
            "the domain \"{}\" checks the value",
            column.data_type.name
        ));
    }
    let mut constraints = column.constraints.iter();
    constraints.find_map(|constraint| match constraint {
        ColumnConstraint::Identity => Some("an identity column draws a number".to_owned()),
        ColumnConstraint::Stored => Some("the stored expression is computed".to_owned()),
        ColumnConstraint::Default(value) => {
            let mut calls = context.statement.source.calls(*value);
            let call = calls.find(|call| VOLATILE.contains(&call.name.as_str()))?;
            Some(format!("`{}()` is called", call.name))
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::{find, find_after};

    #[test]
    fn what_is_computed_is_named() {
        for (column, why) in [
            ("serial", "`serial` draws a number"),
            ("SERIAL8", "`serial8` draws a number"),
            (
                "bigint GENERATED BY DEFAULT AS IDENTITY",
                "an identity column draws a number",
            ),
            ("int DEFAULT (1 + random())", "`random()` is called"),
            (
                "uuid NOT NULL DEFAULT public.uuid_generate_v4()",
                "`uuid_generate_v4()` is called",
            ),
        ] {
            let found = find(RULE, &format!("ALTER TABLE t ADD a {column}")).concat();
            assert!(found.contains(why), "{column}: {found}");
        }
    }

    #[test]
    fn a_domain_that_checks_values_rewrites_and_another_does_not() {
        let add = "ALTER TABLE t ADD m email";
        for domain in [
            "CREATE DOMAIN email AS text CHECK (value <> '')",
            "CREATE DOMAIN public.email text NOT NULL",
            "CREATE DOMAIN email AS text; ALTER DOMAIN email ADD CHECK (value <> '')",
            "CREATE DOMAIN mail AS text CHECK (value <> ''); ALTER DOMAIN mail RENAME TO email",
        ] {
            let found = find_after(RULE, &[domain], add).concat();
            assert!(
                found.contains("the domain \"email\" checks"),
                "{domain}: {found}"
            );
        }
        assert!(find_after(RULE, &["CREATE DOMAIN email AS text"], add).is_empty());
    }

    #[test]
    fn constants_and_what_is_computed_when_read_cost_nothing() {
        for column in [
            "int DEFAULT 1 + 1",
            "timestamptz DEFAULT CURRENT_TIMESTAMP",
            "text DEFAULT lower('X')",
            "int GENERATED ALWAYS AS (b + 1) VIRTUAL",
            "int",
        ] {
            let found = find(
                RULE,
                &format!("ALTER TABLE t ADD COLUMN IF NOT EXISTS a {column}"),
            );
            assert!(found.is_empty(), "{column}: {found:?}");
        }
        assert!(find(RULE, "TRUNCATE t; ALTER TABLE t ADD a serial").is_empty());
        let new = "CREATE TABLE t (); ALTER TABLE t ADD a serial";
        assert!(find(RULE, new).is_empty());
    }
}
