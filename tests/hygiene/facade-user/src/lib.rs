//! The macro finds the runtime although this crate does not depend on it.
#![deny(warnings, missing_docs)]

use migrate_hygiene_facade::{embed_migrations, embed_schema, Migrations};

/// Through the re-export.
pub static REEXPORTED: Migrations = embed_migrations!("migrations", order = numeric);

/// Through the facade's own macro.
pub static WRAPPED: Migrations = embed_schema!("migrations");

embed_migrations!(
    /// The item form.
    pub static ITEM = "migrations"
);
