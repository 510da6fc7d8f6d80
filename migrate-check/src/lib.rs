//! What is known of a directory of PostgreSQL migrations when it is built: which files it holds, whether
//! they are named, ordered and written so that they can be applied exactly once, and what the runtime has
//! to know of each of them.
//!
//! This crate is an internal part of `migrate-runtime`: it
//! is published because Cargo asks for that, and its API may change in any release.
//!
//! [`load()`] does it all: it reads a directory and returns the migrations together with everything
//! that is wrong with them. [`render()`] turns what is wrong into text, and [`pack`](pack::pack) turns
//! the migrations into what a binary embeds.
//!
//! This crate has no database client, no async and no procedural-macro dependency.

mod catalog;
mod configure;
mod diagnostics;
mod directives;
mod directory;
pub mod files;
mod layouts;
pub mod lint;
mod load;
mod migration;
mod notices;
pub mod pack;
#[cfg(any(test, feature = "meaning"))]
mod resolve;
pub mod settings;
mod validate;

pub use configure::configure;
pub use diagnostics::{
    Diagnostic, Lines, Position, Renderer, RuleRemark, Severity, Span, Style, nearest, render,
};
pub use files::{Checksum, Source};
pub use layouts::Layout;
pub use lint::{RULES, Rule};
pub use load::{EmbeddedFile, Loaded, load, load_embedded};
pub use migration::{
    Lock, LockMode, Migration, ReindexScope, Script, Statement, StatementKind, Transaction,
};
pub use settings::{Configured, Level, Lint, Order, Settings, Surroundings, Syntax, TableName};
