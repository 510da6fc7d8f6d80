//! The Content AI Backend in small: it brings its database up to date when it starts, stores what a
//! content team knows, and finds it again by meaning.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "it talks to whoever runs it"
)]

mod embedding;
mod knowledge;
mod status;

use std::env;
use std::error::Error;
use std::process::ExitCode;

use content_ai::MIGRATIONS;
use postgres::{Client, NoTls};

fn serve() -> Result<(), Box<dyn Error>> {
    let url = env::var("DATABASE_URL")
        .map_err(|_| "DATABASE_URL is not set; `cargo demo` finds a server and sets it")?;
    let mut client = Client::connect(&url, NoTls)?;

    // All there is to do at start-up: one round trip where nothing is pending, and safe from any
    // number of processes at once.
    let report = MIGRATIONS.run(&mut client)?;
    println!("{report}\n");
    print!(
        "{}",
        status::table(&MIGRATIONS.runner().status(&mut client)?)
    );

    let channel = knowledge::store(&mut client)?;
    for question in [
        "Who reviews an article before publication?",
        "When are newsletters sent?",
    ] {
        println!("\n{question}");
        for passage in knowledge::nearest(&mut client, channel, question, 2)? {
            println!("  {:.2} away: {}", passage.distance, passage.content);
        }
    }
    println!("\n{}", knowledge::count(&mut client)?);
    Ok(())
}

fn main() -> ExitCode {
    let Err(error) = serve() else {
        return ExitCode::SUCCESS;
    };
    eprintln!("error: {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        eprintln!("  caused by: {error}");
        cause = error.source();
    }
    ExitCode::FAILURE
}
