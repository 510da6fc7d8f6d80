//! Every place an expression can appear in, under every lint that could object to the expansion.
#![forbid(unsafe_code, non_ascii_idents)]
#![deny(
    warnings,
    missing_docs,
    unused,
    unused_qualifications,
    unreachable_pub,
    rust_2018_idioms,
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    clippy::unwrap_used,
    clippy::panic
)]

use migrate_runtime::{Migrations, embed_migrations};

/// A `static`.
pub static STATIC: Migrations = embed_migrations!("migrations");

/// A `const`.
pub const CONST: Migrations = embed_migrations!();

embed_migrations!(
    /// The item form, with attributes.
    #[doc(alias = "schema")]
    pub static ITEM = "migrations", order = alphabetical, table = "history", schema = "audit"
);

embed_migrations! {
    /// The item form with braces, and a visibility of its own.
    pub(crate) static BRACES
}

/// A `let`, an argument, a receiver, and a `static` inside a function.
#[must_use]
pub fn count() -> usize {
    static LOCAL: Migrations = embed_migrations!("migrations",);
    let variable = embed_migrations!("migrations");
    length(&variable)
        + length(&embed_migrations!(order = numeric))
        + embed_migrations!("migrations").iter().count()
        + length(&LOCAL)
        + length(&BRACES)
}

fn length(migrations: &Migrations) -> usize {
    migrations.iter().count()
}

#[cfg(test)]
mod tests {
    use super::{CONST, ITEM, STATIC, count};

    #[test]
    fn every_place_holds_the_same_list() {
        let versions = [1, 2];
        for set in [&CONST, &ITEM, &STATIC] {
            assert!(set.iter().map(|migration| migration.version()).eq(versions));
        }
        assert_eq!(count(), 5 * versions.len());
    }
}
