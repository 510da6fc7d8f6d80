//! What the programs of this package share: the migrations.

use migrate_runtime::{Migrations, embed_migrations};

/// Read, checked and embedded when this file is compiled.
pub static MIGRATIONS: Migrations = embed_migrations!("migrations", lint(warn = "idempotent"));
