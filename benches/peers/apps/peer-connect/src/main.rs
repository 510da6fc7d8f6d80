//! Connects to the database that the first argument names, and leaves.

use std::error::Error;

use postgres::{Client, NoTls};

fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("usage: peer-connect URL")?;
    Client::connect(&url, NoTls)?.close()?;
    Ok(())
}
