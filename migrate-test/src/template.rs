//! What a test's database is a copy of.

use migrate_runtime::Migrations;

use crate::recipe::Recipe;
use crate::start::{Fixture, Start};
use crate::{Database, Error};

/// What the databases of some tests are copies of: a set of migrations, and rows.
///
/// ```no_run
/// # static MIGRATIONS: migrate_runtime::Migrations = migrate_runtime::Migrations::empty();
/// let database = migrate_test::Template::of(&MIGRATIONS)
///     .fixture("users.sql", "INSERT INTO users (name) VALUES ('Ada')")
///     .database();
/// ```
///
/// The template is made once on this server: by the first test that needs it, for all processes. It is kept for the next
/// runs, and dropped when it has not been used for two days.
#[derive(Debug, Clone)]
pub struct Template {
    pub(crate) set: Migrations,
    pub(crate) start: Start,
    fixtures: Vec<Fixture>,
}

impl Template {
    /// A database with all migrations of `set`.
    pub fn of(set: &Migrations) -> Self {
        Self {
            set: set.clone(),
            start: Start::Newest,
            fixtures: Vec::new(),
        }
    }

    /// Only the migrations up to this version: the database of an earlier release.
    #[must_use]
    pub fn target(mut self, version: i64) -> Self {
        self.start = Start::Version(version);
        self
    }

    /// Not the migrations but what `sql` leaves, which `pg_dump --inserts` has written of a database of an earlier
    /// release, with its history table. `name` is for messages.
    #[must_use]
    pub fn dump(mut self, name: impl Into<String>, sql: impl Into<String>) -> Self {
        self.start = Start::Dump(Fixture {
            name: name.into(),
            sql: sql.into(),
        });
        self
    }

    /// Runs `sql` after the migrations, and after the fixtures named before. `name` is for messages.
    #[must_use]
    pub fn fixture(mut self, name: impl Into<String>, sql: impl Into<String>) -> Self {
        self.fixtures.push(Fixture {
            name: name.into(),
            sql: sql.into(),
        });
        self
    }

    /// A new database; the thread waits for it.
    ///
    /// # Panics
    ///
    /// Where [`try_database`](Template::try_database) returns an error.
    #[track_caller]
    pub fn database(self) -> Database {
        Database::or_panic(self.try_database())
    }

    /// A new database; the thread waits for it.
    ///
    /// # SQL
    ///
    /// `CREATE DATABASE … TEMPLATE …`, unless a copy was made ahead. The first time also what creates the template.
    ///
    /// # Locking
    ///
    /// An advisory lock while the template is made: processes that need it wait. Each process holds one more, by which
    /// others see that it runs.
    ///
    /// # Errors
    ///
    /// There is no server, the role may not create databases, or a migration or a fixture fails.
    pub fn try_database(self) -> Result<Database, Error> {
        Database::try_made(Recipe::new(self.set, self.start, self.fixtures))
    }

    /// A new database. The future needs no particular runtime.
    ///
    /// # Panics
    ///
    /// Where [`try_database`](Template::try_database) returns an error.
    pub async fn database_async(self) -> Database {
        Database::or_panic(self.try_database_async().await)
    }

    /// A new database. The future needs no particular runtime; only the first one of a process waits in its thread, while
    /// the server is chosen or started.
    ///
    /// # Errors
    ///
    /// Those of [`try_database`](Template::try_database).
    pub async fn try_database_async(self) -> Result<Database, Error> {
        Database::try_made_async(Recipe::new(self.set, self.start, self.fixtures)).await
    }
}
