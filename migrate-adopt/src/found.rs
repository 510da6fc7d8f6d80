//! The tables of the database that may be a tool's history.

use migrate_runtime::{HistoryTable, Reply};

use crate::error::Error;
use crate::tool::Tool;

/// Every table that has one of the columns that histories have, and this one: schema, name, column, type.
pub(crate) fn tables(also: &HistoryTable) -> String {
    let also = also.to_string().replace('\'', "''");
    format!(
        "{TABLES} OR c.oid = to_regclass('{also}')::oid) ORDER BY n.nspname, c.relname, a.attnum"
    )
}

const TABLES: &str = "SELECT n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod) \
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
     JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
     WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema') \
     AND n.nspname NOT LIKE 'pg\\_%' AND (c.oid IN (SELECT attrelid FROM pg_attribute \
     WHERE attname IN ('version', 'version_id', 'migration_name', 'installed_rank', 'applied_at'))";

/// A table and its columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) schema: String,
    pub(crate) name: String,
    /// Each as `name type`.
    columns: Vec<String>,
}

impl Found {
    /// Reads the result of [`TABLES`].
    pub(crate) fn read(reply: &Reply) -> Vec<Self> {
        let mut tables: Vec<Self> = Vec::new();
        for values in reply.values() {
            let text = |column: usize| values.get(column).cloned().flatten().unwrap_or_default();
            let (schema, name) = (text(0), text(1));
            let column = format!("{} {}", text(2), text(3));
            match tables.last_mut() {
                Some(last) if last.schema == schema && last.name == name => {
                    last.columns.push(column);
                }
                _ => tables.push(Self {
                    schema,
                    name,
                    columns: vec![column],
                }),
            }
        }
        tables
    }

    /// The tool whose table has exactly these columns.
    pub(crate) fn tool(&self) -> Option<Tool> {
        Tool::ALL.into_iter().find(|tool| self.fits(*tool))
    }

    /// Whether the tool's table has these columns.
    pub(crate) fn fits(&self, tool: Tool) -> bool {
        let expected = tool.format().columns;
        let fits = |(column, expected): (&String, &&str)| {
            let name = column.split(' ').next().unwrap_or_default();
            match expected.split_once(' ') {
                None => name == *expected,
                // An open parenthesis at the end matches any length.
                Some(_) if expected.ends_with('(') => column.starts_with(expected),
                Some(_) => column == expected,
            }
        };
        self.columns.len() == expected.len() && self.columns.iter().zip(expected).all(fits)
    }

    /// Whether it is migrate's own history table.
    pub(crate) fn is_ours(&self) -> bool {
        let ours = [
            "version bigint",
            "name text",
            "checksum bytea",
            "state text",
        ];
        self.columns.len() > ours.len() && self.columns.iter().zip(ours).all(|(has, is)| has == is)
    }

    /// Its columns, each as `name type`.
    pub(crate) fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The names of its columns.
    pub(crate) fn column_names(&self) -> Vec<String> {
        let name = |column: &String| column.split(' ').next().unwrap_or_default().to_owned();
        self.columns.iter().map(name).collect()
    }

    /// Its name, quoted for SQL.
    pub(crate) fn table(&self) -> Result<HistoryTable, Error> {
        HistoryTable::new(self.schema.clone(), self.name.clone()).map_err(Error::Record)
    }

    pub(crate) fn is(&self, schema: &str, name: &str) -> bool {
        self.schema == schema && self.name == name
    }
}
