//! What a starter does, in a process of its own or on a thread: connect, apply, and say how it went.

use std::fmt;

use migrate_runtime::{Error, Migrations, RunReport};

/// The client that a starter uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Driver {
    /// The blocking one.
    Postgres,
    /// The asynchronous one.
    TokioPostgres,
    /// That of sqlx 0.9.
    Sqlx,
    /// That of sqlx 0.8.
    Sqlx08,
}

/// Starters take turns.
pub const DRIVERS: [Driver; 4] = [
    Driver::Postgres,
    Driver::TokioPostgres,
    Driver::Sqlx,
    Driver::Sqlx08,
];

/// Why a starter gave up.
#[derive(Debug)]
pub enum Refusal {
    /// The connection could not be made, or it broke; starting again may help.
    Lost(String),
    /// Anything else.
    Refused(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lost(text) | Self::Refused(text) => f.write_str(text),
        }
    }
}

/// Connects and applies everything.
///
/// # Errors
///
/// Whatever keeps it from that.
pub fn apply(set: &Migrations, url: &str, driver: Driver) -> Result<RunReport, Refusal> {
    match driver {
        Driver::Postgres => {
            let mut client = postgres::Client::connect(url, postgres::NoTls).map_err(lost)?;
            set.run(&mut client).map_err(|error| refusal(&error))
        }
        Driver::TokioPostgres => runtime()?.block_on(async {
            let connecting = tokio_postgres::connect(url, tokio_postgres::NoTls);
            let (mut client, connection) = connecting.await.map_err(lost)?;
            tokio::spawn(connection);
            set.run_async(&mut client)
                .await
                .map_err(|error| refusal(&error))
        }),
        Driver::Sqlx => runtime()?.block_on(async {
            let connecting = <sqlx::PgConnection as sqlx::Connection>::connect(url);
            let mut client = connecting.await.map_err(lost)?;
            let ran = set.run_async(&mut client).await;
            ran.map_err(|error| refusal(&error))
        }),
        Driver::Sqlx08 => runtime()?.block_on(async {
            let connecting = <sqlx_0_8::PgConnection as sqlx_0_8::Connection>::connect(url);
            let mut client = connecting.await.map_err(lost)?;
            let ran = set.run_async(&mut client).await;
            ran.map_err(|error| refusal(&error))
        }),
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, Refusal> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().map_err(lost)
}

fn lost(error: impl fmt::Debug) -> Refusal {
    Refusal::Lost(format!("cannot connect: {error:?}"))
}

fn refusal(error: &Error) -> Refusal {
    if error.is_connection() {
        Refusal::Lost(format!("{error:?}"))
    } else {
        Refusal::Refused(format!("{error:?}"))
    }
}
