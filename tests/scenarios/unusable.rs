//! Connections and pools of sqlx that cannot be used: what the error says.

use std::time::Duration;

use migrate_fixtures::Server;
use migrate_runtime::{Error, Migrations};

use crate::set::{Set, runtime};

fn set() -> Migrations {
    Set::new(&[("1_a.sql", "CREATE TABLE a (id int)")]).load()
}

/// The texts of errors, one below the other.
fn texts(errors: &[Error]) -> String {
    let texts: Vec<String> = errors.iter().map(|error| format!("{error:#}")).collect();
    texts.join("\n")
}

macro_rules! unusable {
    ($name:ident, $sqlx:ident) => {
        mod $name {
            use $sqlx::postgres::PgPoolOptions;
            use $sqlx::{Connection as _, Executor as _, PgConnection};

            use super::*;

            /// A transaction that is open, one that has failed, and a connection that the server has ended.
            pub(super) fn connections() -> String {
                let database = Server::shared().database();
                let url = database.url();
                let set = set();
                let errors = runtime().block_on(async {
                    let mut errors = Vec::new();
                    for sql in ["BEGIN", "BEGIN; SELECT 1 / 0"] {
                        let mut connection = PgConnection::connect(&url).await.unwrap();
                        let _ = connection.execute(sql).await;
                        errors.push(set.run_async(&mut connection).await.unwrap_err());
                        connection.execute("ROLLBACK").await.unwrap();
                        set.runner().plan_async(&mut connection).await.unwrap();
                    }
                    let mut connection = PgConnection::connect(&url).await.unwrap();
                    let ending =
                        connection.execute("SELECT pg_terminate_backend(pg_backend_pid())");
                    ending.await.unwrap_err();
                    errors.push(set.run_async(&mut connection).await.unwrap_err());
                    errors
                });
                database.assert_quiet();
                // How the end of a connection is noticed differs from one time to the next.
                let texts = texts(&errors);
                let steady = texts.lines().filter(|line| !line.contains("caused by"));
                steady.collect::<Vec<_>>().join("\n")
            }

            /// A pool whose only connection is lent, and one that is closed.
            pub(super) fn pools() -> String {
                let database = Server::shared().database();
                let set = set();
                let options = PgPoolOptions::new()
                    .max_connections(1)
                    .acquire_timeout(Duration::from_millis(200));
                let errors = runtime().block_on(async {
                    let pool = options.connect(&database.url()).await.unwrap();
                    let lent = pool.acquire().await.unwrap();
                    let exhausted = set.run_async(&pool).await.unwrap_err();
                    drop(lent);
                    set.runner().plan_async(&pool).await.unwrap();
                    pool.close().await;
                    vec![exhausted, set.run_async(&pool).await.unwrap_err()]
                });
                database.assert_quiet();
                texts(&errors)
            }

            /// A pool that is closed while it lends the connection of a run: it waits for it.
            pub(super) fn closing() {
                let database = Server::shared().database();
                let set = Set::new(&[("1_a.sql", "CREATE TABLE a (id int); SELECT pg_sleep(0.3)")])
                    .load();
                let report = runtime().block_on(async {
                    let options = PgPoolOptions::new().max_connections(1);
                    let pool = options.connect(&database.url()).await.unwrap();
                    let close = async {
                        while pool.num_idle() > 0 {
                            tokio::time::sleep(Duration::from_millis(1)).await;
                        }
                        pool.close().await;
                    };
                    tokio::join!(set.run_async(&pool), close).0.unwrap()
                });
                assert_eq!(report.applied.len(), 1);
                database.assert_quiet();
            }

            /// A session that is read-only by its settings is not so for migrations.
            pub(super) fn read_only() {
                let database = Server::shared().database();
                let report = runtime().block_on(async {
                    let mut connection = PgConnection::connect(&database.url()).await.unwrap();
                    let setting = connection.execute("SET default_transaction_read_only = on");
                    setting.await.unwrap();
                    set().run_async(&mut connection).await.unwrap()
                });
                assert_eq!(report.applied.len(), 1);
                database.assert_quiet();
            }
        }
    };
}

unusable!(newest, sqlx);
unusable!(version_0_8, sqlx_0_8);

#[test]
fn a_connection_in_a_transaction_or_without_its_server_is_named_as_such() {
    assert_eq!(newest::connections(), version_0_8::connections());
    insta::assert_snapshot!(newest::connections(), @r#"
    the connection has an open transaction
      = sqlstate: 25P02
      = help: commit it or roll it back first: migrations open their own transactions
    the connection has an open transaction
      = sqlstate: 25P02
      = help: commit it or roll it back first: migrations open their own transactions
    could not read the history table "public"."schema_migrations": the connection failed
      = help: run again to continue: what is committed is in the history
    "#);
}

#[test]
fn a_pool_that_has_no_connection_to_lend_is_named_as_such() {
    assert_eq!(newest::pools(), version_0_8::pools());
    insta::assert_snapshot!(newest::pools(), @"
    could not get a connection from the pool: the connection failed
      caused by: pool timed out while waiting for an open connection
      = help: run again to continue: what is committed is in the history
    could not get a connection from the pool: the connection failed
      caused by: attempted to acquire a connection on a closed pool
      = help: run again to continue: what is committed is in the history
    ");
}

#[test]
fn a_pool_that_is_closed_in_the_middle_of_a_run_waits_for_it() {
    newest::closing();
    version_0_8::closing();
}

#[test]
fn a_read_only_default_of_the_session_is_overruled() {
    newest::read_only();
    version_0_8::read_only();
}
