//! A throwaway database, to find out what migrations do to a real one.
//!
//! The engine applies them as `run` would, so what is measured is what happens. Locks are read by a
//! deferred trigger on the history table: it fires when the migration's transaction commits, with all its
//! locks still held. Rewrites and scans are what PostgreSQL itself says at `client_min_messages = debug1`.

pub(crate) mod catalog;
mod database;
mod observe;

pub(crate) use database::Scratch;
pub(crate) use observe::{Lock, Work};
