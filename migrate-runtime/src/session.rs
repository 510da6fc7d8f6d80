//! All that the engine needs of a database client.

use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Waker};
use std::time::Duration;

use crate::text;

/// One connection to PostgreSQL, as far as the engine uses it.
///
/// The features `postgres`, `tokio-postgres`, `sqlx` and `sqlx-0_8` implement it for the clients of those crates. For another
/// client, implement `send` and `sleep` and call the `…_with` operations of [`Runner`](crate::Runner). A blocking client
/// does its work inside `send` and returns a future that is ready at once. The feature `conformance` has a function that
/// tries a session on a server and says what it does wrong.
///
/// ```
/// # #[cfg(feature = "postgres")]
/// # mod example {
/// use std::task::{Context, Poll, Waker};
/// use std::time::Duration;
///
/// use migrate_runtime::{DatabaseError, Migrations, Reply, Session, SessionError};
/// use postgres::error::ErrorPosition;
/// use postgres::{Client, SimpleQueryMessage};
///
/// /// A client that counts its messages.
/// pub struct Counting {
///     pub client: Client,
///     pub messages: usize,
/// }
///
/// impl Session for Counting {
///     fn send(&mut self, sql: &str) -> impl Future<Output = Result<Reply, SessionError>> + Send {
///         self.messages += 1;
///         let answer = self.client.simple_query(sql);
///         std::future::ready(answer.map(reply).map_err(refusal))
///     }
///
///     fn sleep(&mut self, duration: Duration) -> impl Future<Output = ()> + Send {
///         std::thread::sleep(duration);
///         std::future::ready(())
///     }
/// }
///
/// fn reply(messages: Vec<SimpleQueryMessage>) -> Reply {
///     let mut reply = Reply::default();
///     for message in messages {
///         if let SimpleQueryMessage::Row(row) = message {
///             let text = |column| row.get(column).map(str::to_owned);
///             reply.push_row((0..row.len()).map(text).collect());
///         }
///     }
///     reply
/// }
///
/// fn refusal(error: postgres::Error) -> SessionError {
///     let Some(server) = error.as_db_error() else {
///         return SessionError::connection(error);
///     };
///     let mut refusal = DatabaseError::new(server.code().code(), server.message());
///     refusal.detail = server.detail().map(str::to_owned);
///     refusal.position = match server.position() {
///         Some(ErrorPosition::Original(position)) => Some(*position),
///         _ => None,
///     };
///     SessionError::database(refusal, error)
/// }
///
/// pub fn run(migrations: &Migrations, session: &mut Counting) -> Result<(), migrate_runtime::Error> {
///     let mut runner = migrations.runner();
///     let run = std::pin::pin!(runner.run_with(session));
///     match run.poll(&mut Context::from_waker(Waker::noop())) {
///         Poll::Ready(report) => report.map(drop),
///         Poll::Pending => unreachable!("a blocking client never waits"),
///     }
/// }
/// # }
/// # #[cfg(feature = "postgres")] {
/// # static MIGRATIONS: migrate_runtime::Migrations = migrate_runtime::embed_migrations!("migrations");
/// # let database = migrate_fixtures::Server::shared().database();
/// # let mut session = example::Counting { client: database.client(), messages: 0 };
/// # example::run(&MIGRATIONS, &mut session).unwrap();
/// # assert_eq!(database.value("SELECT count(*) FROM schema_migrations"), "2");
/// # session.messages = 0;
/// # example::run(&MIGRATIONS, &mut session).unwrap();
/// # assert_eq!(session.messages, 1);
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "migrations cannot run on a `{Self}`",
    label = "does not implement `Session`",
    note = "for `postgres::Client` enable the feature `postgres` of migrate-runtime, for `tokio_postgres::Client` the feature `tokio-postgres`, for sqlx `sqlx` or `sqlx-0_8`",
    note = "a pooled connection is dereferenced to its client: `&mut **connection`"
)]
pub trait Session: Send {
    /// Sends `sql`, which may hold several statements, as one message of the simple-query protocol
    /// and returns when the server is ready for the next.
    ///
    /// The message must leave when the future is first polled. If the future is dropped before the answer is there, the
    /// session stays usable: that answer must not be taken for the one to a later message.
    ///
    /// # Errors
    ///
    /// What the server or the connection reports.
    fn send(&mut self, sql: &str) -> impl Future<Output = Result<Reply, SessionError>> + Send;

    /// Waits. With an asynchronous client, other tasks of the thread run in the meantime.
    fn sleep(&mut self, duration: Duration) -> impl Future<Output = ()> + Send;

    /// Sends a message and does not wait for its answer: the `ROLLBACK` of an operation whose future the caller has
    /// dropped. The answer to the message before it may be outstanding; this one must leave at once all the same.
    ///
    /// By default, polls [`send`](Self::send) once. A client that waits for the outstanding answer first needs another way.
    fn send_last(&mut self, sql: &str) {
        let mut last = pin!(self.send(sql));
        let _ = last.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    }
}

impl<S: Session> Session for &mut S {
    fn send(&mut self, sql: &str) -> impl Future<Output = Result<Reply, SessionError>> + Send {
        (**self).send(sql)
    }

    fn sleep(&mut self, duration: Duration) -> impl Future<Output = ()> + Send {
        (**self).sleep(duration)
    }

    fn send_last(&mut self, sql: &str) {
        (**self).send_last(sql);
    }
}

/// A future on the heap.
pub(crate) type Boxed<'f, T> = Pin<Box<dyn Future<Output = T> + Send + 'f>>;

/// What became of a message.
pub(crate) type Sent = Result<Reply, Box<SessionError>>;

/// A [`Session`] of whatever type. The engine holds this, so that it is compiled once, and not once for
/// each client; an allocation for each message is nothing beside the round trip.
pub(crate) trait AnySession: Send {
    fn send_boxed<'f>(&'f mut self, sql: &'f str) -> Boxed<'f, Sent>;

    fn sleep_boxed(&mut self, duration: Duration) -> Boxed<'_, ()>;

    fn say(&mut self, sql: &str);
}

impl<S: Session> AnySession for S {
    fn send_boxed<'f>(&'f mut self, sql: &'f str) -> Boxed<'f, Sent> {
        Box::pin(async { self.send(sql).await.map_err(Box::new) })
    }

    fn sleep_boxed(&mut self, duration: Duration) -> Boxed<'_, ()> {
        Box::pin(self.sleep(duration))
    }

    fn say(&mut self, sql: &str) {
        self.send_last(sql);
    }
}

/// The rows that one message returned, those of all its statements one after the other.
///
/// Nothing tells which statement a row belongs to: the engine knows its rows by what they say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reply {
    rows: Vec<Row>,
}

impl Reply {
    /// Adds a row, in text format, NULL as none.
    pub fn push_row(&mut self, values: Vec<Option<String>>) {
        self.rows.push(Row(values));
    }

    /// Adds the rows of a message that came after this one's.
    pub(crate) fn append(&mut self, mut later: Self) {
        self.rows.append(&mut later.rows);
    }

    /// The values of each row, in text format, NULL as none.
    pub fn values(&self) -> impl Iterator<Item = &[Option<String>]> {
        self.rows.iter().map(|row| row.0.as_slice())
    }

    /// All rows, of a message that asks one question.
    pub(crate) fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The rows whose last column says this, of a message that asks several.
    pub(crate) fn tagged<'r>(&'r self, tag: &'r str) -> impl Iterator<Item = &'r Row> {
        let is_tagged = move |row: &&Row| row.0.last().and_then(Option::as_deref) == Some(tag);
        self.rows.iter().filter(is_tagged)
    }
}

/// One row in text format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row(Vec<Option<String>>);

impl Row {
    pub(crate) fn text(&self, column: usize) -> Option<&str> {
        self.0.get(column)?.as_deref()
    }

    pub(crate) fn number<N: TryFrom<i64>>(&self, column: usize) -> Option<N> {
        self.integer(column)?.try_into().ok()
    }

    fn integer(&self, column: usize) -> Option<i64> {
        self.text(column)?.parse().ok()
    }

    pub(crate) fn flag(&self, column: usize) -> bool {
        self.text(column) == Some("t")
    }
}

/// Why a message failed.
#[derive(Debug)]
#[non_exhaustive]
pub struct SessionError {
    /// The server's error, if the server reported one.
    pub database: Option<Box<DatabaseError>>,
    /// How many statements of the message had completed; None if the client does not tell.
    pub completed: Option<usize>,
    /// The client's own error.
    pub source: Box<dyn StdError + Send + Sync>,
}

impl SessionError {
    /// The connection broke, or the client failed by itself.
    pub fn connection(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self {
            database: None,
            completed: None,
            source: source.into(),
        }
    }

    /// The server refused a statement; `source` is the client's own error.
    pub fn database(
        error: DatabaseError,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        Self {
            database: Some(Box::new(error)),
            completed: None,
            source: source.into(),
        }
    }

    /// The same, knowing how many statements of the message had completed. The engine then finds the failing
    /// statement without running the file again.
    #[must_use]
    pub fn completed(mut self, statements: usize) -> Self {
        self.completed = Some(statements);
        self
    }

    /// Whether it ended the connection: the server said so with its last word, a proxy in its place,
    /// or the client found out by itself.
    pub(crate) fn is_connection(&self) -> bool {
        self.database.is_none()
            || matches!(
                self.code(),
                "57P01" | "57P02" | "57P03" | "57P05" | "25P03" | "25P04" | "08P01"
            )
    }

    /// Whether one of our assertions has failed: the server then quotes its `mark`.
    pub(crate) fn asserts(&self, mark: &str) -> bool {
        self.code() == "22P02" && self.says(mark)
    }

    /// Whether the history table is not one that the role may use: then a setting is asked for that cannot exist.
    pub(crate) fn is_foreign(&self) -> bool {
        self.code() == "42704" && self.says(crate::engine::FOREIGN)
    }

    /// Whether it is about a place in the text of the message.
    pub(crate) fn has_position(&self) -> bool {
        let position = self.database.as_ref().and_then(|error| error.position);
        position.is_some()
    }

    /// Whether `words` are part of the server's message.
    pub(crate) fn says(&self, words: &str) -> bool {
        let message = self.database.as_ref().map(|error| error.message.as_str());
        message.is_some_and(|message| text::find(message, words).is_some())
    }

    /// The five characters of the server's error code; empty where the server said nothing.
    pub(crate) fn code(&self) -> &str {
        self.database
            .as_ref()
            .map(|error| error.code.as_str())
            .unwrap_or_default()
    }
}

/// An error as the server reports it: the fields of the protocol's `ErrorResponse`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DatabaseError {
    /// `SQLSTATE`, five characters.
    pub code: String,
    /// The primary message.
    pub message: String,
    /// `DETAIL`.
    pub detail: Option<String>,
    /// `HINT`.
    pub hint: Option<String>,
    /// The position in the message that was sent, in characters counted from 1.
    pub position: Option<u32>,
    /// The position in a command that the server generated, and that command.
    pub internal: Option<(u32, String)>,
    /// `CONTEXT`: the call stack, innermost first.
    pub context: Option<String>,
    /// The schema of the table or type concerned.
    pub schema: Option<String>,
    /// The table concerned.
    pub table: Option<String>,
    /// The constraint concerned.
    pub constraint: Option<String>,
}

impl DatabaseError {
    /// An error with a code and a message; set the other fields where the client knows them.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            message: message.into(),
            ..Self::default()
        }
    }
}

impl fmt::Display for DatabaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for DatabaseError {}
