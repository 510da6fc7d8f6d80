//! Looking at many histories at once.

use super::is_exactly;
use crate::packed::Summary;
use crate::table::{Literal, Table};

/// Which of the tables are there, as their places in the list. One that is named and missing would
/// fail a whole message.
pub(crate) fn existing(tables: &[Table]) -> String {
    let listed: Vec<String> = tables
        .iter()
        .enumerate()
        .map(|(at, table)| {
            let (schema, name) = (Literal(table.schema()), Literal(table.name()));
            format!("({at},{schema},{name})")
        })
        .collect();
    // The empty list is no list in SQL.
    let listed = if listed.is_empty() {
        "(-1,'','')".to_owned()
    } else {
        listed.join(",")
    };
    format!(
        "SELECT t.number FROM (VALUES {listed}) AS t (number, schema, name) \
         JOIN pg_catalog.pg_namespace n ON n.nspname OPERATOR(pg_catalog.=) t.schema::pg_catalog.name \
         JOIN pg_catalog.pg_class c ON c.relnamespace OPERATOR(pg_catalog.=) n.oid \
         AND c.relname OPERATOR(pg_catalog.=) t.name::pg_catalog.name"
    )
}

/// For each table its place in the list, and whether it holds exactly the set, all applied. A thousand
/// histories then travel as a thousand rows.
pub(crate) fn currency(tables: &[(usize, &Table)], all: &Summary) -> String {
    let is_exactly = is_exactly(all);
    let one = |(at, table): &(usize, &Table)| format!("SELECT {at}, {is_exactly} FROM {table}");
    let every: Vec<String> = tables.iter().map(one).collect();
    every.join(" UNION ALL ")
}
