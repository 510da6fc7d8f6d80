//! The program and its schema on a real server.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must fail")]

#[cfg(feature = "program")]
mod migrate;
mod program;
mod schema;
mod tracking;
