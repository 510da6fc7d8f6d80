//! The program as people call it: exit code, stdout and stderr of every command, on real servers.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod adopt;
mod advice;
mod check;
mod connection;
mod create;
mod database;
mod documents;
mod down_files;
mod help;
mod history;
mod mistakes;
mod place;
mod plan;
mod run;
mod scratch;
mod settings;
mod signals;
mod status;
mod tls;
mod waiting;
mod workspace;
