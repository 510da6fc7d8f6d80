//! `r2d2_postgres`: a pooled connection dereferences to `postgres::Client`.
#![expect(clippy::print_stdout, reason = "it shows what happened")]

use std::env;
use std::error::Error;

use migrate_runtime::{Migrations, embed_migrations};
use postgres::NoTls;
use r2d2_postgres::PostgresConnectionManager;

static MIGRATIONS: Migrations = embed_migrations!("migrations");

fn main() -> Result<(), Box<dyn Error>> {
    let manager = PostgresConnectionManager::new(env::var("DATABASE_URL")?.parse()?, NoTls);
    let pool = r2d2::Pool::builder().max_size(4).build(manager)?;

    // One client of the pool is enough. When it goes back, it holds no lock and no open transaction.
    let mut client = pool.get()?;
    let report = MIGRATIONS.run(&mut client)?;
    println!("{report}");
    Ok(())
}
