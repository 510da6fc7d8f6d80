//! PostgreSQL, with pgvector, inside this program: for `cargo demo` on a machine that has only Rust.
//!
//! The first argument is the directory that keeps the data. The server's URL goes to stdout; it is served until stdin
//! ends. It is the real PostgreSQL, compiled to WebAssembly, but it serves one connection at a time.

use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

use pglite_oxide::{PgliteServer, extensions};

fn main() -> Result<(), Box<dyn Error>> {
    let directory = std::env::args_os().nth(1);
    let directory = directory.ok_or("name the directory that is to hold the data")?;
    let directory = Path::new(&directory);
    let server = PgliteServer::builder()
        .path(directory)
        .database("postgres")
        .extension(extensions::VECTOR)
        .start()?;
    allow_english_search(directory)?;
    let mut stdout = io::stdout();
    writeln!(stdout, "{}", server.database_url())?;
    stdout.flush()?;
    io::copy(&mut io::stdin(), &mut io::sink())?;
    server.shutdown()?;
    Ok(())
}

/// It comes without the lists of words too common to search for, and without the list a text search in English fails.
/// With an empty one, common words are searched for as well.
fn allow_english_search(directory: &Path) -> io::Result<()> {
    let lists = directory.join("tmp/pglite/share/postgresql/tsearch_data");
    fs::create_dir_all(&lists)?;
    fs::write(lists.join("english.stop"), "")
}
