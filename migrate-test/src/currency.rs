//! Whether a set holds what its directory does.

use migrate_runtime::Migrations;

/// Checks that the directory still holds what was embedded: cargo does not notice a new file there when the macro was written
/// as an expression. The item form of `embed_migrations!` writes a test that does this.
///
/// In a release build, or without the directory, there is nothing to compare.
///
/// ```no_run
/// # static MIGRATIONS: migrate_runtime::Migrations = migrate_runtime::Migrations::empty();
/// # /*
/// #[test]
/// # */
/// fn migrations_are_current() {
///     migrate_test::assert_current(&MIGRATIONS);
/// }
/// ```
///
/// # Panics
///
/// A file was added, removed or edited since the crate was compiled: the message names it.
#[track_caller]
#[expect(clippy::panic, reason = "that is how an assertion fails")]
pub fn assert_current(set: &Migrations) {
    if let Some(stale) = migrate_runtime::__private::stale(set) {
        panic!("{stale:#}");
    }
}
