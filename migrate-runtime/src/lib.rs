//! PostgreSQL migrations that are checked when you compile and applied exactly once when you start.
//!
//! Put numbered SQL files into `migrations/`, embed them, and run them when the program starts:
//!
//! ```
//! use migrate_runtime::{Migrations, embed_migrations};
//!
//! static MIGRATIONS: Migrations = embed_migrations!("migrations");
//!
//! # #[cfg(feature = "postgres")]
//! fn start(client: &mut postgres::Client) -> Result<(), migrate_runtime::Error> {
//!     let report = MIGRATIONS.run(client)?;
//!     println!("{report}");
//!     Ok(())
//! }
//! # #[cfg(feature = "postgres")] {
//! # let database = migrate_fixtures::Server::shared().database();
//! # start(&mut database.client()).unwrap();
//! # assert_eq!(database.value("SELECT count(*) FROM schema_migrations"), "2");
//! # }
//! ```
//!
//! A wrong migration does not compile, and a right one is applied exactly once: by any number of
//! programs that start at the same time, through crashes, cut connections and poolers.
//!
//! # What the build checks
//!
//! [`embed_migrations!`] reads the directory while the crate compiles. Every problem of every file is
//! a compiler error with its place in the `.sql` file: names that do not fit, duplicate versions, an
//! alphabetical order that is not the numeric one, SQL that PostgreSQL's own grammar does not
//! accept, a `COMMIT` in the middle of a transaction, `CREATE INDEX CONCURRENTLY` where it
//! cannot run. What it leaves is a `static` of plain data: at start-up nothing is parsed, hashed or allocated.
//!
//! | file | what it is |
//! |---|---|
//! | `0001_create_users.sql` | a migration: a version, `_` or `-`, a name. Versions are numbers of any width, timestamps too; gaps are fine |
//! | `0001_create_users.down.sql` | how to revert it, if that is possible |
//! | `README.md`, anything not `.sql` | ignored |
//!
//! The first lines of a file may hold directives: `-- migrate: no-transaction` for what refuses a
//! transaction, `-- migrate: lock-timeout 10s`, `-- migrate: out-of-order`, and
//! `-- migrate: allow(<rule>) <reason>`.
//!
//! # What a run does
//!
//! [`Migrations::run`] asks for the history, one `SELECT`. If nothing is pending, that was all: one
//! round trip, no lock, no write, no right needed but `SELECT`; it works on a read replica.
//! Otherwise it first judges everything it found, and then sends each pending migration as one
//! message that holds its history row, its SQL and the `COMMIT`, so that both are there or neither is.
//! Files that say `no-transaction` run statement by statement with a journal; a killed run goes on
//! where it stopped, and an invalid index left by a failed `CREATE INDEX CONCURRENTLY` is built again.
//!
//! Before the first statement it refuses what is usually a mistake, each with its own switch:
//!
//! | condition | default | switch |
//! |---|---|---|
//! | *drift*: an applied file was edited | refuse | [`Runner::drift`] |
//! | *missing*: an applied file is gone, newer ones are not | refuse | [`Runner::missing`] |
//! | *out of order*: a pending file is older than the newest applied | refuse | [`Runner::out_of_order`], or the directive |
//! | *ahead*: the database has newer ones than this program | allow, report | [`Runner::ahead`] |
//! | *stale*: the directory has changed since a debug build was compiled | refuse | [`Runner::stale`] |
//!
//! A migration waits 0.8 s for a lock at most, because other sessions queue for the table as long; then it
//! is rolled back and tried again, twelve times ([`Runner::lock_timeout`], [`Runner::retries`]).
//!
//! # Options and other operations
//!
//! [`Migrations::runner`] has them all:
//!
//! ```
//! use std::time::Duration;
//! # use migrate_runtime::{Migrations, Revert, embed_migrations};
//! # static MIGRATIONS: Migrations = embed_migrations!("migrations");
//!
//! # #[cfg(feature = "postgres")]
//! fn operate(client: &mut postgres::Client) -> Result<(), migrate_runtime::Error> {
//!     let plan = MIGRATIONS.runner().plan(client)?;
//!     println!("{plan}");
//!
//!     MIGRATIONS
//!         .runner()
//!         .target(1)
//!         .wait_timeout(Duration::from_secs(60))
//!         .observer(|event| eprintln!("{event}"))
//!         .run(client)?;
//!
//!     for entry in MIGRATIONS.runner().status(client)?.entries {
//!         println!("{} {}: {}", entry.version, entry.name, entry.state);
//!     }
//!     Ok(())
//! }
//! # #[cfg(feature = "postgres")] {
//! # let database = migrate_fixtures::Server::shared().database();
//! # operate(&mut database.client()).unwrap();
//! # assert_eq!(database.value("SELECT count(*) FROM schema_migrations"), "1");
//! # }
//! ```
//!
//! [`Runner::baseline_with`] records migrations without running them, for a database that existed before its
//! migrations were tracked. [`Runner::revert_with`] reverts the newest ones with their down files,
//! [`Runner::repair_with`] settles an interrupted one, and [`Runner::tenants`] applies the set to many schemas.
//!
//! # Clients
//!
//! Each operation comes three times: for a `postgres::Client` (`run`), for [asynchronous clients](AsyncClient) (`run_async`:
//! tokio-postgres and sqlx, each with a feature), and for any [`Session`] (`run_with`), a trait of two methods that you
//! implement for another client. The client is borrowed, so a pooled connection works: it dereferences to one.
//!
//! ```
//! # use migrate_runtime::{Migrations, embed_migrations};
//! # static MIGRATIONS: Migrations = embed_migrations!("migrations");
//! # #[cfg(feature = "tokio-postgres")]
//! async fn start(client: &mut tokio_postgres::Client) -> Result<(), migrate_runtime::Error> {
//!     MIGRATIONS.run_async(client).await?;
//!     Ok(())
//! }
//! ```
//!
//! # Errors
//!
//! [`Error::kind`] tells a program what went wrong; [`version`](Error::version), [`file`](Error::file),
//! [`position`](Error::position), [`sqlstate`](Error::sqlstate), [`hints`](Error::hints) and others tell the rest.
//! `{error}` is one line for a log. `{error:#}` is for a person:
//!
//! ```text
//! migrations/0002_users.sql:3:3: column "nme" does not exist
//!   |
//! 3 |   nme FROM t;
//!   |   ^
//!   = statement: 1 of 2
//!   = sqlstate: 42703
//!   = note: nothing of this migration was kept
//! ```
//!
//! # Testing your migrations
//!
//! The item form of the macro, `embed_migrations!(pub static MIGRATIONS = "migrations")`, also makes a
//! test that fails when the binary is older than the directory. For the rest, run them on an
//! empty database in a test of yours: that is the whole of [`Migrations::run`].
//!
//! # Features
//!
//! | feature | default | |
//! |---|---|---|
//! | `postgres` | yes | drives `postgres::Client` |
//! | `tokio-postgres` | no | drives `tokio_postgres::Client`; needs tokio's timer |
//! | `sqlx` | no | drives `PgConnection`, `PoolConnection<Postgres>` and `PgPool` of sqlx 0.9, on any of its runtimes |
//! | `sqlx-0_8` | no | the same for sqlx 0.8 |
//! | `conformance` | no | [`conformance::check`](conformance) tries a [`Session`] of your own on a server |
//! | `tracing` | no | every [`Event`] is also an event of the `tracing` crate, target `migrate` |
//! | `settings-file` | no | the macro reads `migrate.toml` beside the directory, as the `migrate` program does |
//! | `directory` | no | sets from a directory read while the program runs, for tools; brings the validator along |
//!
//! Besides its database driver, an application links this crate alone: what the macro needs is built for the
//! compiler.
//!
//! # Public dependencies
//!
//! The clients are types of `postgres` 0.19, `tokio-postgres` 0.7, and sqlx 0.9 and 0.8, so these versions are part of this
//! crate's API. A
//! release that moves to another incompatible version of one of them is a new major version of this crate. All other
//! dependencies can change in any release. The types of the feature `directory` come from `migrate-check`, which has no
//! stability promise; applications do not need that feature.

mod async_client;
#[cfg(feature = "conformance")]
pub mod conformance;
#[cfg(feature = "directory")]
mod directory;
mod drivers;
mod embed;
mod engine;
mod error;
mod event;
mod foreign_history;
mod migrations;
mod other_history;
mod other_session;
mod packed;
mod plan;
mod policy;
mod repair;
mod report;
mod runner;
mod session;
mod snippet;
mod stale;
mod status;
mod stop;
mod table;
mod tenants;
mod text;
#[cfg(any(feature = "sqlx", feature = "sqlx-0_8", feature = "conformance"))]
mod timer;
mod timestamp;

pub use async_client::AsyncClient;
pub use error::{Error, ErrorKind, Hint};
pub use event::Event;
pub use foreign_history::{AdoptOutcome, ForeignHistory, ForeignMigration};
pub use migrations::{Checksum, Migration, Migrations, MigrationsIter, Script, Statement};
pub use other_history::OtherHistory;
pub use other_session::OtherSession;
pub use plan::{PendingMigration, Plan};
pub use policy::Policy;
pub use repair::{Repair, Repaired};
pub use report::{
    AppliedMigration, BaselineReport, RecordedMigration, RevertReport, RevertedMigration,
    RunReport, UnknownMigration,
};
pub use runner::{Revert, Runner};
pub use session::{DatabaseError, Reply, Session, SessionError};
pub use status::{MigrationState, MigrationStatus, Status};
pub use stop::StopToken;
pub use table::HistoryTable;
pub use tenants::{TenantReport, Tenants, TenantsReport};
pub use timestamp::Timestamp;

/// This crate's front page: its examples compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}

/// What the macro's output names. Not for people: it changes with every version.
#[doc(hidden)]
pub mod __private {
    use crate::migrations::Migrations;
    use crate::table::HistoryTable;

    pub use crate::__embed_migrations_track as track;
    pub use crate::stale::{assert_current, stale};
    pub use migrate_macros::embed;

    /// The set that `embed_migrations!` has packed.
    #[expect(
        clippy::too_many_arguments,
        reason = "only what the macro writes calls it"
    )]
    pub const fn migrations(
        text: &'static str,
        index: &'static [u8],
        directory: &'static str,
        schema: &'static str,
        table: &'static str,
        key: i64,
        source: Option<&'static str>,
        settings: &'static str,
    ) -> Migrations {
        Migrations::embedded(
            text,
            index,
            directory,
            HistoryTable::known(schema, table, key),
            source,
            settings,
        )
    }
}
