//! Prisma. The table is made by the schema engine's PostgreSQL flavour (`prisma-engines`); the checksum is SHA-256
//! over the file, in hexadecimal. A row that was rolled back does not count; one that neither finished nor was
//! rolled back has failed (Prisma's P3009).

use super::{Format, leading_digits};
use crate::checksum;

pub(crate) const FORMAT: Format = Format {
    name: "prisma",
    label: "Prisma",
    table: "_prisma_migrations",
    columns: &[
        "id",
        "checksum",
        "finished_at",
        "migration_name",
        "logs",
        "rolled_back_at",
        "started_at",
        "applied_steps_count",
    ],
    select: "SELECT migration_name, concat(migration_name, '/migration.sql'), timezone('UTC', started_at), \
             (1000 * extract(epoch FROM finished_at - started_at))::bigint, NULL, checksum, \
             CASE WHEN rolled_back_at IS NOT NULL THEN 'undone' WHEN finished_at IS NULL THEN 'failed' ELSE 'applied' END \
             FROM {table} ORDER BY started_at",
    version: leading_digits,
    fits: |row, migration| {
        checksum::any_form(migration, |text| {
            row.checksum.as_deref() == Some(&checksum::sha256(text))
        })
    },
    goes_by_names: true,
    cumulative: false,
};
