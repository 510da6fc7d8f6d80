//! refinery on the `postgres` crate.

use std::error::Error;

use postgres::{Client, NoTls};

/// refinery's macro makes a module `migrations`.
mod embedded {
    refinery::embed_migrations!("migrations");
}

fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("usage: peer-refinery URL")?;
    let mut client = Client::connect(&url, NoTls)?;
    embedded::migrations::runner().run(&mut client)?;
    client.close()?;
    Ok(())
}
