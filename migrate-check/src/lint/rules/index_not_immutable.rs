//! An index whose expression or `WHERE` gives another result from one moment to the next.
//!
//! PostgreSQL refuses `now()`, `random()`, `CURRENT_DATE` and all other functions that are not immutable there (42P17), because
//! the index would be wrong as soon as it is built.
//!
//! Found:
//!
//! ```sql
//! CREATE UNIQUE INDEX orders_recent_idx ON orders (user_id) WHERE now() > '2026-01-01';
//! -- fails 42P17
//! ```
//!
//! Compare with a constant, or leave the condition out:
//!
//! ```sql
//! -- migrate: no-transaction
//! CREATE INDEX CONCURRENTLY orders_large_idx ON orders (user_id) WHERE total > 100;
//! ```

use migrate_sql::ast::{Command, Guard, Kind};

use crate::diagnostics::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, Rule};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "index-not-immutable",
    level: Level::Warn,
    summary: "an index that PostgreSQL refuses, because its condition changes by itself",
    allowable: true,
    source: include_str!("index_not_immutable.rs"),
    check: Check::Statement(&[Kind::CreateIndex], check),
};

/// Functions and keywords that are not immutable (`pg_proc.provolatile`) and that occur in conditions.
const CHANGING: [&str; 17] = [
    "clock_timestamp",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_setting",
    "current_time",
    "current_timestamp",
    "current_user",
    "gen_random_uuid",
    "localtime",
    "localtimestamp",
    "now",
    "random",
    "session_user",
    "statement_timestamp",
    "transaction_timestamp",
];

fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    let Command::CreateIndex(created) = context.command() else {
        return Vec::new();
    };
    if created.guard == Guard::Present {
        return Vec::new();
    }
    let Some(changing) = created
        .calls
        .iter()
        .find(|name| CHANGING.contains(&name.as_str()))
    else {
        return Vec::new();
    };
    let message =
        format!("fails: `{changing}` is not immutable, so PostgreSQL refuses it in an index");
    vec![
        context
            .find(&RULE, message)
            .help("compare with a constant, or leave it out"),
    ]
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::find;

    #[test]
    fn functions_and_words_are_found_and_columns_of_such_a_name_are_not() {
        for sql in [
            "CREATE INDEX i ON t (a) WHERE at > now()",
            "CREATE INDEX i ON t (a) WHERE at > CURRENT_TIMESTAMP",
            "CREATE INDEX i ON t ((at < pg_catalog.now()))",
            "CREATE INDEX i ON t (a) WHERE owner = current_user",
        ] {
            assert_eq!(find(RULE, sql).len(), 1, "{sql}");
        }
        for sql in [
            "CREATE INDEX i ON t (a) WHERE now > 1",
            "CREATE INDEX i ON t (lower(a)) WHERE a <> 'now()'",
            "CREATE INDEX i ON t (app.now())",
            "CREATE INDEX i ON t (\"current_user\")",
        ] {
            assert!(find(RULE, sql).is_empty(), "{sql}");
        }
    }
}
