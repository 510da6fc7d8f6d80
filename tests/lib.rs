//! What several of the test programs share.

pub mod apply;
pub mod campaign;

use std::path::Path;

use migrate_core::{Level, Settings, rules};
use migrate_runtime::Migrations;

/// Reads the directory `migrations` below `root`; its name in messages is `migrations`.
///
/// # Panics
///
/// When the directory is not valid: a test that wants that asks the validator itself.
pub fn load(root: &Path) -> Migrations {
    let mut settings = Settings::default();
    // What the build refuses, the engine puts back all the same.
    if let Some(rule) = rules::find("session-state-leak") {
        settings.lint.set(rule, Level::Allow);
    }
    let loaded = migrate_core::load(root, "migrations", &settings);
    assert!(
        !loaded.has_errors(),
        "the test's own migrations are not valid: {:#?}",
        loaded.diagnostics
    );
    Migrations::from_loaded("migrations", &loaded, &settings.table)
}
