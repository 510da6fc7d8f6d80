//! Build-time knowledge of PostgreSQL migrations: which files a directory holds, whether they are
//! named, ordered and written so that they can be applied exactly once, and what the runtime has to
//! know of each of them.
//!
//! [`load()`] does it all: it reads a directory and returns the migrations together with everything
//! that is wrong with them. [`render()`] turns what is wrong into text, and [`pack`](pack::pack) turns
//! the migrations into what a binary embeds.
//!
//! This crate has no database client, no async and no procedural-macro dependency.

pub mod checksum;
pub mod diagnostic;
mod directive;
mod directory;
mod encoding;
pub mod file_name;
pub mod grammar;
mod layout;
pub mod load;
pub mod migration;
mod nearest;
pub mod pack;
pub mod position;
pub mod render;
pub mod rules;
pub mod settings;
pub mod settings_file;
pub mod sql;
mod validate;

pub use diagnostic::{Diagnostic, Severity, Span};
pub use layout::Layout;
pub use load::{Loaded, Source, load};
pub use migration::{Migration, Script, Statement, StatementKind, Transaction};
pub use nearest::nearest;
pub use position::Position;
pub use render::{Style, render};
pub use rules::{RULES, Rule};
pub use settings::{Level, Lint, Order, Settings, Syntax, TableName};
pub use settings_file::{Configured, configure};
pub use validate::judge;
