//! `CREATE INDEX CONCURRENTLY IF NOT EXISTS`.
//!
//! A concurrent build that fails leaves an invalid index: it costs every write and serves no query. When the
//! statement is run again, `IF NOT EXISTS` finds that index and does nothing.
//!
//! migrate handles this: it looks for an invalid index of that name, drops it and builds it again. So the rule
//! is off, and meant for files that other programs run as well.
//!
//! Found:
//!
//! ```sql
//! -- migrate: no-transaction
//! CREATE INDEX CONCURRENTLY IF NOT EXISTS users_email_idx ON users (email);
//! ```
//!
//! Drop what may be left instead:
//!
//! ```sql
//! -- migrate: no-transaction
//! DROP INDEX CONCURRENTLY IF EXISTS users_name_idx;
//! CREATE INDEX CONCURRENTLY users_name_idx ON users (name);
//! ```

use migrate_sql::ast::{Command, Concurrency, Guard, Kind, spell_name};

use crate::diagnostics::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, InBlocks, Rule};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "invalid-index-masked",
    level: Level::Allow,
    summary: "other programs than migrate would accept an invalid index left by a failed build",
    allowable: true,
    source: include_str!("invalid_index_masked.rs"),
    check: Check::Statement(InBlocks::Always, &[Kind::CreateIndex], check),
};

fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    let Command::CreateIndex(created) = context.command() else {
        return Vec::new();
    };
    if created.concurrency == Concurrency::Blocking || created.guard == Guard::None {
        return Vec::new();
    }
    let name = created.name.as_deref().map(spell_name).unwrap_or_default();
    let message = "would accept an invalid index left by a failed build";
    vec![context.find(&RULE, message).help(format!(
        "put `DROP INDEX CONCURRENTLY IF EXISTS {name}` before it, and leave out `IF NOT EXISTS`"
    ))]
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::find;

    #[test]
    fn only_both_together_mask() {
        assert!(find(RULE, "CREATE INDEX IF NOT EXISTS i ON t (a)").is_empty());
        assert!(find(RULE, "CREATE INDEX CONCURRENTLY i ON t (a)").is_empty());
    }
}
