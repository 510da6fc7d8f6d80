//! dbmate and Rails: a table of versions, and nothing else. dbmate makes it with a limited length
//! (`pkg/driver/postgres/postgres.go`), Active Record without (`schema_migration.rb`).

use super::{Format, digits, unchecked};

pub(crate) const DBMATE: Format = Format {
    name: "dbmate",
    label: "dbmate",
    table: "schema_migrations",
    columns: &["version character varying("],
    select: "SELECT version, NULL, NULL, NULL, NULL, NULL, 'applied' FROM {table} ORDER BY version",
    version: digits,
    fits: unchecked,
    goes_by_names: false,
    cumulative: false,
};

pub(crate) const RAILS: Format = Format {
    name: "rails",
    label: "Rails",
    columns: &["version character varying"],
    ..DBMATE
};
