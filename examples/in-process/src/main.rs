//! PostgreSQL, with pgvector, inside this program: for `cargo demo` on a machine that has only Rust.
//!
//! The first argument is the directory that keeps the data. The server's URL goes to stdout; it is served until stdin
//! ends. It is the real PostgreSQL, compiled to WebAssembly, but it serves one connection at a time.

use std::error::Error;
use std::io::{self, Write};

use pglite_oxide::{PgliteServer, extensions};

fn main() -> Result<(), Box<dyn Error>> {
    let directory = std::env::args_os().nth(1);
    let directory = directory.ok_or("name the directory that is to hold the data")?;
    let server = PgliteServer::builder()
        .path(directory)
        .database("postgres")
        .extension(extensions::VECTOR)
        .start()?;
    let mut stdout = io::stdout();
    writeln!(stdout, "{}", server.database_url())?;
    stdout.flush()?;
    io::copy(&mut io::stdin(), &mut io::sink())?;
    server.shutdown()?;
    Ok(())
}
