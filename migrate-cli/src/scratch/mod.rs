//! A temporary database, in which migrations are run to observe what they do.
//!
//! The engine applies them as `run` does. A deferred trigger on the history table reads the locks: it
//! fires when the migration's transaction commits, with all its locks still held. PostgreSQL itself
//! reports rewrites and scans, at `client_min_messages = debug1`.

pub(crate) mod catalog;
mod database;
mod observe;
mod prelude;
mod server;
mod temporary;

pub(crate) use database::Scratch;
pub(crate) use observe::{Lock, Work};
pub(crate) use prelude::Prelude;
pub(crate) use server::ScratchServer;
