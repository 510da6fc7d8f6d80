//! Does a [`Session`] of your own do what the engine relies on? Try it against a server.
//!
//! ```
//! # #[cfg(feature = "postgres")] {
//! # let database = migrate_fixtures::Server::shared().database();
//! # let url = database.url();
//! use migrate_runtime::conformance;
//!
//! // In a test of yours, with a client of yours in place of this one.
//! let connect = || postgres::Client::connect(&url, postgres::NoTls).unwrap();
//! # fn block_on<F: Future>(future: F) -> F::Output {
//! #     let mut future = std::pin::pin!(future);
//! #     let mut context = std::task::Context::from_waker(std::task::Waker::noop());
//! #     loop {
//! #         if let std::task::Poll::Ready(value) = future.as_mut().poll(&mut context) { return value; }
//! #     }
//! # }
//! let checked = block_on(conformance::check(async || connect()));
//! checked.unwrap_or_else(|broken| panic!("{broken}"));
//! # }
//! ```
//!
//! Nothing is created in the database: the checks use settings, advisory locks and temporary functions of the session.

mod errors;
mod probe;
mod rows;
mod sending;

use std::fmt;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use crate::session::Session;
use crate::timer::Timer;
use probe::Found;

/// What a session does otherwise than the engine expects, one entry for each check that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Nonconformance {
    /// Each of them: what was sent, what came, what had to come.
    pub violations: Vec<String>,
}

impl fmt::Display for Nonconformance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the session does not do what the engine relies on:")?;
        for violation in &self.violations {
            write!(f, "\n- {violation}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Nonconformance {}

/// How long a check may take. A client that waits for an answer it has read already waits for ever.
const LIMIT: Duration = Duration::from_secs(10);

/// Checks the sessions that `connect` opens: two for each check, which are closed after it.
///
/// # Errors
///
/// Everything that was found, in words.
pub async fn check<S: Session>(mut connect: impl AsyncFnMut() -> S) -> Result<(), Nonconformance> {
    let mut violations = Vec::new();
    macro_rules! run {
        ($($check:path),*) => {$({
            let (mut session, mut other) = (connect().await, connect().await);
            let checked = within_limit($check(&mut session, &mut other)).await;
            violations.extend(checked.err());
        })*};
    }
    run!(
        rows::returns_rows_as_text,
        rows::returns_the_rows_of_every_statement,
        rows::returns_many_rows,
        sending::sends_one_message,
        sending::keeps_one_connection,
        rows::passes_over_notices,
        errors::reports_an_error,
        errors::reports_all_of_an_error,
        errors::reports_positions_in_characters,
        errors::reports_an_error_after_rows,
        errors::counts_completed_statements,
        errors::goes_on_after_an_error,
        sending::sends_at_the_first_poll,
        sending::sends_a_last_message,
        sending::sleeps,
        sending::tells_of_a_lost_connection
    );
    if violations.is_empty() {
        Ok(())
    } else {
        Err(Nonconformance { violations })
    }
}

async fn within_limit(check: impl Future<Output = Found>) -> Found {
    let (mut check, mut limit) = (pin!(check), pin!(Timer::new(LIMIT)));
    poll_fn(|context| match check.as_mut().poll(context) {
        Poll::Ready(found) => Poll::Ready(found),
        Poll::Pending => limit.as_mut().poll(context).map(|()| {
            let seconds = LIMIT.as_secs();
            Err(format!("a message was not answered within {seconds} s: the session waits for something else than the server's \
                 `ReadyForQuery`"))
        }),
    })
    .await
}
