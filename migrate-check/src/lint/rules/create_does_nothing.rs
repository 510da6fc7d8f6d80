//! `CREATE TABLE IF NOT EXISTS` of a table that an earlier file creates.
//!
//! The statement does nothing: columns, defaults and constraints that it lists and the table lacks are not added, and the
//! history says that the migration is applied.
//!
//! A table of an earlier file:
//!
//! ```sql
//! CREATE TABLE tags (id bigint PRIMARY KEY);
//! ```
//!
//! Found:
//!
//! ```sql
//! CREATE TABLE IF NOT EXISTS tags (id bigint PRIMARY KEY, label text);
//! ```
//!
//! Add what is missing:
//!
//! ```sql
//! ALTER TABLE tags ADD COLUMN label text;
//! ```

use migrate_sql::ast::{Command, Guard, Kind, Persistence};

use crate::diagnostics::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, InBlocks, Rule};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "create-does-nothing",
    level: Level::Warn,
    summary: "a table that an earlier file creates is created again",
    allowable: true,
    source: include_str!("create_does_nothing.rs"),
    check: Check::Statement(
        InBlocks::Sure,
        &[Kind::CreateTable, Kind::CreateTableAs],
        check,
    ),
};

fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    let (table, guard, persistence) = match context.command() {
        Command::CreateTable(created) => (&created.name, created.guard, created.persistence),
        Command::CreateTableAs(created) => (&created.name, created.guard, created.persistence),
        _ => return Vec::new(),
    };
    if guard == Guard::None
        || persistence == Persistence::Temporary
        || !context.catalog.is_made_before(table)
    {
        return Vec::new();
    }
    let message = format!("does nothing: an earlier file creates \"{table}\"");
    vec![context.find(&RULE, message).help(format!(
        "add columns with `ALTER TABLE {} ADD COLUMN …`, or delete the statement",
        table.to_sql()
    ))]
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::{find, find_after};

    #[test]
    fn only_a_table_that_is_there_for_sure_is_found() {
        let again = "CREATE TABLE IF NOT EXISTS public.t (a int, b int)";
        let table = "CREATE TABLE t (a int)";
        assert_eq!(find_after(RULE, &[table], again).len(), 1);
        assert_eq!(
            find_after(RULE, &["CREATE TABLE IF NOT EXISTS t (a int)"], again).len(),
            1
        );
        let filled = "CREATE TABLE IF NOT EXISTS t AS SELECT 1 AS a";
        assert_eq!(find_after(RULE, &[table], filled).len(), 1);
        assert_eq!(find_after(RULE, &[filled], again).len(), 1);
        assert!(find_after(RULE, &[table, "DROP TABLE t"], again).is_empty());
        assert!(find_after(RULE, &[table, "ALTER TABLE t RENAME TO u"], again).is_empty());
        assert!(find_after(RULE, &["CREATE TEMP TABLE t (a int)"], again).is_empty());
        assert!(find(RULE, again).is_empty());
        let other = "CREATE TABLE IF NOT EXISTS app.t (a int)";
        assert!(find_after(RULE, &[table], other).is_empty());
    }
}
