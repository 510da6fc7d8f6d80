//! The suite for sessions of other clients: what this crate drives passes it, and each way to break the contract is found.

use std::future::poll_fn;
use std::mem;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use migrate_fixtures::Server;
use migrate_runtime::{DatabaseError, Reply, Session, SessionError, conformance};
use sqlx::Connection as _;
use sqlx_0_8::Connection as _;

use crate::set::{connect, runtime};

#[test]
fn postgres_conforms() {
    let database = Server::shared().database();
    let url = database.url();
    let open = async || postgres::Client::connect(&url, postgres::NoTls).unwrap();
    let mut check = pin!(conformance::check(open));
    let checked = loop {
        let mut context = Context::from_waker(Waker::noop());
        if let Poll::Ready(checked) = check.as_mut().poll(&mut context) {
            break checked;
        }
    };
    checked.unwrap_or_else(|broken| panic!("{broken}"));
}

#[test]
fn tokio_postgres_conforms() {
    let database = Server::shared().database();
    let url = database.url();
    let checked = runtime().block_on(conformance::check(async || connect(&url).await));
    checked.unwrap_or_else(|broken| panic!("{broken}"));
}

#[test]
fn sqlx_conforms() {
    let database = Server::shared().database();
    let url = database.url();
    let open = async || sqlx::PgConnection::connect(&url).await.unwrap();
    let checked = runtime().block_on(conformance::check(open));
    checked.unwrap_or_else(|broken| panic!("{broken}"));
}

#[test]
fn sqlx_0_8_conforms() {
    let database = Server::shared().database();
    let url = database.url();
    let open = async || sqlx_0_8::PgConnection::connect(&url).await.unwrap();
    let checked = runtime().block_on(conformance::check(open));
    checked.unwrap_or_else(|broken| panic!("{broken}"));
}

/// How a session breaks the contract.
#[derive(Clone, Copy, Debug)]
enum Way {
    NullsAreEmpty,
    FlagsAreWords,
    ColumnsByName,
    LastStatementOnly,
    OnlySomeRows,
    Cuts,
    Prepares,
    BeginsByItself,
    TakesTurns,
    NoAnswerAfterNotice,
    OtherCode,
    Without(fn(&mut DatabaseError)),
    CountsFromZero,
    CountsBytes,
    NoServerError,
    SwallowsErrors,
    CountsTooMany,
    CannotGoOn,
    SendsLate,
    LastWaits,
    AnswersOfOthers,
    DoesNotSleep,
    ConnectsAgain,
}

/// A session that works, but for one thing.
struct Broken {
    client: tokio_postgres::Client,
    second: tokio_postgres::Client,
    url: String,
    way: Way,
    messages: usize,
    under_way: bool,
    failed: bool,
}

impl Broken {
    async fn open(url: &str, way: Way) -> Self {
        Self {
            client: connect(url).await,
            second: connect(url).await,
            url: url.to_owned(),
            way,
            messages: 0,
            under_way: false,
            failed: false,
        }
    }

    async fn pass_on(&mut self, sql: &str) -> Result<Reply, SessionError> {
        match self.way {
            Way::Cuts => {
                let mut all = Reply::default();
                for statement in sql.split(';') {
                    let reply = self.client.send(statement).await?;
                    for row in reply.values() {
                        all.push_row(row.to_vec());
                    }
                }
                Ok(all)
            }
            Way::Prepares if sql.contains(';') => {
                let refused = DatabaseError::new(
                    "42601",
                    "cannot insert multiple commands into a prepared statement",
                );
                Err(SessionError::database(refused, "refused"))
            }
            Way::BeginsByItself if self.messages == 1 => {
                self.client.send("BEGIN").await?;
                self.client.send(sql).await
            }
            Way::TakesTurns if self.messages % 2 == 1 => self.second.send(sql).await,
            Way::NoAnswerAfterNotice if sql.contains("NOTICE") => std::future::pending().await,
            Way::CannotGoOn
                if mem::replace(&mut self.failed, false) && sql.contains("ROLLBACK") =>
            {
                Err(SessionError::connection("out of step"))
            }
            Way::SendsLate => {
                let mut polled = false;
                poll_fn(|context| {
                    context.waker().wake_by_ref();
                    if mem::replace(&mut polled, true) {
                        Poll::Ready(())
                    } else {
                        Poll::Pending
                    }
                })
                .await;
                self.client.send(sql).await
            }
            Way::AnswersOfOthers if self.under_way => {
                let _ = self.client.send(sql).await;
                let mut reply = Reply::default();
                reply.push_row(vec![Some("of the dropped message".to_owned())]);
                Ok(reply)
            }
            Way::ConnectsAgain if mem::replace(&mut self.failed, false) => {
                self.client = connect(&self.url).await;
                self.client.send(sql).await
            }
            _ => self.client.send(sql).await,
        }
    }

    fn change_rows(&self, sent: &Reply) -> Reply {
        let rows: Vec<Vec<Option<String>>> = sent.values().map(<[_]>::to_vec).collect();
        let mut reply = Reply::default();
        let last = rows.len().saturating_sub(1);
        for (number, mut row) in rows.into_iter().enumerate() {
            for value in &mut row {
                match self.way {
                    Way::NullsAreEmpty => *value = Some(value.take().unwrap_or_default()),
                    Way::FlagsAreWords if value.as_deref() == Some("t") => {
                        *value = Some("true".to_owned());
                    }
                    _ => {}
                }
            }
            if matches!(self.way, Way::ColumnsByName) && row.len() > 6 {
                row.remove(0);
            }
            if matches!(self.way, Way::LastStatementOnly) && number < last
                || matches!(self.way, Way::OnlySomeRows) && number >= 1000
            {
                continue;
            }
            reply.push_row(row);
        }
        reply
    }

    fn change_error(&self, mut failure: SessionError, sql: &str) -> Result<Reply, SessionError> {
        match self.way {
            Way::NoServerError => return Err(SessionError::connection(failure.source)),
            Way::SwallowsErrors if sql.contains("generate_series") => return Ok(Reply::default()),
            Way::CountsTooMany => failure.completed = failure.completed.map(|count| count + 1),
            _ => {}
        }
        if let Some(error) = failure.database.as_mut() {
            match self.way {
                Way::OtherCode => "XX000".clone_into(&mut error.code),
                Way::Without(clear) => clear(error),
                Way::CountsFromZero => error.position = error.position.map(|position| position - 1),
                Way::CountsBytes => {
                    let before = |position: u32| sql.chars().take(position as usize - 1);
                    let bytes = |position| before(position).map(char::len_utf8).sum::<usize>() + 1;
                    let position = error.position.map(bytes);
                    error.position = position.map(|position| u32::try_from(position).unwrap());
                }
                _ => {}
            }
        }
        Err(failure)
    }
}

impl Session for Broken {
    async fn send(&mut self, sql: &str) -> Result<Reply, SessionError> {
        self.messages += 1;
        let sent = self.pass_on(sql).await;
        self.under_way = true;
        let sent = match sent {
            Ok(reply) => Ok(self.change_rows(&reply)),
            Err(failure) => {
                self.failed = true;
                self.change_error(failure, sql)
            }
        };
        self.under_way = false;
        sent
    }

    fn sleep(&mut self, duration: Duration) -> impl Future<Output = ()> + Send {
        let is_awake = matches!(self.way, Way::DoesNotSleep);
        tokio::time::sleep(if is_awake { Duration::ZERO } else { duration })
    }

    fn send_last(&mut self, sql: &str) {
        match self.way {
            Way::LastWaits => {}
            Way::AnswersOfOthers => {
                self.under_way = true;
                self.client.send_last(sql);
            }
            _ => self.client.send_last(sql),
        }
    }
}

/// What the suite says of a session that is broken in one way.
fn violations(way: Way) -> Vec<String> {
    let database = Server::shared().database();
    let url = database.url();
    let checked = runtime().block_on(conformance::check(async || Broken::open(&url, way).await));
    let Err(broken) = checked else {
        panic!("{way:?} is not found");
    };
    broken.violations
}

#[test]
fn each_way_to_return_rows_otherwise_is_found() {
    for way in [
        Way::NullsAreEmpty,
        Way::FlagsAreWords,
        Way::ColumnsByName,
        Way::LastStatementOnly,
        Way::OnlySomeRows,
    ] {
        let found = violations(way).join("\n");
        let said = found.contains("every row of every statement must come")
            || found.contains("all 5000 must come");
        assert!(said, "{way:?}: {found}");
    }
}

#[test]
fn each_way_to_send_otherwise_is_found() {
    for (way, words) in [
        (Way::Cuts, "and not cut it up"),
        (Way::Prepares, "must use the simple-query protocol"),
        (Way::BeginsByItself, "must not begin one by itself"),
        (Way::TakesTurns, "must go to the same connection"),
        (Way::SendsLate, "it must leave with the first poll"),
        (Way::LastWaits, "it must leave at once"),
        (
            Way::AnswersOfOthers,
            "its answer must be read and thrown away",
        ),
        (Way::DoesNotSleep, "without a pause"),
        (Way::ConnectsAgain, "must not connect again by itself"),
        (Way::CannotGoOn, "it must succeed"),
    ] {
        let found = violations(way).join("\n");
        assert!(found.contains(words), "{way:?}: {found}");
    }
}

#[test]
fn each_way_to_report_an_error_otherwise_is_found() {
    for (way, words) in [
        (Way::OtherCode, "must hold SQLSTATE and message"),
        (
            Way::Without(|error| error.message.clear()),
            "must hold SQLSTATE and message",
        ),
        (
            Way::Without(|error| error.detail = None),
            "`DatabaseError::detail` is None",
        ),
        (
            Way::Without(|error| error.hint = None),
            "`DatabaseError::hint` is None",
        ),
        (
            Way::Without(|error| error.schema = None),
            "`DatabaseError::schema` is None",
        ),
        (
            Way::Without(|error| error.table = None),
            "`DatabaseError::table` is None",
        ),
        (
            Way::Without(|error| error.constraint = None),
            "`DatabaseError::constraint` is None",
        ),
        (
            Way::Without(|error| error.context = None),
            "`DatabaseError::context` is None",
        ),
        (
            Way::Without(|error| error.internal = None),
            "`DatabaseError::internal` is None",
        ),
        (
            Way::Without(|error| error.position = None),
            "it must be Some(13)",
        ),
        (Way::CountsFromZero, "it must be Some(13)"),
        (Way::CountsBytes, "it must be Some(13)"),
        (Way::NoServerError, "must be `SessionError::database`"),
        (
            Way::SwallowsErrors,
            "must read on until the server is ready",
        ),
        (Way::CountsTooMany, "it must be Some(3)"),
    ] {
        let found = violations(way).join("\n");
        assert!(found.contains(words), "{way:?}: {found}");
    }
}

#[test]
fn a_session_that_waits_for_ever_is_found() {
    let found = violations(Way::NoAnswerAfterNotice);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("was not answered within"), "{found:?}");
}
