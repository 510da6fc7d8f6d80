//! A dropped future and a failing message leave neither a lock nor an open transaction behind,
//! whichever message it was.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use migrate_fixtures::Server;
use migrate_runtime::{ErrorKind, Migrations, Reply, Session, SessionError};

use crate::set::{Set, connect, connect_sqlx, connect_sqlx_0_8, runtime};

fn set() -> Migrations {
    Set::new(&[
        ("1_t.sql", "CREATE TABLE t (a int); SELECT pg_sleep(0.02)"),
        ("2_set.sql", "INSERT INTO t VALUES (1)"),
        // Travels with the one before it.
        ("3_more.sql", "SELECT pg_sleep(0.02); INSERT INTO t VALUES (2)"),
        ("4_i.sql", "-- migrate: no-transaction\nCREATE INDEX CONCURRENTLY i ON t (a);\nINSERT INTO t VALUES (3);"),
    ])
    .load()
}

/// A session whose `after`th message never gets its answer read, or fails.
struct Faulty<'c, S> {
    client: &'c mut S,
    sent: Arc<AtomicUsize>,
    after: usize,
    fault: Fault,
}

#[derive(Clone, Copy, PartialEq)]
enum Fault {
    /// The future stays pending once the message has been sent, so that the caller drops it.
    Hang,
    /// The message is replaced by one that the server refuses.
    Fail,
    /// So it is, by one that the server cancels before the end of its transaction.
    Cancel,
}

/// Fails as a statement does that is cancelled.
const CANCELLED: &str = "DO $$ BEGIN RAISE query_canceled; END $$";

impl<S: Session> Session for Faulty<'_, S> {
    async fn send(&mut self, sql: &str) -> Result<Reply, SessionError> {
        let number = self.sent.fetch_add(1, Ordering::SeqCst);
        if number != self.after {
            return self.client.send(sql).await;
        }
        match self.fault {
            Fault::Hang => {
                // Polled once, so that it is sent; its answer is never read.
                let mut sent = pin!(self.client.send(sql));
                std::future::poll_fn(|context| {
                    let _ = sent.as_mut().poll(context);
                    Poll::<()>::Pending
                })
                .await;
                unreachable!()
            }
            Fault::Fail => {
                // Fails after the message's first statements.
                let broken = sql.replacen(';', ";SELECT 1/0;", 3);
                self.client.send(&format!("{broken};SELECT 1/0")).await
            }
            Fault::Cancel => {
                let end = sql.rfind(";COMMIT").unwrap_or(sql.len());
                let (before, after) = sql.split_at(end);
                self.client
                    .send(&format!("{before};{CANCELLED}{after}"))
                    .await
            }
        }
    }

    fn sleep(&mut self, duration: Duration) -> impl Future<Output = ()> + Send {
        self.client.sleep(duration)
    }

    fn send_last(&mut self, sql: &str) {
        self.client.send_last(sql);
    }
}

/// Runs with a fault at each message in turn until a run meets none; then checks what is left.
fn at_every_message(fault: Fault) {
    at_messages(&async |url| connect(url).await, &set(), false, fault);
}

/// Where each statement is a message, one message in three: there are more than a hundred.
fn at_messages<S: Session>(
    open: &impl AsyncFn(&str) -> S,
    all: &Migrations,
    singly: bool,
    fault: Fault,
) {
    runtime().block_on(async {
        let mut after = 0;
        loop {
            let database = Server::shared().database();
            let mut client = open(&database.url()).await;
            let sent = Arc::new(AtomicUsize::new(0));
            let met = {
                let mut faulty = Faulty {
                    client: &mut client,
                    sent: Arc::clone(&sent),
                    after,
                    fault,
                };
                let mut runner = all.runner().one_statement_per_message(singly);
                let mut run = pin!(runner.run_with(&mut faulty));
                loop {
                    let polled = std::future::poll_fn(|context: &mut Context<'_>| {
                        Poll::Ready(match run.as_mut().poll(context) {
                            Poll::Pending => false,
                            Poll::Ready(Ok(_)) => true,
                            Poll::Ready(Err(error)) => {
                                // Nothing is sent into a transaction that an earlier message has left open.
                                assert_ne!(
                                    error.kind(),
                                    ErrorKind::OpenTransaction,
                                    "after message {after}: {error}"
                                );
                                true
                            }
                        })
                    })
                    .await;
                    let reached = sent.load(Ordering::SeqCst) > after;
                    if polled || (reached && fault == Fault::Hang) {
                        break reached;
                    }
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
            };
            // The connection goes back to its pool: usable, no transaction, no lock.
            let state = client
                .send(
                    "SELECT pg_catalog.transaction_timestamp() = pg_catalog.statement_timestamp(), \
                     (SELECT count(*) FROM pg_prepared_statements WHERE from_sql)",
                )
                .await
                .unwrap_or_else(|error| panic!("unusable after message {after}: {error:?}"));
            let row = state.values().next().unwrap();
            assert_eq!(
                row[0].as_deref(),
                Some("t"),
                "a transaction is open after message {after}"
            );
            assert_eq!(
                row[1].as_deref(),
                Some("0"),
                "prepared after message {after}"
            );
            database.assert_quiet();
            // And the next run on it completes the work, each effect exactly once.
            all.runner()
                .run_with(&mut client)
                .await
                .unwrap_or_else(|error| panic!("after message {after}: {error}"));
            assert_eq!(
                database.value("SELECT string_agg(a::text, ',' ORDER BY a) FROM t"),
                "1,2,3"
            );
            assert!(database.invalid_indexes().is_empty());
            database.assert_quiet();
            if !met {
                return;
            }
            after += if singly { 3 } else { 1 };
        }
    });
}

#[test]
fn a_run_dropped_at_any_message_leaves_nothing_behind() {
    at_every_message(Fault::Hang);
}

#[test]
fn an_error_at_any_message_leaves_nothing_behind() {
    at_every_message(Fault::Fail);
}

#[test]
fn a_cancellation_at_any_message_leaves_nothing_behind() {
    at_every_message(Fault::Cancel);
    let open = async |url: &str| connect(url).await;
    at_messages(&open, &two(), true, Fault::Cancel);
}

#[test]
fn a_run_over_sqlx_dropped_at_any_message_leaves_nothing_behind() {
    at_messages(
        &async |url| connect_sqlx(url).await,
        &set(),
        false,
        Fault::Hang,
    );
    at_messages(
        &async |url| connect_sqlx(url).await,
        &two(),
        true,
        Fault::Hang,
    );
}

#[test]
fn an_error_over_sqlx_at_any_message_leaves_nothing_behind() {
    at_messages(
        &async |url| connect_sqlx(url).await,
        &set(),
        false,
        Fault::Fail,
    );
}

#[test]
fn a_run_over_sqlx_0_8_dropped_at_any_message_leaves_nothing_behind() {
    let open = async |url: &str| connect_sqlx_0_8(url).await;
    at_messages(&open, &set(), false, Fault::Hang);
}

/// Fewer files, as each of them takes many messages.
fn two() -> Migrations {
    Set::new(&[
        ("1_t.sql", "CREATE TABLE t (a int); INSERT INTO t VALUES (1), (2)"),
        ("2_i.sql", "-- migrate: no-transaction\nCREATE INDEX CONCURRENTLY i ON t (a);\nINSERT INTO t VALUES (3);"),
    ])
    .load()
}

#[test]
fn a_run_of_single_statements_dropped_at_any_message_leaves_nothing_behind() {
    at_messages(&async |url| connect(url).await, &two(), true, Fault::Hang);
}

#[test]
fn an_error_at_any_single_statement_leaves_nothing_behind() {
    at_messages(&async |url| connect(url).await, &two(), true, Fault::Fail);
}
