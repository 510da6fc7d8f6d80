//! `embed_migrations!` in crates of its users, built by the real cargo: what it says when files are
//! wrong, and that no change of a file goes unnoticed.
//!
//! Not trybuild: it rewrites the SQL snippets of our messages, tells cargo another crate directory
//! than the one with the migrations, and builds every dependency of this package once more.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on says where it stopped"
)]

mod binary;
mod fixture;
mod messages;
mod tracking;
