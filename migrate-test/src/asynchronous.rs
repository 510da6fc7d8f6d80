//! Connecting without blocking the thread.

use std::time::{Duration, Instant};

use tokio_postgres::{Client, Error, NoTls};

use crate::maintenance::patience;

/// Connects; waits while all connections are taken, or the server is starting.
pub(crate) async fn connect(url: &str) -> Result<Client, Error> {
    let began = Instant::now();
    let mut pause = Duration::from_millis(5);
    loop {
        let error = match tokio_postgres::connect(url, NoTls).await {
            Ok((client, connection)) => {
                tokio::spawn(connection);
                return Ok(client);
            }
            Err(error) => error,
        };
        let code = error.code().map(tokio_postgres::error::SqlState::code);
        match patience(code) {
            Some(limit) if began.elapsed() <= limit => {}
            _ => return Err(error),
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_millis(160));
    }
}
