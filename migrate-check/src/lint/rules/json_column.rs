//! A column of type `json`.
//!
//! The type has no equality, so `SELECT DISTINCT`, `UNION`, `GROUP BY` and `=` fail on any query that
//! touches the column, also those that were written before there was one. It keeps the text as it came, and
//! reads it again for every operator.
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
//! Where white space, the order of keys, or keys that occur twice have to be kept, `text` or an allowed
//! `json` is right.

use migrate_sql::ast::ActKind;
use migrate_sql::ast::Column;
use migrate_sql::ast::symbols as w;
use migrate_sql::grammar::Node;
use migrate_sql::scanner::Keyword as K;

use crate::diagnostics::Diagnostic;
use crate::lint::rule::{Check, Rule};
use crate::lint::scene::Scene;
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "json-column",
    level: Level::Warn,
    summary: "a column of a type without equality",
    allowable: true,
    source: include_str!("json_column.rs"),
    check: Check::Statement(&[w::ALTER_TABLE, w::CREATE_TABLE], check),
};

fn check(scene: &Scene<'_>) -> Vec<Diagnostic> {
    let find = |node: Node<'_>| {
        scene
            .find(
                &RULE,
                node,
                "`json` has no equality: `SELECT DISTINCT` and the like fail",
            )
            .help("use `jsonb`")
    };
    let is_json =
        |column: &Column<'_>| column.data_type.name == "json" && !column.data_type.is_array;
    if let Some(alteration) = scene.said.alteration() {
        let acts = alteration.acts.iter();
        return acts
            .filter_map(|act| match &act.kind {
                ActKind::AddColumn(column) if is_json(column) => Some(find(column.type_name)),
                ActKind::SetType { new, .. } if new.name == "json" => Some(find(act.node)),
                _ => None,
            })
            .collect();
    }
    // Columns are read in vain where nothing can be the name of the type.
    let vocabulary = &scene.subject.source.analysis.vocabulary;
    if !vocabulary.has(K::Json) && !vocabulary.has_quoted_name() {
        return Vec::new();
    }
    let columns = scene.said.columns();
    columns
        .iter()
        .filter(|column| is_json(column))
        .map(|column| find(column.type_name))
        .collect()
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
