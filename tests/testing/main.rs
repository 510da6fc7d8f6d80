//! Databases for tests, as programs of tests get them: each test here starts such programs beside a server.

#![expect(clippy::expect_used, reason = "what helps tests fails as they do")]

mod clients;
mod environment;
mod failures;
mod processes;
mod program;
mod started;
