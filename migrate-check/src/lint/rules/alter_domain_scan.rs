//! A domain gets a check or `NOT NULL`, and every value that is stored is checked.
//!
//! It takes SHARE on each table that has a column of the domain, which blocks writes to all of them until the file ends, and
//! scans them.
//!
//! Found:
//!
//! ```sql
//! ALTER DOMAIN address ADD CONSTRAINT address_check CHECK (value <> '');
//! -- locks letters: SHARE
//! ```
//!
//! Add it `NOT VALID`, which reads and locks no table:
//!
//! ```sql
//! ALTER DOMAIN address ADD CONSTRAINT address_check CHECK (value <> '') NOT VALID;
//! ```
//!
//! `VALIDATE CONSTRAINT` takes the same lock for as long as it scans. Do that at a quiet time, in a migration of its own,
//! and say so:
//!
//! ```sql
//! -- migrate: allow(alter-domain-scan) the tables are small
//! ALTER DOMAIN address VALIDATE CONSTRAINT address_check;
//! -- locks letters: SHARE
//! ```
//!
//! PostgreSQL does neither where a column holds values of the domain in an array or a composite type, and such a statement
//! fails. `NOT VALID` works there, too, and is all that can be had.

use migrate_sql::ast::{Command, DomainChange, Kind, ObjectName, Validity};

use crate::catalog::{Holder, Holding};
use crate::diagnostics::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, InBlocks, Rule};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "alter-domain-scan",
    level: Level::Warn,
    summary: "the tables of a domain are scanned under SHARE, which blocks writes",
    allowable: true,
    source: include_str!("alter_domain_scan.rs"),
    check: Check::Statement(InBlocks::Always, &[Kind::AlterDomain], check),
};

fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    let Command::AlterDomain(altered) = context.command() else {
        return Vec::new();
    };
    let domain = &altered.name;
    let help = match altered.change {
        DomainChange::Add {
            validity: Validity::Valid,
            ..
        } => {
            "add a `CHECK` with `NOT VALID`, and `VALIDATE CONSTRAINT` it in a migration of its own at a quiet time"
        }
        DomainChange::Validate => {
            "run it at a quiet time, in a migration of its own, and allow it: `-- migrate: allow(alter-domain-scan) <reason>`"
        }
        _ => return Vec::new(),
    };
    let holders = context.catalog.holders(domain);
    let within = holders
        .iter()
        .find(|holder| holder.holding == Holding::Within);
    if let Some(Holder { table, column, .. }) = within {
        let message = format!(
            "fails: \"{column}\" of \"{table}\" holds values of \"{domain}\" in an array or a composite type, where PostgreSQL does not check them"
        );
        let help = match altered.change {
            DomainChange::Validate => "leave it out: new values are checked without it",
            _ => "add a `CHECK` with `NOT VALID`: new values are checked",
        };
        return vec![context.find(&RULE, message).help(help)];
    }
    if !context.is_in_use(domain) {
        return Vec::new();
    }
    let mut tables: Vec<String> = holders
        .iter()
        .map(|holder| {
            let name = ObjectName {
                schema: None,
                name: holder.table.to_owned(),
            };
            if context.catalog.is_partitioned(&name) {
                format!("the partitions of \"{name}\"")
            } else {
                format!("\"{name}\"")
            }
        })
        .collect();
    tables.dedup();
    let message = if tables.is_empty() {
        format!("takes SHARE on every table with a column of \"{domain}\" while it is scanned")
    } else {
        let tables = tables.join(", ");
        format!("takes SHARE on {tables} while each is scanned, which blocks every write")
    };
    vec![context.find(&RULE, message).help(help)]
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::{find, find_after};

    #[test]
    fn all_that_reads_stored_values_is_found() {
        for change in [
            "SET NOT NULL",
            "ADD CHECK (value <> '')",
            "ADD CONSTRAINT c NOT NULL",
            "VALIDATE CONSTRAINT c",
        ] {
            let sql = format!("ALTER DOMAIN email {change}");
            assert_eq!(find(RULE, &sql).len(), 1, "{sql}");
            let new = format!("CREATE DOMAIN email AS text; {sql}");
            assert!(find(RULE, &new).is_empty(), "{new}");
        }
        for change in [
            "ADD CHECK (value <> '') NOT VALID",
            "DROP NOT NULL",
            "SET DEFAULT ''",
            "DROP CONSTRAINT c",
        ] {
            let sql = format!("ALTER DOMAIN email {change}");
            assert!(find(RULE, &sql).is_empty(), "{sql}");
        }
    }

    #[test]
    fn known_tables_are_named() {
        let before = ["CREATE DOMAIN email AS text; CREATE TABLE t (a email)"];
        let found = find_after(RULE, &before, "ALTER DOMAIN email SET NOT NULL").concat();
        assert!(found.contains("takes SHARE on \"t\" while"), "{found}");
    }

    #[test]
    fn tables_with_a_domain_over_it_are_named_and_partitions_are_meant() {
        let before = [
            "CREATE DOMAIN a AS text; CREATE DOMAIN b AS a; CREATE TABLE t (x b, y a); CREATE TABLE p (x a) PARTITION BY LIST (x)",
        ];
        let found = find_after(RULE, &before, "ALTER DOMAIN a SET NOT NULL").concat();
        assert!(
            found.contains("takes SHARE on the partitions of \"p\", \"t\" while"),
            "{found}"
        );
        let found = find_after(RULE, &before, "ALTER DOMAIN b SET NOT NULL").concat();
        assert!(found.contains("takes SHARE on \"t\" while"), "{found}");
    }

    #[test]
    fn values_in_arrays_and_composite_types_are_said_to_be_refused() {
        for holder in [
            "CREATE TABLE t (x a[])",
            "CREATE DOMAIN b AS a; CREATE TABLE t (x b ARRAY)",
            "CREATE DOMAIN b AS a[]; CREATE TABLE t (x b)",
            "CREATE TYPE c AS (y int, z a); CREATE TABLE t (x c)",
            "CREATE TYPE c AS (y int, z a); ALTER TYPE c RENAME TO d; CREATE TABLE t (x d)",
        ] {
            let before = [&*format!("CREATE DOMAIN a AS text; {holder}")];
            for (change, help) in [
                ("SET NOT NULL", "| add a `CHECK` with `NOT VALID`"),
                ("VALIDATE CONSTRAINT c", "| leave it out"),
            ] {
                let sql = format!("ALTER DOMAIN a {change}");
                let found = find_after(RULE, &before, &sql).concat();
                assert!(
                    found.contains("fails: \"x\" of \"t\" holds") && found.contains(help),
                    "{holder}: {found}"
                );
            }
            let later = "ALTER DOMAIN a ADD CHECK (value <> '') NOT VALID";
            assert!(find_after(RULE, &before, later).is_empty());
        }
    }
}
