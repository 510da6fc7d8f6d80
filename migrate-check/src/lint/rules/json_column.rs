//! A column of type `json`.
//!
//! The type has no equality, so `SELECT DISTINCT`, `UNION`, `GROUP BY` and `=` fail in any query that touches the
//! column, also in queries that were written before it existed. It keeps the text as it came, and parses it
//! again for every operator.
//!
//! Found:
//!
//! ```sql
//! ALTER TABLE users ADD COLUMN preferences json;
//! -- locks users: ACCESS EXCLUSIVE
//! ```
//!
//! Use `jsonb`:
//!
//! ```sql
//! ALTER TABLE users ADD COLUMN preferences jsonb;
//! -- locks users: ACCESS EXCLUSIVE
//! ```
//!
//! If white space, the order of keys, or duplicate keys have to be kept, use `text`, or allow `json`.

use std::ops::Range;

use migrate_sql::ast::{AlterTableAction, Column, Command, Kind};
use migrate_sql::scanner::Keyword;

use crate::diagnostics::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, InBlocks, Rule};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "json-column",
    level: Level::Warn,
    summary: "a column of a type without equality",
    allowable: true,
    source: include_str!("json_column.rs"),
    check: Check::Statement(
        InBlocks::Always,
        &[Kind::AlterTable, Kind::CreateTable],
        check,
    ),
};

fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    let find = |range: &Range<usize>| {
        context
            .find_at(
                &RULE,
                range.clone(),
                "`json` has no equality: `SELECT DISTINCT` and the like fail",
            )
            .help("use `jsonb`")
    };
    let is_json =
        |column: &&Column<'_>| column.data_type.name == "json" && !column.data_type.is_array;
    match context.command() {
        Command::AlterTable(altered) => altered
            .actions
            .iter()
            .filter_map(|action| match &action.action {
                AlterTableAction::AddColumn { column, .. } if is_json(&column) => {
                    Some(find(&column.type_range))
                }
                AlterTableAction::SetType { data_type, .. } if data_type.name == "json" => {
                    Some(find(&action.range))
                }
                _ => None,
            })
            .collect(),
        Command::CreateTable(created) if created.mentions(Keyword::Json) => {
            let elements = created.elements();
            let columns = elements.columns.iter().filter(is_json);
            columns.map(|column| find(&column.type_range)).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::find;

    #[test]
    fn the_type_is_pointed_at_wherever_a_column_gets_it() {
        let found = find(
            RULE,
            "CREATE TABLE t (a jsonb, b JSON NOT NULL, json text);\nALTER TABLE t ALTER a TYPE json",
        );
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(
            found
                .iter()
                .all(|line| line.starts_with("1:28:") || line.starts_with("2:15:")),
            "{found:?}"
        );
    }
}
