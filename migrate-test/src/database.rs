//! A test's database.

use std::fmt;
use std::sync::Arc;
use std::thread;

use migrate_runtime::Migrations;

use crate::hub::{Hub, Lease};
use crate::recipe::Recipe;
use crate::start::Start;
use crate::{Error, ErrorKind};

/// A database with all migrations applied, for one test.
///
/// It is dropped with its last copy, in the background; sessions that are still connected are ended. With
/// `MIGRATE_TEST_KEEP=failed` it is kept if the thread panics, or the attribute's test returns an error.
///
/// ```no_run
/// # static MIGRATIONS: migrate_runtime::Migrations = migrate_runtime::Migrations::empty();
/// let database = migrate_test::Database::of(&MIGRATIONS);
/// # #[cfg(feature = "postgres")]
/// let mut client = database.client();
/// ```
#[derive(Clone)]
pub struct Database(Arc<Lent>);

/// A test has few sessions at once, and many tests share the server's.
#[cfg(any(feature = "sqlx", feature = "sqlx-0_8"))]
const POOL: u32 = 5;

struct Lent {
    lease: Lease,
    name: String,
}

impl Database {
    /// The test harness names the thread of a test after it.
    fn new(lease: Lease) -> Self {
        lease.name_test(thread::current().name());
        let name = lease.name().to_string();
        Self(Arc::new(Lent { lease, name }))
    }

    /// A new database; the thread waits for it. [`Template`](crate::Template) has fixtures as well.
    ///
    /// # Panics
    ///
    /// Where [`try_of`](Database::try_of) returns an error.
    #[track_caller]
    pub fn of(set: &Migrations) -> Self {
        Self::or_panic(Self::try_of(set))
    }

    /// A new database; the thread waits for it. A thread of an asynchronous runtime may call it as well.
    ///
    /// # Errors
    ///
    /// There is no server, the role may not create databases, or a migration fails.
    pub fn try_of(set: &Migrations) -> Result<Self, Error> {
        Self::try_made(Recipe::new(set.clone(), Start::Newest, Vec::new()))
    }

    /// A new database. The future needs no particular runtime.
    ///
    /// # Panics
    ///
    /// Where [`try_of`](Database::try_of) returns an error.
    pub async fn of_async(set: &Migrations) -> Self {
        Self::or_panic(Self::try_of_async(set).await)
    }

    /// A new database. The future needs no particular runtime.
    ///
    /// # Errors
    ///
    /// Those of [`try_of`](Database::try_of).
    pub async fn try_of_async(set: &Migrations) -> Result<Self, Error> {
        Self::try_made_async(Recipe::new(set.clone(), Start::Newest, Vec::new())).await
    }

    pub(crate) fn try_made(recipe: Recipe) -> Result<Self, Error> {
        let hub = Hub::of_process()?;
        hub.request(Arc::new(recipe)).wait().map(Self::new)
    }

    pub(crate) async fn try_made_async(recipe: Recipe) -> Result<Self, Error> {
        let hub = Hub::of_process()?;
        hub.request(Arc::new(recipe)).await.map(Self::new)
    }

    /// Its name on the server.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Its URL, for a client of one's own or a program that is tested.
    pub fn url(&self) -> String {
        self.0.lease.server().url(self.name())
    }

    pub(crate) fn config(&self) -> postgres::Config {
        let mut config = self.0.lease.server().config.clone();
        config.dbname(self.name());
        config
    }

    /// A blocking client. While all connections of the server are taken, it waits.
    ///
    /// # Panics
    ///
    /// When the server refuses. And in a thread that runs an asynchronous runtime, because the client has one of its own.
    #[cfg(feature = "postgres")]
    #[track_caller]
    #[expect(clippy::panic, reason = "that is how a test fails")]
    pub fn client(&self) -> postgres::Client {
        match crate::maintenance::connect(&self.config()) {
            Ok(client) => client,
            Err(error) => panic!(
                "cannot connect to {}: {}",
                self.name(),
                crate::error::reason(&error)
            ),
        }
    }

    #[cfg(any(feature = "tokio-postgres", feature = "sqlx", feature = "sqlx-0_8"))]
    #[expect(clippy::panic, reason = "that is how a test fails")]
    fn connected<C>(&self, connecting: Result<C, impl fmt::Display>) -> C {
        match connecting {
            Ok(connection) => connection,
            Err(error) => panic!("cannot connect to {}: {error}", self.name()),
        }
    }

    /// An asynchronous client. While all connections of the server are taken, it waits. Its connection is a task of the
    /// runtime, which must be tokio's with timer and network.
    ///
    /// # Panics
    ///
    /// When the server refuses; outside of a runtime.
    #[cfg(feature = "tokio-postgres")]
    pub async fn connect(&self) -> tokio_postgres::Client {
        self.connected(crate::asynchronous::connect(&self.url()).await)
    }

    /// A pool of sqlx 0.9, of five connections at most, the first of which is open. While all connections of the server
    /// are taken, it waits.
    ///
    /// # Panics
    ///
    /// When the server refuses; outside of a runtime, which sqlx must know by its feature `runtime-tokio`.
    #[cfg(feature = "sqlx")]
    pub async fn pool(&self) -> sqlx::PgPool {
        let options = sqlx::postgres::PgPoolOptions::new()
            .max_connections(POOL)
            .acquire_timeout(crate::maintenance::PATIENCE);
        self.connected(options.connect(&self.url()).await)
    }

    /// The same of sqlx 0.8.
    ///
    /// # Panics
    ///
    /// When the server refuses; outside of a runtime, which sqlx must know by its feature `runtime-tokio`.
    #[cfg(feature = "sqlx-0_8")]
    pub async fn pool_0_8(&self) -> sqlx_0_8::PgPool {
        let options = sqlx_0_8::postgres::PgPoolOptions::new()
            .max_connections(POOL)
            .acquire_timeout(crate::maintenance::PATIENCE);
        self.connected(options.connect(&self.url()).await)
    }

    /// The test has failed, although its thread has not panicked: the database is kept if failed ones are.
    pub fn mark_failed(&self) {
        self.0.lease.mark_failed();
    }

    #[track_caller]
    #[expect(clippy::panic, reason = "that is how a test fails")]
    pub(crate) fn or_panic(made: Result<Self, Error>) -> Self {
        match made {
            Ok(database) => database,
            Err(error) if error.kind() == ErrorKind::Migration => panic!("{error}"),
            Err(error) => panic!("no database for this test: {error:#}"),
        }
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Database").field(&self.name()).finish()
    }
}
