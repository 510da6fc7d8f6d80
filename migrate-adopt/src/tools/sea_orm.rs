//! `SeaORM`. Its migrations are Rust modules, `m20250131_093000_create_users` (`sea-orm-migration`,
//! `src/seaql_migrations.rs`); what they do has to be written as SQL, in files with the same digits:
//! `20250131093000_create_users.sql`.

use super::{Format, unchecked};

pub(crate) const FORMAT: Format = Format {
    name: "seaorm",
    label: "SeaORM",
    table: "seaql_migrations",
    columns: &["version", "applied_at bigint"],
    select: "SELECT version, NULL, timezone('UTC', to_timestamp(applied_at)), NULL, NULL, NULL, 'applied' \
             FROM {table} ORDER BY version",
    version: |key| {
        let mut parts = key.strip_prefix('m')?.splitn(3, '_');
        let (day, time) = (parts.next()?, parts.next()?);
        format!("{day}{time}").parse().ok()
    },
    fits: unchecked,
    goes_by_names: false,
    cumulative: false,
};
