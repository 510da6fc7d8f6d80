//! Our library on tokio-postgres.

use std::error::Error;

use migrate_runtime::{Migrations, embed_migrations};
use tokio_postgres::NoTls;

static MIGRATIONS: Migrations = embed_migrations!("migrations");

async fn start(url: &str) -> Result<(), Box<dyn Error>> {
    let (mut client, connection) = tokio_postgres::connect(url, NoTls).await?;
    let connection = tokio::spawn(connection);
    MIGRATIONS.run_async(&mut client).await?;
    drop(client);
    connection.await??;
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args()
        .nth(1)
        .ok_or("usage: peer-migrate-tokio URL")?;
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(start(&url))
}
