//! 200 tests, each of which has a database with all migrations to itself, writes a row and reads it.
//!
//! The server is one for tests: in memory, without flushing. It is the same for all.

use std::path::Path;
use std::process::Command;

use migrate_fixtures::{Options as ServerOptions, Server};

use crate::Outcome;
use crate::figures::Figures;
use crate::generate::Set;
use crate::instance::{Instance, Profile};
use crate::measure::{self, Taken};
use crate::options::Options;
use crate::report;
use crate::tool::TESTS;

const THREADS: &str = "8";

pub(super) fn run(options: &Options, figures: &mut Figures) -> Outcome {
    let server = Server::start(&ServerOptions::new())?;
    report::remember_server(&server.installation().version)?;
    let mut programs = Vec::new();
    for set in options.sets(&[Set::Small(100), Set::Altering]) {
        for tool in &TESTS {
            let instance = Instance::make(tool, set)?;
            let tests = instance.tests()?;
            if tool.package == "peer-tests-migrate" {
                instance.cargo("build", Profile::Dev)?;
            }
            programs.push((set, tool.package, tests, instance.built(Profile::Dev)));
        }
    }
    for _ in 0..options.times(5) {
        for (set, package, tests, program) in &programs {
            remove_databases(&server)?;
            // The first run makes the template, where there is one; the second finds it.
            for which in ["first", "again"] {
                let taken = run_tests(tests, &server)?;
                figures.add(&format!("tests/{set}/{which}/{package}"), taken.wall)?;
            }
            if *package == "peer-tests-migrate" {
                waits(program, &server, *set, figures)?;
            }
        }
    }
    Ok(())
}

fn run_tests(tests: &Path, server: &Server) -> Outcome<Taken> {
    let mut command = Command::new(tests);
    command.args(["--test-threads", THREADS, "--quiet"]);
    let taken = measure::run(on(&mut command, server))?.expect_success("the tests")?;
    if taken.said.contains("200 passed") {
        return Ok(taken);
    }
    Err(format!("not 200 tests: {}", taken.said).into())
}

/// What one test waits for.
fn waits(program: &Path, server: &Server, set: Set, figures: &mut Figures) -> Outcome {
    let mut command = Command::new(program);
    let taken = measure::run(on(&mut command, server))?.expect_success("the program")?;
    for line in taken.said.lines() {
        let Some((what, milliseconds)) = line.split_once(' ') else {
            continue;
        };
        if let ("first" | "ahead" | "busy", Ok(milliseconds)) = (what, milliseconds.parse()) {
            figures.add(
                &format!("tests/{set}/{what}-ms/peer-tests-migrate"),
                milliseconds,
            )?;
        }
    }
    Ok(())
}

fn on<'c>(command: &'c mut Command, server: &Server) -> &'c Command {
    let url = server.url("postgres");
    command
        .env("DATABASE_URL", &url)
        .env("MIGRATE_TEST_DATABASE_URL", &url)
}

/// All but those that the server came with: templates, and what tests have left.
fn remove_databases(server: &Server) -> Outcome {
    let names = "SELECT quote_ident(datname) FROM pg_database \
                 WHERE datname NOT IN ('postgres', 'template0', 'template1')";
    for name in server.rows(names)?.into_iter().flatten() {
        server.execute(&format!("ALTER DATABASE {name} IS_TEMPLATE false"))?;
        server.execute(&format!("DROP DATABASE {name} WITH (FORCE)"))?;
    }
    let schema = "DROP SCHEMA IF EXISTS _sqlx_test CASCADE";
    server.execute(schema)?;
    server.execute("CHECKPOINT")?;
    Ok(())
}
