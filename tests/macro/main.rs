//! `embed_migrations!` in crates of its users, built by the real cargo: what it says when files are
//! wrong, and that no change of a file goes unnoticed.
//!
//! Not trybuild, which has a few cases in `tests/ui`: it rewrites the SQL snippets of our messages and
//! cannot edit, rename and delete between two builds.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on says where it stopped"
)]

mod binary;
mod fixture;
mod messages;
mod tracking;
mod workspace;
