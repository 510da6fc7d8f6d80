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

use migrate_sql::ast::{Command, DomainChange, Kind};

use crate::diagnostics::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, Rule};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "alter-domain-scan",
    level: Level::Warn,
    summary: "the tables of a domain are scanned under SHARE, which blocks writes",
    allowable: true,
    source: include_str!("alter_domain_scan.rs"),
    check: Check::Statement(&[Kind::AlterDomain], check),
};

fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    let Command::AlterDomain(altered) = context.command() else {
        return Vec::new();
    };
    let domain = &altered.name;
    let help = match altered.change {
        DomainChange::Checked => {
            "add a `CHECK` with `NOT VALID`, and `VALIDATE CONSTRAINT` it in a migration of its own at a quiet time"
        }
        DomainChange::Validated => {
            "run it at a quiet time, in a migration of its own, and allow it: `-- migrate: allow(alter-domain-scan) <reason>`"
        }
        DomainChange::NotValid | DomainChange::Other => return Vec::new(),
    };
    if !context.is_in_use(domain) {
        return Vec::new();
    }
    let tables = context.catalog.tables_with(domain);
    let message = if tables.is_empty() {
        format!("takes SHARE on every table with a column of \"{domain}\" while it is scanned")
    } else {
        let tables: Vec<String> = tables.iter().map(|table| format!("\"{table}\"")).collect();
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
}
