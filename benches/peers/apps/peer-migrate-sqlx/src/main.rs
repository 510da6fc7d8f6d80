//! Our library on sqlx.

use std::error::Error;

use migrate_runtime::{Migrations, embed_migrations};
use sqlx::{Connection as _, PgConnection};

static MIGRATIONS: Migrations = embed_migrations!("migrations");

async fn start(url: &str) -> Result<(), Box<dyn Error>> {
    let mut connection = PgConnection::connect(url).await?;
    MIGRATIONS.run_async(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args()
        .nth(1)
        .ok_or("usage: peer-migrate-sqlx URL")?;
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(start(&url))
}
