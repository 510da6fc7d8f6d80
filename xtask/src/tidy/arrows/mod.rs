//! Arrows: what may know what. Between our crates, between the folders of a crate, between files.

mod circle;
mod imports;

use std::collections::BTreeSet;

use self::imports::Modules;
use super::File;

/// The crates, and which of the others each may depend on.
const CRATES: [(&str, &[&str]); 9] = [
    ("migrate-sql", &[]),
    ("migrate-check", &["migrate-sql"]),
    ("migrate-macros", &["migrate-check"]),
    // migrate-check only with the feature `directory`.
    ("migrate-runtime", &["migrate-check", "migrate-macros"]),
    ("migrate-adopt", &["migrate-runtime"]),
    ("migrate-test-macros", &[]),
    ("migrate-server", &[]),
    (
        "migrate-test",
        &["migrate-runtime", "migrate-server", "migrate-test-macros"],
    ),
    (
        "migrate-cli",
        &[
            "migrate-adopt",
            "migrate-check",
            "migrate-runtime",
            "migrate-server",
        ],
    ),
];

/// The folders and files in a crate's `src`, each of which may know those before it.
const ROOMS: [(&str, &[&str]); 2] = [
    (
        "migrate-sql",
        &["scanner", "splitter", "grammar", "ast", "lib"],
    ),
    (
        "migrate-check",
        &[
            "diagnostics",
            "files",
            "migration",
            "layouts",
            "directory",
            "settings",
            "directives",
            "catalog",
            "resolve",
            "lint",
            "validate",
            "load",
            "notices",
            "configure",
            "pack",
            "lib",
        ],
    ),
];

/// Modules that may know each other in a circle, with those below them, because they are parts of one thing.
const CIRCLES: [(&str, &[&str]); 4] = [
    // The data that the public API is made of. An error names the migrations, the table and the report that it is about;
    // the constructor of a table returns an error; and what a client reports becomes one.
    (
        "migrate-runtime",
        &[
            "engine::history",
            "engine::sql::trust",
            "error",
            "migrations",
            "packed",
            "report",
            "session",
            "stale",
            "table",
        ],
    ),
    // A `no-transaction` file: statements that run outside and those that are looked up settle entries of the journal,
    // which sends them there.
    (
        "migrate-runtime",
        &["engine::journal", "engine::outside", "engine::recovery"],
    ),
    // What is read of the history names the session to wait for, and a wait ends with reading it again.
    ("migrate-runtime", &["engine::snapshot", "engine::wait"]),
    // The settings of a file that is resumed are in its journal's row.
    (
        "migrate-runtime",
        &["engine::sql::journal", "engine::sql::settings"],
    ),
];

/// Checks all files together.
pub(super) fn check(files: &[File], findings: &mut Vec<String>) {
    for (package, allowed) in CRATES {
        check_manifest(files, package, allowed, findings);
        check_circles(files, package, findings);
    }
    for (package, rooms) in ROOMS {
        check_rooms(files, package, rooms, findings);
    }
}

fn check_circles(files: &[File], package: &str, findings: &mut Vec<String>) {
    let modules = Modules::of(files, &format!("{package}/src/"));
    let circles = circle::all(&modules);
    let allowed = CIRCLES.iter().filter(|(of, _)| *of == package);
    let allowed: Vec<&[&str]> = allowed.map(|(_, modules)| *modules).collect();
    for circle in &circles {
        if !allowed.iter().any(|allowed| covers(allowed, circle)) {
            let names: Vec<&str> = circle.iter().map(String::as_str).collect();
            findings.push(format!(
                "{package}: modules that know each other in a circle: {}",
                names.join(", ")
            ));
        }
    }
    for allowed in allowed {
        if !circles.iter().any(|circle| covers(allowed, circle)) {
            findings.push(format!(
                "xtask/src/tidy/arrows/mod.rs: {} are no circle any more",
                allowed.join(", ")
            ));
        }
    }
}

/// Whether each module of a circle is one of these, or below one.
fn covers(allowed: &[&str], circle: &BTreeSet<String>) -> bool {
    circle.iter().all(|module| {
        let mut allowed = allowed.iter();
        allowed.any(|allowed| {
            let below = module.strip_prefix(allowed);
            below.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
        })
    })
}

fn check_manifest(files: &[File], package: &str, allowed: &[&str], findings: &mut Vec<String>) {
    let path = format!("{package}/Cargo.toml");
    let Some(manifest) = files.iter().find(|file| file.path == path) else {
        findings.push(format!("{path}: is missing"));
        return;
    };
    let dependencies = manifest
        .text
        .lines()
        .skip_while(|line| *line != "[dependencies]")
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .filter(|name| name.starts_with("migrate-"));
    for dependency in dependencies {
        if !allowed.contains(&dependency) {
            findings.push(format!("{path}: {package} may not depend on {dependency}"));
        }
    }
}

fn check_rooms(files: &[File], package: &str, rooms: &[&str], findings: &mut Vec<String>) {
    let modules = Modules::of(files, &format!("{package}/src/"));
    let place = |module: &str| {
        let room = module.split("::").next().unwrap_or_default();
        let room = if room.is_empty() { "lib" } else { room };
        rooms.iter().position(|name| *name == room)
    };
    for (module, file, needed) in modules.edges() {
        let Some(own) = place(module) else {
            findings.push(format!(
                "{}: its place among the folders of {package} is to be said in xtask/src/tidy/arrows/mod.rs",
                file.path
            ));
            continue;
        };
        for needed in needed {
            if place(&needed).is_some_and(|place| place > own) {
                let room = rooms.get(own).copied().unwrap_or_default();
                let above = needed.split("::").next().unwrap_or_default();
                findings.push(format!(
                    "{}: `{room}` may not know `{above}`, which is built on it",
                    file.path
                ));
            }
        }
    }
}
