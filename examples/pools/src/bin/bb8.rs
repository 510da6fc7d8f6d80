//! `bb8_postgres`: a pooled connection dereferences to `tokio_postgres::Client`.
#![expect(clippy::print_stdout, reason = "it shows what happened")]

use std::env;
use std::error::Error;

use bb8_postgres::PostgresConnectionManager;
use migrate_runtime::{Migrations, embed_migrations};
use tokio_postgres::NoTls;

static MIGRATIONS: Migrations = embed_migrations!("migrations");

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let manager = PostgresConnectionManager::new(env::var("DATABASE_URL")?.parse()?, NoTls);
    let pool = bb8::Pool::builder().max_size(4).build(manager).await?;

    // One client of the pool is enough. When it goes back, it holds no lock and no open transaction.
    let mut client = pool.get().await?;
    let report = MIGRATIONS.run_async(&mut *client).await?;
    println!("{report}");
    Ok(())
}
