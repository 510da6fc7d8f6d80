//! Our library on the `postgres` crate.

use std::error::Error;

use migrate_runtime::{Migrations, embed_migrations};
use postgres::{Client, NoTls};

static MIGRATIONS: Migrations = embed_migrations!("migrations");

fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("usage: peer-migrate URL")?;
    let mut client = Client::connect(&url, NoTls)?;
    MIGRATIONS.run(&mut client)?;
    client.close()?;
    Ok(())
}
