//! `starter DIRECTORY URL [tokio]`: applies the migrations below DIRECTORY, as a service does when it starts.
//!
//! `starter --measure TEXT INDEX URL`: see [`measure`].
//!
//! Exit status: 0 done; 1 refused; 2 used wrongly; 3 the connection failed.

mod measure;

use std::path::Path;
use std::process::ExitCode;

use migrate_tests::apply::{Driver, Refusal, apply};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (directory, url, driver) = match arguments.as_slice() {
        [directory, url] => (directory, url, Driver::Postgres),
        [directory, url, driver] if driver == "tokio" => (directory, url, Driver::TokioPostgres),
        [flag, text, index, url] if flag == "--measure" => {
            return match measure::measure(text, index, url) {
                Ok(kibibytes) => {
                    #[expect(clippy::print_stdout, reason = "a test reads it")]
                    {
                        println!("{kibibytes}");
                    }
                    ExitCode::SUCCESS
                }
                Err(_) => ExitCode::FAILURE,
            };
        }
        _ => return ExitCode::from(2),
    };
    let set = migrate_tests::load(Path::new(directory));
    match apply(&set, url, driver) {
        Ok(_) => ExitCode::SUCCESS,
        Err(refusal) => {
            #[expect(clippy::print_stderr, reason = "a test shows it when a starter fails")]
            {
                eprintln!("{refusal}");
            }
            match refusal {
                Refusal::Refused(_) => ExitCode::FAILURE,
                Refusal::Lost(_) => ExitCode::from(3),
            }
        }
    }
}
