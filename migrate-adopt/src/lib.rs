//! Takes over the history that another migration tool has kept in a PostgreSQL database.
//!
//! ```no_run
//! # static MIGRATIONS: migrate_runtime::Migrations = migrate_runtime::Migrations::empty();
//! # #[cfg(feature = "postgres")]
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut client = postgres::Client::connect("host=localhost user=app", postgres::NoTls)?;
//! let adopted = migrate_adopt::adopt(&MIGRATIONS).perform(&mut client)?;
//! println!("{adopted}");
//! MIGRATIONS.run(&mut client)?;
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "postgres"))]
//! # fn main() {}
//! ```
//!
//! The tool's table is recognised by its columns and its rows are matched with the migrations of the set,
//! whose files are embedded with the tool's own layout (`layout = sqlx`) or have been renamed to ours.
//! Where the tool keeps checksums, the files have to be the ones it applied. What does not fit is listed,
//! and nothing is recorded until each such case is answered: [`Adoption::applied`],
//! [`Adoption::pending`], [`Adoption::forget`].
//!
//! It is a crate of its own because the checksums of the other tools have no place in the dependency tree
//! of an application that merely runs its migrations. The command `migrate adopt` is the same.

mod adoption;
mod checksum;
mod error;
mod finding;
mod found;
mod judge;
mod row;
mod tool;
mod tools;

pub use adoption::{Adopted, Adoption, Recorded, adopt};
pub use error::Error;
pub use finding::Finding;
pub use tool::Tool;
