//! One running program: which driver, which URL, which operation.

use std::fmt::{self, Debug};

use migrate_runtime::{Error, Migrations, Repair, Revert, RunReport, Runner};

use crate::apply::Driver;

/// What an instance does.
pub(super) type Operation<'a> = &'a dyn Fn() -> Result<(), Trouble>;

/// Why an operation did not come to its end.
#[derive(Debug)]
pub(super) enum Trouble {
    /// There was no connection.
    Connect(String),
    /// The engine's answer.
    Engine(Box<Error>),
}

impl Trouble {
    pub(super) fn connect(error: impl Debug) -> Self {
        Self::Connect(format!("{error:?}"))
    }

    pub(super) fn engine(error: Error) -> Self {
        Self::Engine(Box::new(error))
    }

    pub(super) fn error(&self) -> Option<&Error> {
        match self {
            Self::Connect(_) => None,
            Self::Engine(error) => Some(error),
        }
    }

    /// The instance has waited for another session, and says for which.
    pub(super) fn names_who_is_in_the_way(&self) -> bool {
        self.error()
            .is_some_and(|error| error.is_locked() && error.to_string().contains("pid "))
    }

    /// The connection is gone; starting again may help.
    pub(super) fn is_connection(&self) -> bool {
        self.error().is_none_or(Error::is_connection)
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connect(text) => write!(f, "cannot connect: {text}"),
            Self::Engine(error) => write!(f, "{error:?}"),
        }
    }
}

/// Calls an operation of a runner by its two names, for blocking and for asynchronous drivers.
macro_rules! operate {
    ($driver:expr, $url:expr, $runner:expr, $blocking:ident, $asynchronous:ident $(, $argument:expr)*) => {{
        let mut runner = $runner;
        match $driver {
            $crate::apply::Driver::Postgres => postgres::Client::connect($url, postgres::NoTls)
                .map_err($crate::campaign::surroundings::instance::Trouble::connect)
                .and_then(|mut client| {
                    runner
                        .$blocking(&mut client $(, $argument)*)
                        .map_err($crate::campaign::surroundings::instance::Trouble::engine)
                }),
            $crate::apply::Driver::TokioPostgres => $crate::campaign::surroundings::instance::block_on(async {
                let (mut client, connection) = tokio_postgres::connect($url, tokio_postgres::NoTls)
                    .await
                    .map_err($crate::campaign::surroundings::instance::Trouble::connect)?;
                tokio::spawn(connection);
                runner
                    .$asynchronous(&mut client $(, $argument)*)
                    .await
                    .map_err($crate::campaign::surroundings::instance::Trouble::engine)
            }),
            $crate::apply::Driver::Sqlx => $crate::campaign::surroundings::instance::block_on(async {
                let mut client = <sqlx::PgConnection as sqlx::Connection>::connect($url)
                    .await
                    .map_err($crate::campaign::surroundings::instance::Trouble::connect)?;
                runner
                    .$asynchronous(&mut client $(, $argument)*)
                    .await
                    .map_err($crate::campaign::surroundings::instance::Trouble::engine)
            }),
            $crate::apply::Driver::Sqlx08 => $crate::campaign::surroundings::instance::block_on(async {
                let mut client = <sqlx_0_8::PgConnection as sqlx_0_8::Connection>::connect($url)
                    .await
                    .map_err($crate::campaign::surroundings::instance::Trouble::connect)?;
                runner
                    .$asynchronous(&mut client $(, $argument)*)
                    .await
                    .map_err($crate::campaign::surroundings::instance::Trouble::engine)
            }),
        }
    }};
}
pub(super) use operate;

/// Runs an asynchronous driver.
pub(super) fn block_on<T>(
    operation: impl Future<Output = Result<T, Trouble>>,
) -> Result<T, Trouble> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|error| Trouble::Connect(error.to_string()))?;
    runtime.block_on(operation)
}

/// Brings a database up to date, with options.
pub(super) fn run(driver: Driver, url: &str, runner: Runner<'_>) -> Result<RunReport, Trouble> {
    operate!(driver, url, runner, run, run_async)
}

/// Reverts the newest migration, with options.
pub(super) fn revert(driver: Driver, url: &str, runner: Runner<'_>) -> Result<(), Trouble> {
    operate!(driver, url, runner, revert, revert_async, Revert::Last(1)).map(drop)
}

/// Records the first migrations as applied, with options.
pub(super) fn baseline(
    driver: Driver,
    url: &str,
    runner: Runner<'_>,
    version: i64,
) -> Result<(), Trouble> {
    operate!(driver, url, runner, baseline, baseline_async, version).map(drop)
}

/// Corrects the history, with options.
pub(super) fn repair(
    driver: Driver,
    url: &str,
    runner: Runner<'_>,
    what: &Repair,
) -> Result<(), Trouble> {
    operate!(driver, url, runner, repair, repair_async, what).map(drop)
}

/// Options that keep a round short.
pub(super) fn hasty(set: &Migrations) -> Runner<'_> {
    set.runner()
        .lock_timeout(std::time::Duration::from_millis(200))
        .wait_timeout(std::time::Duration::from_secs(20))
}
