//! `CREATE INDEX CONCURRENTLY` without a name for the index.
//!
//! A concurrent build that is interrupted leaves an invalid index: it costs every write and serves no query.
//! migrate finds it by its name, drops it and builds it again. If PostgreSQL chooses the name, migrate cannot
//! find the index, and the next attempt builds another one beside it.
//!
//! Found:
//!
//! ```sql
//! -- migrate: no-transaction
//! CREATE INDEX CONCURRENTLY ON users (email);
//! ```
//!
//! Name the index:
//!
//! ```sql
//! -- migrate: no-transaction
//! CREATE INDEX CONCURRENTLY users_email_idx ON users (email);
//! ```

use crate::diagnostics::Diagnostic;
use crate::lint::parsed_file::ParsedFile;
use crate::lint::rule::{Check, Rule};
use crate::migration::StatementKind;
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "unnamed-concurrent-index",
    level: Level::Deny,
    summary: "`CREATE INDEX CONCURRENTLY` without a name",
    allowable: false,
    source: include_str!("unnamed_concurrent_index.rs"),
    check: Check::File(check),
};

/// The words that begin such a statement.
pub(super) const COMMAND: &str = "CREATE INDEX CONCURRENTLY";

fn check(file: &ParsedFile<'_>) -> Vec<Diagnostic> {
    let statements = file.split_statements();
    statements
        .filter(|statement| {
            statement.class.command == COMMAND
                && *statement.kind() == StatementKind::Unrepeatable
        })
        .map(|statement| {
            RULE.finding(
                file,
                statement.headline(),
                format!("`{COMMAND}` without a name for the index"),
            )
            .help("name it, as in `CREATE INDEX CONCURRENTLY users_email_idx ON users (email)`, so that it can be found if the build is interrupted")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::check;
    use crate::migration::Transaction;

    #[test]
    fn an_index_without_a_name_is_refused_whether_or_not_the_file_has_a_transaction() {
        for transaction in [Transaction::Single, Transaction::None] {
            check(
                RULE,
                transaction,
                "SELECT 1;\nCREATE UNIQUE INDEX CONCURRENTLY ON users (email)",
                &[
                    "2:1: `CREATE INDEX CONCURRENTLY` without a name for the index | name it, as in `CREATE INDEX CONCURRENTLY users_email_idx ON users (email)`, so that it can be found if the build is interrupted",
                ],
            );
        }
    }

    #[test]
    fn a_name_or_an_ordinary_index_is_fine() {
        check(
            RULE,
            Transaction::None,
            "CREATE INDEX CONCURRENTLY i ON t (a); CREATE INDEX ON t (a);
             CREATE INDEX CONCURRENTLY IF NOT EXISTS \"on\" ON t (a)",
            &[],
        );
    }
}
