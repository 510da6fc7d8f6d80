//! A statement that cannot run in a transaction, in a file that runs in one.
//!
//! `CREATE INDEX CONCURRENTLY`, `VACUUM`, `ALTER SYSTEM`, `CREATE DATABASE` and some others commit on their
//! own while they work, so PostgreSQL refuses them in a transaction block (25001). Without this rule, that
//! would show only when the migration is applied.
//!
//! Found:
//!
//! ```sql
//! CREATE INDEX CONCURRENTLY users_email_idx ON users (email);
//! ```
//!
//! Put the statement into a file that begins with `-- migrate: no-transaction`, preferably alone: each statement
//! of such a file commits by itself, and stays committed when a later one fails.
//!
//! ```sql
//! -- migrate: no-transaction
//! CREATE INDEX CONCURRENTLY users_email_idx ON users (email);
//! ```
//!
//! A `DO` block that commits is such a statement, too. `CALL` does not count, because the
//! build does not know what a procedure does. In a `no-transaction` file, `CALL` of a procedure that commits works
//! as it is; `-- migrate: alone` above a statement keeps every transaction away from it.
//!
//! `DROP SUBSCRIPTION` runs in a transaction once the subscription has no slot. If an earlier file detached the
//! slot, write `-- migrate: allow(needs-no-transaction) <reason>`.

use super::transaction_control::control;
use crate::diagnostics::Diagnostic;
use crate::lint::parsed_file::ParsedFile;
use crate::lint::rule::{Check, Rule};
use crate::migration::{StatementKind, Transaction};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "needs-no-transaction",
    level: Level::Deny,
    summary: "a statement that cannot run in a transaction",
    allowable: true,
    source: include_str!("needs_no_transaction.rs"),
    check: Check::File(check),
};

fn check(file: &ParsedFile<'_>) -> Vec<Diagnostic> {
    if file.transaction == Transaction::None {
        return Vec::new();
    }
    let alone = file.analysis.statements.len() == 1;
    let help = if alone {
        "begin the file with `-- migrate: no-transaction`"
    } else {
        "move it into a migration of its own that begins with `-- migrate: no-transaction`"
    };
    let statements = file.split_statements();
    statements
        .filter(|statement| *statement.kind() != StatementKind::Transactional)
        .filter(|statement| control(statement).is_none())
        .map(|statement| {
            let command = statement.class.command;
            let message = format!("`{command}` cannot run in a transaction");
            RULE.finding(file, statement.headline(), message).help(help)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::check;
    use crate::migration::Transaction;

    const ALONE: &str = "begin the file with `-- migrate: no-transaction`";
    const MOVE: &str =
        "move it into a migration of its own that begins with `-- migrate: no-transaction`";

    #[test]
    fn the_statement_is_named() {
        check(
            RULE,
            Transaction::Single,
            "CREATE INDEX CONCURRENTLY i ON t (a);",
            &[&format!(
                "1:1: `CREATE INDEX CONCURRENTLY` cannot run in a transaction | {ALONE}"
            )],
        );
    }

    #[test]
    fn every_such_statement_of_a_file_is_found() {
        check(
            RULE,
            Transaction::Single,
            "CREATE TABLE t (a int);\nVACUUM t;\n  DO $$ BEGIN\nCOMMIT; END $$;",
            &[
                &format!("2:1: `VACUUM` cannot run in a transaction | {MOVE}"),
                &format!("3:3: `DO … COMMIT` cannot run in a transaction | {MOVE}"),
            ],
        );
    }

    #[test]
    fn a_file_without_a_transaction_may_hold_them() {
        check(
            RULE,
            Transaction::None,
            "VACUUM; CREATE INDEX CONCURRENTLY i ON t (a)",
            &[],
        );
    }

    #[test]
    fn transaction_control_is_another_rules_business() {
        check(
            RULE,
            Transaction::Single,
            "COMMIT PREPARED 'x'; ROLLBACK PREPARED 'x'",
            &[],
        );
    }
}
