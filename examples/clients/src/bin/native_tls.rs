//! TLS by the operating system's library, for `postgres` and `tokio_postgres`.

use std::env;
use std::error::Error;

use migrate_runtime::{Migrations, embed_migrations};
use native_tls::TlsConnector;
use postgres::Client;
use postgres_native_tls::MakeTlsConnector;

static MIGRATIONS: Migrations = embed_migrations!("migrations");

fn main() -> Result<(), Box<dyn Error>> {
    let url = env::var("DATABASE_URL")?.replace("verify-full", "require");
    let tls = MakeTlsConnector::new(TlsConnector::new()?);
    println!("{}", MIGRATIONS.run(&mut Client::connect(&url, tls)?)?);
    Ok(())
}
