//! refinery on tokio-postgres.

use std::error::Error;

use tokio_postgres::NoTls;

/// refinery's macro makes a module `migrations`.
mod embedded {
    refinery::embed_migrations!("migrations");
}

async fn start(url: &str) -> Result<(), Box<dyn Error>> {
    let (mut client, connection) = tokio_postgres::connect(url, NoTls).await?;
    let connection = tokio::spawn(connection);
    embedded::migrations::runner()
        .run_async(&mut client)
        .await?;
    drop(client);
    connection.await??;
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args()
        .nth(1)
        .ok_or("usage: peer-refinery-tokio URL")?;
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(start(&url))
}
