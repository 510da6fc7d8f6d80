//! The tools whose tables are known.

use std::fmt;

use crate::tools::{self, Format};

/// A tool whose history can be adopted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Tool {
    /// sqlx: `_sqlx_migrations`.
    Sqlx,
    /// `diesel_migrations`: `__diesel_schema_migrations`.
    Diesel,
    /// refinery: `refinery_schema_history`.
    Refinery,
    /// Flyway: `flyway_schema_history`.
    Flyway,
    /// golang-migrate: `schema_migrations(version, dirty)`.
    GolangMigrate,
    /// goose: `goose_db_version`.
    Goose,
    /// sql-migrate: `gorp_migrations`.
    SqlMigrate,
    /// dbmate: `schema_migrations(version varchar(…))`.
    Dbmate,
    /// Rails (Active Record): `schema_migrations(version varchar)`.
    Rails,
    /// Prisma: `_prisma_migrations`.
    Prisma,
    /// `SeaORM`: `seaql_migrations`.
    SeaOrm,
    /// An application that keeps the names of the files it has applied:
    /// `schema_migrations(id, migration_name, applied_at)`, as the Content AI Backend does.
    Files,
}

impl Tool {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Sqlx,
        Self::Diesel,
        Self::Refinery,
        Self::Flyway,
        Self::GolangMigrate,
        Self::Goose,
        Self::SqlMigrate,
        Self::Dbmate,
        Self::Rails,
        Self::Prisma,
        Self::SeaOrm,
        Self::Files,
    ];

    /// Its name as `migrate adopt --from` takes it, e.g. `golang-migrate`.
    pub fn name(self) -> &'static str {
        self.format().name
    }

    /// The tool of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tool| tool.name() == name)
    }

    pub(crate) fn format(self) -> &'static Format {
        match self {
            Self::Sqlx => &tools::sqlx::FORMAT,
            Self::Diesel => &tools::diesel::FORMAT,
            Self::Refinery => &tools::refinery::FORMAT,
            Self::Flyway => &tools::flyway::FORMAT,
            Self::GolangMigrate => &tools::golang_migrate::FORMAT,
            Self::Goose => &tools::goose::FORMAT,
            Self::SqlMigrate => &tools::sql_migrate::FORMAT,
            Self::Dbmate => &tools::versions::DBMATE,
            Self::Rails => &tools::versions::RAILS,
            Self::Prisma => &tools::prisma::FORMAT,
            Self::SeaOrm => &tools::sea_orm::FORMAT,
            Self::Files => &tools::files::FORMAT,
        }
    }
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.format().label)
    }
}
