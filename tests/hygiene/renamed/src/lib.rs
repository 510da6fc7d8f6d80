//! The macro's output names nothing that this crate could have shadowed.
#![no_implicit_prelude]
#![deny(warnings, missing_docs, rust_2018_idioms, unused)]

mod core {}
mod std {}
mod migrate_runtime {}

use ::schema::Migrations;

/// By its own name.
pub static EXPRESSION: Migrations = ::schema::embed_migrations!("migrations");

::schema::embed_migrations!(
    /// The item form.
    pub static ITEM = "migrations"
);

/// On the stack.
pub fn embed() -> Migrations {
    ::schema::embed_migrations!()
}
