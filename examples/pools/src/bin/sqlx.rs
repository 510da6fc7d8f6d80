//! `sqlx::PgPool`: the pool lends a connection for the run.
#![expect(clippy::print_stdout, reason = "it shows what happened")]

use std::env;
use std::error::Error;

use migrate_runtime::{Migrations, embed_migrations};
use sqlx::PgPool;

static MIGRATIONS: Migrations = embed_migrations!("migrations");

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let pool = PgPool::connect(&env::var("DATABASE_URL")?).await?;
    let report = MIGRATIONS.run_async(&pool).await?;
    println!("{report}");
    // The application goes on with the pool.
    pool.close().await;
    Ok(())
}
