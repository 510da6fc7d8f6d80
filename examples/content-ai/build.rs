//! Says where the migrations are: at the top of the repository, not beside this `Cargo.toml`.
//!
//! A program that keeps `migrations/` beside its own `Cargo.toml`, as most should, does not need the
//! first line. Here other packages test with the same directory.

fn main() {
    // The path in `embed_migrations!("migrations")` is relative to this directory.
    println!("cargo::rustc-env=MIGRATE_BASE_DIR=content-ai=../..");
    // Compile again when a migration is added. Cargo notices edits by itself.
    println!("cargo::rerun-if-changed=../../migrations");
}
