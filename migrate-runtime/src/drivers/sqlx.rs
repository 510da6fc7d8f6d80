//! The connections and the pool of sqlx 0.9, and what its versions have in common.

/// Drives `PgConnection`, `PoolConnection<Postgres>` and `&PgPool` of the crate `$sqlx`. `$query` and `$start` make of a
/// `&str` what the functions for queries and for the start of a transaction take.
macro_rules! drive {
    ($sqlx:ident, $query:expr, $start:expr) => {
        use std::future::{Future, poll_fn, ready};
        use std::pin::pin;
        use std::task::{Context, Waker};
        use std::time::Duration;

        use $sqlx::pool::PoolConnection;
        use $sqlx::postgres::{PgDatabaseError, PgErrorPosition, PgRow};
        use $sqlx::{Connection, Either, PgConnection, PgPool, Postgres, Row, ValueRef};

        use crate::async_client::AsyncClient;
        use crate::session::{DatabaseError, Reply, Session, SessionError};
        use crate::text::owned;
        use crate::timer::Timer;

        impl Session for PgConnection {
            async fn send(&mut self, sql: &str) -> Result<Reply, SessionError> {
                // Nothing, unless an operation was dropped: the answer to its message may be an error.
                while let Err(error) = self.flush().await {
                    if error.as_database_error().is_none() {
                        return Err(failure(error, 0));
                    }
                }
                let mut completed = 0;
                let mut reply = Reply::default();
                let mut stream = $sqlx::raw_sql($query(sql)).fetch_many(&mut *self);
                while let Some(message) =
                    poll_fn(|context| stream.as_mut().poll_next(context)).await
                {
                    match message.map_err(|error| failure(error, completed))? {
                        Either::Left(_) => completed += 1,
                        Either::Right(row) => {
                            reply.push_row(
                                (0..row.len()).map(|column| value(&row, column)).collect(),
                            );
                        }
                    }
                }
                Ok(reply)
            }

            fn sleep(&mut self, duration: Duration) -> impl Future<Output = ()> + Send {
                Timer::new(duration)
            }

            /// A query waits for the answer to the one before it and is then sent; the start of a transaction is sent at
            /// once, whatever it says.
            fn send_last(&mut self, sql: &str) {
                let mut last = pin!(self.begin_with($start(sql)));
                let _ = last.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            }
        }

        impl Session for PoolConnection<Postgres> {
            fn send(
                &mut self,
                sql: &str,
            ) -> impl Future<Output = Result<Reply, SessionError>> + Send {
                (**self).send(sql)
            }

            fn sleep(&mut self, duration: Duration) -> impl Future<Output = ()> + Send {
                (**self).sleep(duration)
            }

            fn send_last(&mut self, sql: &str) {
                (**self).send_last(sql);
            }
        }

        impl<'c> AsyncClient for &'c mut PgConnection {
            type Session = &'c mut PgConnection;

            fn session(self) -> impl Future<Output = Result<Self::Session, SessionError>> + Send {
                ready(Ok(self))
            }
        }

        impl<'c> AsyncClient for &'c mut PoolConnection<Postgres> {
            type Session = &'c mut PgConnection;

            fn session(self) -> impl Future<Output = Result<Self::Session, SessionError>> + Send {
                ready(Ok(&mut **self))
            }
        }

        impl AsyncClient for &PgPool {
            type Session = PoolConnection<Postgres>;

            async fn session(self) -> Result<Self::Session, SessionError> {
                self.acquire().await.map_err(|error| failure(error, 0))
            }
        }

        /// A value in text format. One that is not UTF-8 is worth less than its row.
        fn value(row: &PgRow, column: usize) -> Option<String> {
            let value = row
                .try_get_raw(column)
                .ok()
                .filter(|value| !value.is_null())?;
            let replaced = || char::REPLACEMENT_CHARACTER.to_string();
            Some(value.as_str().map_or_else(|_| replaced(), str::to_owned))
        }

        fn failure(error: $sqlx::Error, completed: usize) -> SessionError {
            let server = error.as_database_error();
            let server = server.and_then(|error| error.try_downcast_ref::<PgDatabaseError>());
            SessionError {
                database: server.map(|error| Box::new(database_error(error))),
                completed: Some(completed),
                source: Box::new(error),
            }
        }

        fn database_error(error: &PgDatabaseError) -> DatabaseError {
            let number = |position| u32::try_from(position).unwrap_or(u32::MAX);
            let (position, internal) = match error.position() {
                Some(PgErrorPosition::Original(position)) => (Some(number(position)), None),
                Some(PgErrorPosition::Internal { position, query }) => {
                    (None, Some((number(position), query.to_owned())))
                }
                None => (None, None),
            };
            DatabaseError {
                code: error.code().to_owned(),
                message: error.message().to_owned(),
                detail: owned(error.detail()),
                hint: owned(error.hint()),
                position,
                internal,
                context: owned(error.r#where()),
                schema: owned(error.schema()),
                table: owned(error.table()),
                constraint: owned(error.constraint()),
            }
        }
    };
}
#[cfg(feature = "sqlx-0_8")]
pub(super) use drive;

#[cfg(feature = "sqlx")]
mod newest {
    drive!(sqlx, sqlx::AssertSqlSafe, sqlx::AssertSqlSafe);
}
