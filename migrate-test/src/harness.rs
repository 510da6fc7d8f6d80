//! What the attribute `#[test]` calls.

use std::future::Future;

use migrate_runtime::Migrations;

use crate::{Database, Template};

/// What a test may return.
pub trait Outcome {
    /// Whether the test has failed.
    fn is_failure(&self) -> bool;
}

impl Outcome for () {
    fn is_failure(&self) -> bool {
        false
    }
}

impl<T, E> Outcome for Result<T, E> {
    fn is_failure(&self) -> bool {
        self.is_err()
    }
}

fn template(set: &Migrations, fixtures: &[(&str, &str)]) -> Template {
    let fixtures = fixtures.iter();
    fixtures.fold(Template::of(set), |template, (name, sql)| {
        template.fixture(*name, *sql)
    })
}

/// The copy that stays here decides when the test is over, and whether it has failed.
fn end<T: Outcome>(database: &Database, outcome: T) -> T {
    if outcome.is_failure() {
        database.mark_failed();
    }
    outcome
}

/// Runs a blocking test.
#[track_caller]
pub fn run<T: Outcome>(
    set: &Migrations,
    fixtures: &[(&str, &str)],
    test: impl FnOnce(Database) -> T,
) -> T {
    let database = template(set, fixtures).database();
    let outcome = test(database.clone());
    end(&database, outcome)
}

/// Runs an asynchronous test in the runtime of the caller.
pub async fn run_here<F: Future<Output: Outcome>>(
    set: &Migrations,
    fixtures: &[(&str, &str)],
    test: impl FnOnce(Database) -> F,
) -> F::Output {
    let database = template(set, fixtures).database_async().await;
    let outcome = test(database.clone()).await;
    end(&database, outcome)
}

/// Runs an asynchronous test in a runtime of its own, as `#[tokio::test]` does.
///
/// # Panics
/// No runtime, or no database, can be made.
#[cfg(any(feature = "tokio-postgres", feature = "sqlx", feature = "sqlx-0_8"))]
#[track_caller]
#[expect(clippy::expect_used, reason = "a test fails by panicking")]
pub fn run_async<F: Future<Output: Outcome>>(
    set: &Migrations,
    fixtures: &[(&str, &str)],
    test: impl FnOnce(Database) -> F,
) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime can be built");
    let database = template(set, fixtures).database();
    let outcome = runtime.block_on(test(database.clone()));
    end(&database, outcome)
}

/// The runtime of this crate comes with the features of asynchronous clients.
#[cfg(not(any(feature = "tokio-postgres", feature = "sqlx", feature = "sqlx-0_8")))]
pub fn run_async<F: NeedsRuntime>(
    set: &Migrations,
    fixtures: &[(&str, &str)],
    test: impl FnOnce(Database) -> F,
) -> F::Output {
    test(template(set, fixtures).database()).run()
}

/// Nothing implements it: it is there for its message.
#[cfg(not(any(feature = "tokio-postgres", feature = "sqlx", feature = "sqlx-0_8")))]
#[diagnostic::on_unimplemented(
    message = "an asynchronous test needs a runtime",
    label = "enable the feature `tokio-postgres` or `sqlx` of migrate-test, or write the attribute of a runtime below, such as `#[tokio::test]`"
)]
pub trait NeedsRuntime {
    /// What the test returns.
    type Output: Outcome;

    /// Runs the test.
    fn run(self) -> Self::Output;
}
