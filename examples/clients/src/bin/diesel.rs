//! Diesel with libpq: the migrations have a client of their own.

use std::env;
use std::error::Error;

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use migrate_runtime::{Migrations, embed_migrations};
use postgres::{Client, NoTls};

static MIGRATIONS: Migrations = embed_migrations!("migrations");

fn main() -> Result<(), Box<dyn Error>> {
    let url = env::var("DATABASE_URL")?;
    println!("{}", MIGRATIONS.run(&mut Client::connect(&url, NoTls)?)?);

    let mut connection = PgConnection::establish(&url)?;
    connection.batch_execute("INSERT INTO visits DEFAULT VALUES")?;
    Ok(())
}
