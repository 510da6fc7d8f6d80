//! `starter DIRECTORY URL`: applies the migrations below DIRECTORY, as a service does when it starts.

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [directory, url] = arguments.as_slice() else {
        return ExitCode::from(2);
    };
    let set = migrate_tests::load(Path::new(directory));
    let outcome = postgres::Client::connect(url, postgres::NoTls)
        .map_err(|error| format!("{error:?}"))
        .and_then(|mut client| set.run(&mut client).map_err(|error| error.to_string()));
    match outcome {
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => {
            #[expect(clippy::print_stderr, reason = "a test shows it when a starter fails")]
            {
                eprintln!("{error}");
            }
            ExitCode::FAILURE
        }
    }
}
