//! A migrated PostgreSQL database for every test, in milliseconds.
//!
//! ```
//! use migrate_runtime::{Migrations, embed_migrations};
//! use migrate_test::Database;
//!
//! static MIGRATIONS: Migrations = embed_migrations!("migrations");
//!
//! # /*
//! #[test]
//! # */
//! fn articles_are_found() {
//!     let database = Database::of(&MIGRATIONS);
//! # #[cfg(feature = "postgres")]
//!     let mut client = database.client();
//!     // …
//! }
//! # articles_are_found();
//! ```
//!
//! The first test applies the migrations to a database, which then serves as a template: for all tests, all test processes and
//! the next runs. Each test gets a copy of it. While tests run, copies are made ahead; those that tests are done with are
//! dropped in the background. A set with an edit, or with other fixtures, is another template, by a digest that the build has
//! computed; so two checkouts can be tested at once.
//!
//! Tests of the migrations themselves are a line each: [`assert_reversible`], [`assert_applies_from`], [`assert_current`].
//!
//! # The server
//!
//! | variable | what it does |
//! |---|---|
//! | `MIGRATE_TEST_DATABASE_URL` | the server to use, wherever it is; the role needs `CREATEDB` and nothing more |
//! | `DATABASE_URL` | is used if the other is not set, the host is this machine, and the role may create databases |
//! | `MIGRATE_TEST_POSTGRES` | the major version, or the directory of the programs, of the PostgreSQL to start |
//! | `MIGRATE_TEST_DIRECTORY` | where a started server lives; in memory if there are 2 GiB of it, or else with the temporary files |
//! | `MIGRATE_TEST_LINGER` | how many seconds a started server waits for the next process; 10 |
//! | `MIGRATE_TEST_KEEP=failed` | the database of a failed test is kept for a day, named after the test |
//!
//! Without a URL, the newest PostgreSQL of this machine is started, or one that `pip` fetches once from the Python package index, of
//! a fixed version and digest: without the rights of root, without flushing to disk, and
//! reachable by a socket in a directory that only its user can enter. All test processes share it. It stops when the last one
//! has ended. Which server is used is said once, on standard error.
//!
//! # What is left
//!
//! Templates, which are dropped when they were not used for two days, and nothing else. A process that was killed leaves its
//! databases until the next run, which finds that the process is gone: each holds an advisory lock as long as it has databases.
//!
//! # Features
//!
//! | feature | default | |
//! |---|---|---|
//! | `postgres` | yes | `Database::client`: a `postgres::Client` |
//! | `tokio-postgres` | no | `Database::connect`: a `tokio_postgres::Client` |
//! | `sqlx` | no | `Database::pool`: a `sqlx::PgPool` |
//! | `sqlx-0_8` | no | `Database::pool_0_8`: the same of sqlx 0.8 |
//!
//! Any other client takes [`Database::url`].

#[cfg(feature = "tokio-postgres")]
mod asynchronous;
mod currency;
mod database;
mod digest;
mod error;
mod harness;
mod hub;
mod maintenance;
mod name;
mod notice;
mod promise;
mod recipe;
mod reversibility;
mod schema;
mod server;
mod start;
mod template;
mod upgrade;

pub use currency::assert_current;
pub use database::Database;
pub use error::{Error, ErrorKind};
pub use reversibility::{assert_reversible, assert_reversible_from};
pub use template::Template;
pub use upgrade::assert_applies_from;

/// Gives a test a database with all migrations, and runs it.
///
/// ```
/// # use migrate_runtime::{Migrations, embed_migrations};
/// use migrate_test::Database;
///
/// static MIGRATIONS: Migrations = embed_migrations!("migrations");
///
/// #[migrate_test::test(MIGRATIONS)]
/// fn articles_are_found(db: Database) {
/// # #[cfg(feature = "postgres")]
///     let mut client = db.client();
///     // …
/// }
/// # fn main() {}
/// ```
///
/// The argument is the path of the `static`. `fixtures = ["users.sql", …]` runs these files after the migrations; they are
/// found as [`include_str!`] finds them, beside the file of the test. `crate = path` names this crate where it has another name.
///
/// The function takes a [`Database`] and returns nothing or a `Result`. An `async` one runs in a
/// `tokio` runtime of one thread, which the features of asynchronous clients bring; or in that of another attribute below this one,
/// such as `#[tokio::test(flavor = "multi_thread")]`. Other attributes, such as `#[should_panic]`, count as on any test.
pub use migrate_test_macros::test;

/// What the attribute's output names. Not for people: it changes with every version.
#[doc(hidden)]
pub mod __private {
    pub use crate::harness::{Outcome, run, run_async, run_here};
}

/// This crate's front page: its examples compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
