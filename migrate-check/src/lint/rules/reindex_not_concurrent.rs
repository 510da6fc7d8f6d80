//! `REINDEX` without `CONCURRENTLY`.
//!
//! It takes SHARE on the table, which blocks writes until the indexes are rebuilt, and ACCESS EXCLUSIVE on each
//! index, which blocks queries that would use it.
//!
//! Found:
//!
//! ```sql
//! REINDEX TABLE users;
//! -- locks users: SHARE
//! -- builds users_pkey
//! -- builds users_email_idx
//! ```
//!
//! Write `CONCURRENTLY` (12 and newer), in a file without a transaction:
//!
//! ```sql
//! -- migrate: no-transaction
//! REINDEX TABLE CONCURRENTLY users;
//! ```

use migrate_sql::ast::{Command, Concurrency, Kind};

use crate::diagnostics::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, InBlocks, Rule};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "reindex-not-concurrent",
    level: Level::Warn,
    summary: "indexes are rebuilt under SHARE, which blocks writes",
    allowable: true,
    source: include_str!("reindex_not_concurrent.rs"),
    check: Check::Statement(InBlocks::Always, &[Kind::Reindex], check),
};

fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    let Command::Reindex(reindexed) = context.command() else {
        return Vec::new();
    };
    let target = reindexed.target.as_ref();
    if target.is_some_and(|name| !context.is_in_use(name))
        || reindexed.of_system
        || reindexed.concurrency == Concurrency::Concurrent
    {
        return Vec::new();
    }
    vec![
        context
            .find(&RULE, "takes SHARE on the table while its indexes are rebuilt, which blocks every write")
            .help("write `CONCURRENTLY`, in a file of its own that begins with `-- migrate: no-transaction`"),
    ]
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::find;

    #[test]
    fn both_ways_to_say_concurrently_are_known() {
        assert!(find(RULE, "REINDEX (CONCURRENTLY, VERBOSE) INDEX i").is_empty());
        assert!(find(RULE, "REINDEX INDEX CONCURRENTLY i; REINDEX SYSTEM db").is_empty());
        assert!(find(RULE, "CREATE TABLE t (a int); REINDEX TABLE t").is_empty());
        assert_eq!(
            find(RULE, "REINDEX (VERBOSE) INDEX i; REINDEX SCHEMA s").len(),
            2
        );
    }
}
