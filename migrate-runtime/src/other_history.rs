//! The histories of other tools: how their tables look.

use std::fmt;

/// A table in which another migration tool keeps its history, found while the history of a set has no rows. If these
/// migrations are the ones that the tool has applied, they are to be adopted and not run again.
///
/// Displays as `sqlx keeps a history in "public"."_sqlx_migrations"`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OtherHistory {
    /// The table, quoted as SQL.
    pub table: String,
    /// The tool's name for `migrate adopt --from`.
    pub tool: &'static str,
    label: &'static str,
}

impl OtherHistory {
    /// None where the columns, each as `name type`, are those of no tool that is known.
    pub(crate) fn read(table: String, columns: &[&str]) -> Option<Self> {
        tool(columns).map(|(label, tool)| Self { table, tool, label })
    }
}

impl fmt::Display for OtherHistory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} keeps a history in {}", self.label, self.table)
    }
}

/// The usual names of such tables, as an array of PostgreSQL's.
pub(crate) const TABLES: &str = "{_sqlx_migrations,__diesel_schema_migrations,refinery_schema_history,\
    flyway_schema_history,schema_migrations,goose_db_version,gorp_migrations,_prisma_migrations,seaql_migrations}";

/// The tool whose table has such columns: as people call it, and as `migrate adopt --from` does.
pub(crate) fn tool<C: AsRef<str>>(columns: &[C]) -> Option<(&'static str, &'static str)> {
    let mut names = String::new();
    for column in columns {
        let column = column.as_ref();
        names.push_str(column.split_once(' ').map_or(column, |(name, _)| name));
        names.push(' ');
    }
    let is_dbmate = || columns.iter().any(|column| column.as_ref().ends_with(')'));
    let starts = |first: &str| names.starts_with(first);
    Some(match names.as_str() {
        "version dirty " => ("golang-migrate", "golang-migrate"),
        // dbmate limits the length of the text, Rails does not.
        "version " if is_dbmate() => ("dbmate", "dbmate"),
        "version " => ("Rails", "rails"),
        "id migration_name applied_at " => ("an application that recorded its own files", "files"),
        _ if starts("version description ") => ("sqlx", "sqlx"),
        "version run_on " => ("diesel", "diesel"),
        "version name applied_on checksum " => ("refinery", "refinery"),
        _ if starts("installed_rank ") => ("Flyway", "flyway"),
        _ if starts("id version_id is_applied ") => ("goose", "goose"),
        _ if starts("id checksum finished_at migration_name ") => ("Prisma", "prisma"),
        "version applied_at " => ("SeaORM", "seaorm"),
        "id applied_at " => ("sql-migrate", "sql-migrate"),
        _ => return None,
    })
}
