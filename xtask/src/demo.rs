//! `cargo demo`: the example application on a real database, with nothing set up.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use migrate_fixtures::{Installation, Options, Origin, Server, Wanted};

use crate::Outcome;
use crate::cargo::{cargo, root, run as run_command};

/// The example's database on the demo's own server.
const DATABASE: &str = "content_ai";

/// Picks a database and runs the example on it. `DATABASE_URL` is ignored: it may name a database in
/// production, and the demo creates tables.
pub(crate) fn run(options: &[String]) -> Outcome {
    let mut fresh = false;
    let mut in_process = false;
    let mut url = None;
    let mut options = options.iter();
    while let Some(option) = options.next() {
        match option.split_once('=').unwrap_or((option, "")) {
            ("--fresh", "") => fresh = true,
            ("--in-process", "") => in_process = true,
            ("--database-url", "") => {
                url = Some(
                    options
                        .next()
                        .ok_or("demo: --database-url needs a URL")?
                        .clone(),
                );
            }
            ("--database-url", given) => url = Some(given.to_owned()),
            _ => return Err(format!("demo: unknown option {option}").into()),
        }
    }
    if let Some(url) = url {
        if fresh || in_process {
            return Err("demo: --database-url cannot be combined with another option".into());
        }
        eprintln!("demo: on the database of --database-url, which gets the example's tables");
        return run_example(&url);
    }
    if std::env::var_os("DATABASE_URL").is_some() {
        eprintln!("demo: DATABASE_URL is ignored; --database-url uses another database");
    }
    if in_process {
        return run_in_process(fresh);
    }
    match Installation::find(&Wanted::from_environment()) {
        Ok(installation) => run_on_server(&installation, fresh),
        Err(failure) => {
            eprintln!("demo: {failure}");
            run_in_process(fresh)
        }
    }
}

/// On a server whose data is kept for the next time. It runs only as long as we do.
fn run_on_server(installation: &Installation, fresh: bool) -> Outcome {
    let origin = match installation.origin {
        Origin::Machine => "installed on this machine",
        Origin::Fetched => "fetched with pip",
    };
    eprintln!(
        "demo: on PostgreSQL {}, {origin}: {}",
        installation.version,
        installation.binaries.display()
    );
    let wanted = Wanted::Binaries(installation.binaries.clone());
    let server = Server::start(&Options::new().wanted(wanted).kept("demo"))?;
    if fresh {
        server.execute(&format!("DROP DATABASE IF EXISTS {DATABASE}"))?;
    }
    let there = format!("SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'");
    if server.rows(&there)?.is_empty() {
        server.execute(&format!("CREATE DATABASE {DATABASE}"))?;
    }
    run_example(&server.url(DATABASE))
}

/// On a PostgreSQL compiled to WebAssembly, which takes some minutes to build the first time.
fn run_in_process(fresh: bool) -> Outcome {
    let target = root().join("target");
    let data = target.join("demo-in-process");
    if fresh && data.exists() {
        std::fs::remove_dir_all(&data)
            .map_err(|error| format!("cannot delete {}: {error}", data.display()))?;
    }
    eprintln!(
        "demo: on a PostgreSQL inside a program, compiled to WebAssembly; \
         the first build takes some minutes"
    );
    let directory = target.join("in-process");
    run_command(
        cargo()
            .args(["build", "--locked", "--manifest-path"])
            .arg("examples/in-process/Cargo.toml")
            .arg("--target-dir")
            .arg(&directory),
    )?;
    let mut program = Command::new(directory.join("debug/in-process"))
        .arg(&data)
        // It unpacks PostgreSQL into a cache, which should not stay in the home directory.
        .env("XDG_CACHE_HOME", &directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cannot start in-process: {error}"))?;
    let mut url = String::new();
    if let Some(stdout) = program.stdout.take() {
        BufReader::new(stdout)
            .read_line(&mut url)
            .map_err(|error| format!("cannot read the output of in-process: {error}"))?;
    }
    let done = if url.trim().is_empty() {
        Err("in-process did not start".into())
    } else {
        run_example(url.trim())
    };
    // It stops when its input ends.
    drop(program.stdin.take());
    let _ = program.wait();
    done
}

fn run_example(url: &str) -> Outcome {
    run_command(
        cargo()
            .args(["run", "--quiet", "--package", "content-ai"])
            // The demo does not need the program, so it is not built.
            .arg("--no-default-features")
            .env("DATABASE_URL", url),
    )
}
