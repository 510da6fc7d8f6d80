//! Looking at many histories at once.

use super::read::is_exactly;
use super::tag::CURRENT;
use super::trust::{FOREIGN, regclass};
use crate::packed::Summary;
use crate::table::{HistoryTable, Literal};

/// Which of the tables are there, as their places in the list. One that is named and missing would
/// fail a whole message.
pub(crate) fn existing(tables: &[HistoryTable]) -> String {
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
/// histories then travel as a thousand rows. Fails if one of the tables is not one to read.
pub(crate) fn currency(tables: &[(usize, &HistoryTable)], all: &Summary) -> String {
    let is_exactly = is_exactly(all);
    let names: Vec<String> = tables.iter().map(|(_, table)| table.to_string()).collect();
    let one = |(at, table): &(usize, &HistoryTable)| {
        format!("SELECT {at}, {is_exactly}, '{CURRENT}' FROM ONLY {table}")
    };
    let every: Vec<String> = tables.iter().map(one).collect();
    let regclasses: Vec<String> = tables.iter().map(|(_, table)| regclass(table)).collect();
    format!(
        "LOCK TABLE ONLY {names} IN ACCESS SHARE MODE NOWAIT;\
         SELECT CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_class c \
         JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) c.oid \
         WHERE c.oid OPERATOR(pg_catalog.=) ANY (ARRAY[{regclasses}]::oid[]) \
         AND (c.relkind OPERATOR(pg_catalog.<>) 'r' OR a.attname OPERATOR(pg_catalog.=) 'fingerprint' \
             AND a.atttypid OPERATOR(pg_catalog.<>) '20'::oid)) \
         THEN pg_catalog.current_setting('{FOREIGN}') END;\
         SET LOCAL row_security TO off;{every}",
        names = names.join(", ONLY "),
        regclasses = regclasses.join(","),
        every = every.join(" UNION ALL "),
    )
}
