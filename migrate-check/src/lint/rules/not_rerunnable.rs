//! A statement of a `no-transaction` file that cannot be run twice.
//!
//! Each statement of such a file is recorded when it has finished. Most are recorded in the transaction they run
//! in, so the record is exact. A statement that cannot run in a transaction is recorded after it. If migrate is
//! killed between the two, the next run checks what has become of an index, a partition or a `REINDEX`; any other
//! statement has to run again, and `DROP TABLESPACE old` would then fail, because `old` is gone.
//!
//! Found:
//!
//! ```sql
//! -- migrate: no-transaction
//! DROP TABLESPACE old;
//! ```
//!
//! Write it so that it can be run again:
//!
//! ```sql
//! -- migrate: no-transaction
//! DROP TABLESPACE IF EXISTS old;
//! ```
//!
//! If there is no such form (`CREATE DATABASE`), or a `DO` block that commits handles it itself, write
//! `-- migrate: allow(not-rerunnable) <reason>`; if the statement is interrupted, the next run stops and asks.
//!
//! Not reported: all statements that may run in a transaction, `CREATE INDEX CONCURRENTLY` with a name,
//! `DROP INDEX CONCURRENTLY`, `REINDEX`, `VACUUM`, `ALTER SYSTEM` and `DETACH PARTITION … CONCURRENTLY`.

use super::transaction_control::control;
use super::unnamed_concurrent_index::COMMAND as CREATE_INDEX;
use crate::diagnostics::Diagnostic;
use crate::lint::parsed_file::ParsedFile;
use crate::lint::rule::{Check, Rule};
use crate::migration::{StatementKind, Transaction};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "not-rerunnable",
    level: Level::Deny,
    summary: "a statement outside a transaction that cannot be run twice",
    allowable: true,
    source: include_str!("not_rerunnable.rs"),
    check: Check::File(check),
};

fn check(file: &ParsedFile<'_>) -> Vec<Diagnostic> {
    if file.transaction == Transaction::Single {
        return Vec::new();
    }
    let statements = file.split_statements();
    statements
        .filter(|statement| {
            let kind = statement.kind();
            matches!(
                kind,
                StatementKind::Unrepeatable | StatementKind::Committing
            )
        })
        .filter(|statement| statement.class.command != CREATE_INDEX)
        .filter(|statement| control(statement).is_none())
        .map(|statement| {
            let class = &statement.class;
            let message = format!(
                "`{}` cannot be run again if it is interrupted",
                class.command
            );
            let finding = RULE.finding(file, statement.headline(), message);
            match class.repeatable_as {
                Some(form) => finding.help(format!("write `{form}`")),
                None => finding
                    .how_to_allow("if that is harmless, or you would check by hand, allow it"),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::check;
    use crate::migration::Transaction;

    #[test]
    fn a_form_that_can_run_again_is_offered_where_there_is_one() {
        check(
            RULE,
            Transaction::None,
            "DROP DATABASE i;\nCREATE DATABASE d;",
            &[
                "1:1: `DROP DATABASE` cannot be run again if it is interrupted | write `DROP DATABASE IF EXISTS`",
                "2:1: `CREATE DATABASE` cannot be run again if it is interrupted | if that is harmless, or you would check by hand, allow it: `-- migrate: allow(not-rerunnable) <reason>`",
            ],
        );
    }

    #[test]
    fn what_is_journaled_or_can_run_again_is_fine() {
        check(
            RULE,
            Transaction::None,
            "CREATE TABLE t (a int); CREATE INDEX CONCURRENTLY i ON t (a); VACUUM t;
             DROP INDEX CONCURRENTLY IF EXISTS j; DROP INDEX CONCURRENTLY k; REINDEX TABLE CONCURRENTLY t;
             ALTER TABLE t DETACH PARTITION p CONCURRENTLY; ALTER SYSTEM RESET ALL",
            &[],
        );
    }

    #[test]
    fn a_file_with_a_transaction_has_no_such_doubt() {
        check(RULE, Transaction::Single, "DROP INDEX CONCURRENTLY i", &[]);
    }
}
