//! sqlx.

use std::error::Error;

use sqlx::migrate::Migrator;
use sqlx::{Connection as _, PgConnection};

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

async fn start(url: &str) -> Result<(), Box<dyn Error>> {
    let mut connection = PgConnection::connect(url).await?;
    MIGRATIONS.run(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("usage: peer-sqlx URL")?;
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(start(&url))
}
