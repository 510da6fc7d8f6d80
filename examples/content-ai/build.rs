//! Says where the migrations are: at the top of the repository, not beside this `Cargo.toml`.
//!
//! A program that keeps `migrations/` beside its own `Cargo.toml`, as most should, does without the
//! first line. Here other packages test with the same directory, so there is one of it.

fn main() {
    // What the path in `embed_migrations!("migrations")` is relative to.
    println!("cargo::rustc-env=MIGRATE_BASE_DIR=../..");
    // Compile again when a migration is added. Cargo notices edits without being told.
    println!("cargo::rerun-if-changed=../../migrations");
}
