//! diesel-async's connection is made of a `tokio_postgres::Client`.

use std::env;
use std::error::Error;

use diesel_async::{AsyncPgConnection, SimpleAsyncConnection as _};
use migrate_runtime::{Migrations, embed_migrations};
use tokio_postgres::NoTls;

static MIGRATIONS: Migrations = embed_migrations!("migrations");

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let (mut client, connection) =
        tokio_postgres::connect(&env::var("DATABASE_URL")?, NoTls).await?;
    tokio::spawn(connection);
    println!("{}", MIGRATIONS.run_async(&mut client).await?);

    let mut connection = AsyncPgConnection::try_from(client).await?;
    connection
        .batch_execute("INSERT INTO visits DEFAULT VALUES")
        .await?;
    Ok(())
}
