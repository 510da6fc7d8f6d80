//! PostgreSQL migrations, checked when you compile and applied exactly once when you start.

#[cfg(feature = "directory")]
mod directory;
mod drivers;
mod embed;
mod engine;
mod error;
mod event;
mod migrations;
mod packed;
mod plan;
mod policy;
mod report;
mod runner;
mod session;
mod snippet;
mod stale;
mod status;
mod table;

pub use error::Error;
pub use event::{Event, Holder};
pub use migrations::{Checksum, Migration, Migrations, Script, Statement};
pub use plan::{Pending, Plan};
pub use policy::Policy;
pub use report::{Applied, Report, Unknown};
pub use runner::{Revert, Runner};
pub use session::{DatabaseError, Failure, Reply, Session};
pub use status::{Condition, Entry, Status};
pub use table::Table;

/// What the macro's output names. Not for people: it changes with every version.
#[doc(hidden)]
pub mod __private {
    use crate::migrations::Migrations;
    use crate::table::Table;

    pub use crate::__embed_migrations_track as track;
    pub use crate::stale::assert_current;
    pub use migrate_macros::embed;

    /// The set that `embed_migrations!` has packed.
    pub const fn migrations(
        text: &'static str,
        index: &'static [u8],
        directory: &'static str,
        schema: &'static str,
        table: &'static str,
        key: i64,
        source: Option<&'static str>,
    ) -> Migrations {
        Migrations::embedded(
            text,
            index,
            directory,
            Table::known(schema, table, key),
            source,
        )
    }
}
