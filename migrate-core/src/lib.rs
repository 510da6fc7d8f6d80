//! Build-time knowledge of PostgreSQL migrations: which files a directory holds, whether they are
//! named, ordered and written so that they can be applied exactly once, and what the runtime has to
//! know of each of them.
//!
//! This crate has no database client, no async and no procedural-macro dependency.

pub mod checksum;
pub mod diagnostic;
pub mod grammar;
pub mod migration;
pub mod pack;
pub mod settings;
pub mod sql;

pub use diagnostic::{Diagnostic, Severity, Span};
pub use migration::{Migration, Script, Statement, StatementKind, Transaction};
pub use settings::{Order, Settings, TableName};
