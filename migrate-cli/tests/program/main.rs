//! The program as people call it: exit code, stdout and stderr of every command, on real servers.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod connection;
mod create;
mod place;
mod run;
mod status;
