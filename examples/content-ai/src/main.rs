//! A small version of the Content AI Backend: it applies its migrations when it starts, stores the
//! knowledge of a content team, and finds it by meaning.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program prints on its terminal"
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
        .map_err(|_| "DATABASE_URL is not set; `cargo demo` starts a server and sets it")?;
    let mut client = Client::connect(&url, NoTls)?;

    // This is all that start-up needs: one round trip if nothing is pending, and safe in any number of
    // processes at once.
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
    // With the place in the file, what the server said, and what to do about it.
    if let Some(error) = error.downcast_ref::<migrate_runtime::Error>() {
        eprintln!("error: {error:#}");
        return ExitCode::FAILURE;
    }
    eprintln!("error: {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        eprintln!("  caused by: {error}");
        cause = error.source();
    }
    ExitCode::FAILURE
}
