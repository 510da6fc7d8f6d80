//! A crate that re-exports what its users need.
#![deny(warnings, missing_docs)]

pub use migrate_runtime::{embed_migrations, Migrations};

/// A macro of the facade's own, which hands its argument on.
#[macro_export]
macro_rules! embed_schema {
    ($directory:literal) => {
        $crate::embed_migrations!($directory)
    };
}
