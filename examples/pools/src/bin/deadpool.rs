//! `deadpool_postgres`: a pooled object dereferences to `tokio_postgres::Client`.
#![expect(clippy::print_stdout, reason = "it shows what happened")]

use std::env;
use std::error::Error;

use deadpool_postgres::{Manager, Pool};
use migrate_runtime::{Migrations, embed_migrations};
use tokio_postgres::NoTls;

static MIGRATIONS: Migrations = embed_migrations!("migrations");

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let manager = Manager::new(env::var("DATABASE_URL")?.parse()?, NoTls);
    let pool = Pool::builder(manager).max_size(4).build()?;

    // One client of the pool is enough. When it goes back, it holds no lock and no open transaction.
    let mut client = pool.get().await?;
    let report = MIGRATIONS.run_async(&mut **client).await?;
    println!("{report}");
    Ok(())
}
