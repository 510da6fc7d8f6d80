//! A list of migrations kept by hand: no check, no lock, one transaction of several messages a file.

use std::collections::HashSet;
use std::error::Error;

use postgres::{Client, NoTls};

/// Written by the generator, as a person would by hand.
mod list;

fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("usage: peer-list URL")?;
    let mut client = Client::connect(&url, NoTls)?;
    client.batch_execute("CREATE TABLE IF NOT EXISTS listed_migrations (name text PRIMARY KEY)")?;
    let rows = client.query("SELECT name FROM listed_migrations", &[])?;
    let applied: HashSet<String> = rows.iter().map(|row| row.get(0)).collect();
    for &(name, sql) in list::MIGRATIONS {
        if !applied.contains(name) {
            let mut transaction = client.transaction()?;
            transaction.batch_execute(sql)?;
            transaction.execute("INSERT INTO listed_migrations VALUES ($1)", &[&name])?;
            transaction.commit()?;
        }
    }
    client.close()?;
    Ok(())
}
