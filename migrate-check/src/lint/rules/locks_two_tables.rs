//! A file takes ACCESS EXCLUSIVE on one table that is in use, and then on another.
//!
//! It holds the first lock while it waits for the second. A session that reads the two in the other order waits for the file
//! in turn, and one of them has to give up. migrate gives up first, because its lock timeout is shorter than
//! PostgreSQL's `deadlock_timeout`, and tries again; so the rule is off, and meant for files that other programs run as well,
//! and for programs that set a longer `lock_timeout`.
//!
//! Found:
//!
//! ```sql
//! ALTER TABLE users ADD COLUMN phone text;
//! ALTER TABLE orders ADD COLUMN phone text;
//! -- locks users: ACCESS EXCLUSIVE
//! -- locks orders: ACCESS EXCLUSIVE
//! ```
//!
//! Give each table a migration of its own:
//!
//! ```sql
//! ALTER TABLE users ADD COLUMN phone text;
//! -- locks users: ACCESS EXCLUSIVE
//! ```

use migrate_sql::ast::{Command, Kind, ObjectKind, ObjectName};

use crate::diagnostics::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, InBlocks, Rule};
use crate::migration::LockMode;
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "locks-two-tables",
    level: Level::Allow,
    summary: "a file waits for a second table while it holds ACCESS EXCLUSIVE on a first",
    allowable: true,
    source: include_str!("locks_two_tables.rs"),
    check: Check::Statement(InBlocks::Always, &[Kind::AlterTable, Kind::Drop], check),
};

fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    let Some(held) = context.held else {
        return Vec::new();
    };
    if context.commits_each() || held.mode != LockMode::AccessExclusive {
        return Vec::new();
    }
    let other = locked(context).into_iter();
    let mut other = other.filter(|table| context.is_in_use(table) && !table.may_be(&held.table));
    let Some(table) = other.next() else {
        return Vec::new();
    };
    let message = format!(
        "waits for ACCESS EXCLUSIVE on \"{table}\" while it holds that on \"{}\"",
        held.table
    );
    vec![
        context
            .find(&RULE, message)
            .help("move it into a migration of its own, which is another transaction"),
    ]
}

fn locked<'a>(context: &Context<'a>) -> Vec<&'a ObjectName> {
    match context.command() {
        Command::AlterTable(altered) if altered.kind == ObjectKind::Table => vec![&altered.name],
        Command::Drop(dropped) if dropped.kind == ObjectKind::Table => {
            dropped.names.iter().collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::find;

    #[test]
    fn one_table_and_new_ones_are_fine() {
        for sql in [
            "ALTER TABLE t ADD a int; ALTER TABLE public.t ADD b int",
            "CREATE TABLE t (); ALTER TABLE t ADD a int; ALTER TABLE u ADD a int",
            "ALTER TABLE t ALTER a SET STATISTICS 5; ALTER TABLE u ADD a int",
        ] {
            assert!(find(RULE, sql).is_empty(), "{sql}");
        }
        assert_eq!(find(RULE, "ALTER TABLE t ADD a int; DROP TABLE u").len(), 1);
    }
}
