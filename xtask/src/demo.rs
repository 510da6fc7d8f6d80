//! `cargo demo`: the example application on a real database, with nothing set up.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use migrate_fixtures::{Installation, Options, Origin, Server, Wanted};

use crate::Outcome;
use crate::cargo::{cargo, root, run as run_command};

/// The example's database on a server of ours.
const DATABASE: &str = "content_ai";

/// Picks a database and runs the example on it.
pub(crate) fn run(options: &[String]) -> Outcome {
    let mut fresh = false;
    let mut in_process = false;
    for option in options {
        match option.as_str() {
            "--fresh" => fresh = true,
            "--in-process" => in_process = true,
            _ => return Err(format!("demo: unknown option {option}").into()),
        }
    }
    if in_process {
        return run_in_process(fresh);
    }
    if let Ok(url) = std::env::var("DATABASE_URL")
        && !url.is_empty()
    {
        if fresh {
            return Err(
                "demo: --fresh drops the database, and the one that DATABASE_URL names is yours"
                    .into(),
            );
        }
        eprintln!("demo: on the database that DATABASE_URL names");
        return run_example(&url);
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
        Origin::Fetched => "fetched with Python's package client",
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
        "demo: on a PostgreSQL inside a program of ours, compiled to WebAssembly; \
         its first build takes some minutes"
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
        // It unpacks PostgreSQL into a cache, which should not stay in anybody's home.
        .env("XDG_CACHE_HOME", &directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cannot start in-process: {error}"))?;
    let mut url = String::new();
    if let Some(stdout) = program.stdout.take() {
        BufReader::new(stdout)
            .read_line(&mut url)
            .map_err(|error| format!("in-process says nothing: {error}"))?;
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
            // Without the program beside it, which the demo does not need, it is sooner built.
            .arg("--no-default-features")
            .env("DATABASE_URL", url),
    )
}
