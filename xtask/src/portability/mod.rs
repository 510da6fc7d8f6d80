//! Builds for the operating systems that we do not have: the program and an application for Windows, tried under Wine
//! against a server here, and the libraries for macOS as far as type checking goes.
//!
//! The standard library for these is compiled on the way, from the source that Debian has beside a second Rust.

use std::fs;

use migrate_fixtures::Server;

use crate::Outcome;
use crate::cargo::{root, run as run_command};

mod application;
mod tools;
mod wine;

use application::Application;
use tools::Tools;
use wine::Wine;

const WINDOWS: &str = "x86_64-pc-windows-gnu";
const MACOS: &str = "aarch64-apple-darwin";

/// The libraries that an application may have. What sqlx's drivers do is the same on every system.
const LIBRARIES: [&str; 8] = [
    "--package=migrate-runtime",
    "--package=migrate-adopt",
    "--package=migrate-test",
    "--features=migrate-runtime/postgres",
    "--features=migrate-runtime/tokio-postgres",
    "--features=migrate-runtime/conformance",
    "--features=migrate-runtime/directory",
    "--features=migrate-runtime/tracing",
];

/// Does all of it, or says what is missing.
pub(crate) fn run() -> Outcome {
    let tools = match Tools::find() {
        Ok(tools) => tools,
        Err(reason) => {
            eprintln!("portability: skipped: {reason}");
            return Ok(());
        }
    };
    let target = root().join("target/portability");
    let cargo = |command: &str, triple: &str| {
        let mut cargo = tools.cargo(&target);
        cargo.args([command, "--quiet", "--target", triple]);
        cargo
    };
    eprintln!("portability: the libraries for {MACOS}");
    run_command(cargo("check", MACOS).arg("--locked").args(LIBRARIES))?;
    eprintln!("portability: the program and an application for {WINDOWS}");
    let program = ["--locked", "--package", "migrate-cli", "--bin", "migrate"];
    run_command(cargo("build", WINDOWS).args(program))?;
    let application = Application::write(&target.join("application"))?;
    let manifest = application.manifest();
    run_command(cargo("build", WINDOWS).arg("--manifest-path").arg(manifest))?;

    let programs = target.join(WINDOWS).join("debug");
    let wine = Wine::new(&tools, &target.join("wine"), &programs)?;
    try_programs(&wine, &application)
}

/// The program on a checkout with CRLF, then the application, which was built from the same files with LF.
fn try_programs(wine: &Wine, application: &Application) -> Outcome {
    let place = tempfile::tempdir()?;
    let directory = place.path().join("db/migrations");
    fs::create_dir_all(&directory)?;
    for (name, text) in application.migrations() {
        fs::write(directory.join(name), text.replace('\n', "\r\n"))?;
    }
    let database = Server::shared().database();
    let call = |program: &str, arguments: &[&str]| {
        wine.call(program, arguments, place.path(), &database.url())
    };
    let expect = |arguments: &[&str], expected: &str| {
        let said = call("migrate.exe", arguments)?;
        println!("> migrate {}\n{said}", arguments.join(" "));
        contains(&said, expected)
    };
    expect(&["check", "--dir", r"db\migrations"], "no problems found")?;
    expect(&["run", "--dir", r"db\migrations"], "applied 2 migrations")?;
    let said = call("application.exe", &[])?;
    println!("> application\n{said}");
    contains(&said, "up to date")?;
    expect(
        &[
            "create",
            "--dir",
            r"db\migrations",
            "--numbered",
            "add",
            "name",
        ],
        "0003_add_name.sql",
    )?;
    let added = directory.join("0003_add_name.sql");
    fs::write(added, "ALTER TABLE visits ADD COLUMN name text;\r\n")?;
    expect(
        &["status", "--dir", r"db\migrations"],
        "2 applied, 1 pending",
    )?;
    // From a folder below, as on any system.
    fs::create_dir_all(place.path().join("db/below"))?;
    let below = place.path().join("db/below");
    let said = wine.call("migrate.exe", &["run"], &below, &database.url())?;
    println!(
        r"db\below> migrate run
{said}"
    );
    contains(&said, "applied ../migrations/0003_add_name.sql")
}

fn contains(said: &str, expected: &str) -> Outcome {
    if said.contains(expected) {
        return Ok(());
    }
    Err(format!("expected `{expected}`, but it says:\n{said}").into())
}
