//! A list of migrations kept by hand: no check, no lock, one message to look and one a file. Nothing
//! that goes through this driver can be much faster.

use std::collections::HashSet;
use std::error::Error;

use postgres::{Client, NoTls, SimpleQueryMessage};

/// Written by the generator, as a person would by hand.
mod list;

const LOOK: &str = "CREATE TABLE IF NOT EXISTS listed_migrations (name text PRIMARY KEY);
SELECT name FROM listed_migrations";

fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("usage: peer-packed URL")?;
    let mut client = Client::connect(&url, NoTls)?;
    let messages = client.simple_query(LOOK)?;
    let applied: HashSet<&str> = messages
        .iter()
        .filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0),
            _ => None,
        })
        .collect();
    for (name, sql) in list::MIGRATIONS {
        if !applied.contains(name) {
            client.batch_execute(&format!(
                "BEGIN;{sql}\n;INSERT INTO listed_migrations VALUES ('{name}');COMMIT"
            ))?;
        }
    }
    client.close()?;
    Ok(())
}
