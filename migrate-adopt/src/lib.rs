//! Adopts the history that another migration tool has recorded in a PostgreSQL database.
//!
//! ```no_run
//! # static MIGRATIONS: migrate_runtime::Migrations = migrate_runtime::Migrations::empty();
//! # #[cfg(feature = "postgres")]
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut client = postgres::Client::connect("host=localhost user=app", postgres::NoTls)?;
//! let adopted = migrate_adopt::adopt(&MIGRATIONS).run(&mut client)?;
//! println!("{adopted}");
//! MIGRATIONS.run(&mut client)?;
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "postgres"))]
//! # fn main() {}
//! ```
//!
//! The tool's table is recognised by its columns. Its rows are matched with the migrations of the set,
//! whose files are embedded in the tool's layout (`layout = sqlx`) or have been renamed to the flat one.
//! If the tool keeps checksums, the files must be the ones it applied. Mismatches are listed, and nothing
//! is recorded until each is answered: [`Adoption::applied`], [`Adoption::pending`],
//! [`Adoption::forget`].
//!
//! This is a separate crate because an application that only runs its migrations should not compile the
//! checksum algorithms of other tools. The command `migrate adopt` does the same.

mod adoption;
mod checksum;
mod error;
mod files;
mod finding;
mod found;
mod judge;
mod reading;
mod report;
mod row;
mod source;
mod tool;
mod tools;

pub use adoption::{Adoption, adopt};
pub use error::Error;
pub use finding::Finding;
pub use report::{AdoptReport, AdoptedMigration};
pub use tool::Tool;
