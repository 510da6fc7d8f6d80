//! What several of the test programs share.

pub mod apply;
pub mod campaign;

use std::path::Path;

use migrate_check::{Level, Settings, lint};
use migrate_runtime::Migrations;

/// Reads the directory `migrations` below `root`; its name in messages is `migrations`.
///
/// # Panics
///
/// When the directory is not valid: a test that wants that asks the validator itself.
pub fn load(root: &Path) -> Migrations {
    let mut settings = Settings::default();
    // What the build refuses, the engine puts back, resumes where it can, or reports when the server refuses it.
    for name in [
        "session-state-leak",
        "not-rerunnable",
        "unknown-name",
        "contradicts-schema",
    ] {
        if let Some(rule) = lint::find(name) {
            settings.lint.set(rule.id, Level::Allow);
        }
    }
    let loaded = migrate_check::load(root, "migrations", &settings);
    assert!(
        !loaded.has_errors(),
        "the test's own migrations are not valid: {:#?}",
        loaded.diagnostics
    );
    Migrations::from_loaded("migrations", &loaded, &settings.table)
}

/// The pages in `docs/`: their code compiles, over the directories in `tests/db` and `tests/migrations`. That of
/// `clients.md` does so in `examples/clients`, where all the clients are.
#[cfg(doctest)]
mod guide {
    #[doc = include_str!("../docs/application.md")]
    mod application {}
    #[doc = include_str!("../docs/program.md")]
    mod program {}
    #[doc = include_str!("../migrate-cli/README.md")]
    mod cli {}
    #[doc = include_str!("../docs/testing.md")]
    mod testing {}
    #[doc = include_str!("../migrate-test/README.md")]
    mod test {}
    #[doc = include_str!("../README.md")]
    mod readme {}
    #[doc = include_str!("../migrate-adopt/README.md")]
    mod adopt {}
    #[doc = include_str!("../docs/from/sqlx.md")]
    mod sqlx {}
    #[doc = include_str!("../docs/from/diesel.md")]
    mod diesel {}
    #[doc = include_str!("../docs/from/refinery.md")]
    mod refinery {}
    #[doc = include_str!("../docs/from/flyway.md")]
    mod flyway {}
    #[doc = include_str!("../docs/from/golang-migrate.md")]
    mod golang_migrate {}
    #[doc = include_str!("../docs/from/goose.md")]
    mod goose {}
    #[doc = include_str!("../docs/from/sql-migrate.md")]
    mod sql_migrate {}
    #[doc = include_str!("../docs/from/dbmate.md")]
    mod dbmate {}
    #[doc = include_str!("../docs/from/prisma.md")]
    mod prisma {}
    #[doc = include_str!("../docs/from/rails.md")]
    mod rails {}
    #[doc = include_str!("../docs/from/seaorm.md")]
    mod seaorm {}
    #[doc = include_str!("../docs/from/file-names.md")]
    mod file_names {}
}
