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
//! A domain whose definition an earlier file holds:
//!
//! ```sql
//! CREATE DOMAIN postcode AS text CHECK (value <> '');
//! ```
//!
//! So does a column of a domain that checks values, itself or through a domain below it, even without a default:
//!
//! Found:
//!
//! ```sql
//! ALTER TABLE users ADD COLUMN code postcode;
//! -- locks users: ACCESS EXCLUSIVE
//! -- rewrites users
//! ```
//!
//! Add such a column with the type below the domain, and the domain's check to the table, `NOT VALID`. An array of the
//! domain rewrites nothing:
//!
//! ```sql
//! ALTER TABLE users ADD COLUMN code text, ADD CONSTRAINT users_code_check CHECK (code <> '') NOT VALID;
//! -- locks users: ACCESS EXCLUSIVE
//! ALTER TABLE users ADD COLUMN codes postcode[];
//! ```
//!
//! In place of a stored generated column, add a plain one that the application or a trigger fills, or from PostgreSQL 18
//! on a `VIRTUAL` one. In place of `serial` and `IDENTITY`, add a plain number, whose default is a sequence of its own.
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

use migrate_sql::ast::{
    AlterTableAction, Column, ColumnConstraint, ColumnType, Kind, ObjectName, spell_name,
};

use crate::diagnostics::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, InBlocks, Rule};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "add-column-rewrite",
    level: Level::Warn,
    summary: "a new column is computed for every row, so the table is rewritten under ACCESS EXCLUSIVE",
    allowable: true,
    source: include_str!("add_column_rewrite.rs"),
    check: Check::Statement(InBlocks::Always, &[Kind::AlterTable], check),
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
            let Cost { why, help } = Cost::of(context, table, column)?;
            let message = format!(
                "takes ACCESS EXCLUSIVE on \"{table}\" and rewrites it: {why} for every row"
            );
            let finding = context.find_at(&RULE, action.range.clone(), message);
            Some(finding.help(help))
        })
        .collect()
}

/// What is computed for every row, and what to do instead.
struct Cost {
    why: String,
    help: String,
}

impl Cost {
    fn of(context: &Context<'_>, table: &ObjectName, column: &Column<'_>) -> Option<Self> {
        let data_type = &column.data_type;
        let domain = Self::of_domain(context, table, column);
        if domain.is_some() {
            return domain;
        }
        let type_text = context.file.text.get(column.type_range.clone());
        if let Some(integer) = data_type.integer_of_serial() {
            return Some(Self {
                why: format!("`{}` draws a number", data_type.name),
                help: sequence(table, column, integer),
            });
        }
        let mut constraints = column.constraints.iter();
        constraints.find_map(|constraint| match constraint {
            ColumnConstraint::Identity => Some(Self {
                why: "an identity column draws a number".to_owned(),
                help: sequence(table, column, type_text.unwrap_or_default()),
            }),
            ColumnConstraint::Stored(_) => Some(Self {
                why: "the stored expression is computed".to_owned(),
                help: "add a plain column, let the application or a trigger fill it for new rows, and fill existing rows in batches; or write `VIRTUAL`, from PostgreSQL 18 on".to_owned(),
            }),
            ColumnConstraint::Default(value) => {
                let mut calls = context.statement.source.calls(*value);
                let call = calls.find(|call| VOLATILE.contains(&call.name.as_str()))?;
                Some(Self {
                    why: format!("`{}()` is called", call.name),
                    help: format!(
                        "add the column without it, run `ALTER TABLE {} ALTER COLUMN {} SET DEFAULT …` for new rows, and fill existing rows in batches",
                        table.to_sql(),
                        spell_name(&column.name)
                    ),
                })
            }
            _ => None,
        })
    }

    /// Of a domain that checks values. Where it keeps nulls out and there is no value, the statement fails.
    fn of_domain(context: &Context<'_>, table: &ObjectName, column: &Column<'_>) -> Option<Self> {
        let catalog = context.catalog;
        let domain = &column.data_type;
        let fails = catalog.rejects_nulls(domain) && !column.has_value();
        if fails || !catalog.is_constrained_domain(domain) {
            return None;
        }
        let base = catalog.base_type(domain);
        let base = base.map_or_else(|| "…".to_owned(), ColumnType::to_sql);
        Some(Self {
            why: format!("the domain \"{}\" checks the value", domain.name),
            help: format!(
                "add it as `{base}`, and what the domain checks with `ALTER TABLE {} ADD CHECK (…) NOT VALID`, which a later migration validates",
                table.to_sql()
            ),
        })
    }
}

/// How a column gets numbers without a rewrite.
fn sequence(table: &ObjectName, column: &Column<'_>, integer: &str) -> String {
    let sequence = ObjectName {
        schema: table.schema.clone(),
        name: format!("{}_{}_seq", table.name, column.name),
    };
    let (table, column, sequence) = (table.to_sql(), spell_name(&column.name), sequence.to_sql());
    format!(
        "add it as `{integer}`, run `CREATE SEQUENCE {sequence} OWNED BY {table}.{column}` and `ALTER TABLE {table} ALTER COLUMN {column} SET DEFAULT nextval('{sequence}')` for new rows, and fill existing rows in batches"
    )
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
            "CREATE DOMAIN email AS text; ALTER DOMAIN email ADD CHECK (value <> '')",
            "CREATE DOMAIN mail AS text CHECK (value <> ''); ALTER DOMAIN mail RENAME TO email",
            "CREATE DOMAIN mail AS text CHECK (value <> ''); CREATE DOMAIN email AS mail",
            "CREATE DOMAIN a AS text CHECK (value <> ''); CREATE DOMAIN email AS a; ALTER DOMAIN a RENAME TO b",
            "ALTER DOMAIN email ADD CHECK (value <> '') NOT VALID",
        ] {
            let found = find_after(RULE, &[domain], add).concat();
            assert!(
                found.contains("the domain \"email\" checks"),
                "{domain}: {found}"
            );
        }
        for free in [
            "CREATE DOMAIN email AS text",
            "CREATE DOMAIN mail AS text; CREATE DOMAIN email AS mail DEFAULT 'a' COLLATE \"C\" NULL",
            "CREATE DOMAIN mail AS text CHECK (value <> ''); CREATE DOMAIN email AS mail[]",
            "CREATE DOMAIN email AS text CHECK (value <> ''); ALTER DOMAIN email DROP CONSTRAINT email_check",
            "CREATE DOMAIN email AS text CHECK (value <> '') CHECK (value <> 'a'); ALTER DOMAIN email DROP CONSTRAINT email_check1; ALTER DOMAIN email RENAME CONSTRAINT email_check TO c; ALTER DOMAIN email DROP CONSTRAINT IF EXISTS c",
            "CREATE DOMAIN email AS text NOT NULL; ALTER DOMAIN email DROP NOT NULL",
            "CREATE DOMAIN mail AS text CHECK (value <> ''); CREATE DOMAIN email AS mail; ALTER DOMAIN mail DROP CONSTRAINT mail_check",
        ] {
            let found = find_after(RULE, &[free], add);
            assert!(found.is_empty(), "{free}: {found:?}");
        }
        let array = "ALTER TABLE t ADD m email[]";
        let checked = "CREATE DOMAIN email AS text CHECK (value <> '')";
        assert!(find_after(RULE, &[checked], array).is_empty());
    }

    #[test]
    fn a_domain_that_takes_no_null_is_said_to_fail_instead() {
        let required = "CREATE DOMAIN email AS text NOT NULL";
        assert!(find_after(RULE, &[required], "ALTER TABLE t ADD m email").is_empty());
        let with_value = "ALTER TABLE t ADD m email DEFAULT ''";
        assert_eq!(find_after(RULE, &[required], with_value).len(), 1);
    }

    #[test]
    fn the_way_on_is_spelled_out() {
        let domain = "CREATE DOMAIN price AS numeric(10, 2) CHECK (value > 0)";
        let found = find_after(RULE, &[domain], "ALTER TABLE t ADD p price").concat();
        assert!(
            found.contains("| add it as `numeric(10, 2)`, and what"),
            "{found}"
        );
        let found = find(RULE, "ALTER TABLE app.t ADD \"No\" bigserial").concat();
        assert!(
            found.contains("| add it as `bigint`, run `CREATE SEQUENCE app.\"t_No_seq\" OWNED BY app.t.\"No\"` and"),
            "{found}"
        );
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
