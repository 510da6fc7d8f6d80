//! Arrows: what may know what. Between our crates, between the folders of a crate, between files.

mod circle;
mod imports;

use self::imports::Modules;
use super::File;

/// Our crates, and which of ours each of them may depend on.
const CRATES: [(&str, &[&str]); 6] = [
    ("migrate-sql", &[]),
    ("migrate-check", &["migrate-sql"]),
    ("migrate-macros", &["migrate-check"]),
    // migrate-check behind the feature `directory` alone.
    ("migrate-runtime", &["migrate-check", "migrate-macros"]),
    ("migrate-adopt", &["migrate-runtime"]),
    (
        "migrate-cli",
        &["migrate-adopt", "migrate-check", "migrate-runtime"],
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

/// Checks all files together.
pub(super) fn check(files: &[File], findings: &mut Vec<String>) {
    for (package, allowed) in CRATES {
        check_manifest(files, package, allowed, findings);
    }
    for (package, rooms) in ROOMS {
        check_rooms(files, package, rooms, findings);
    }
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
    if let Some(circle) = circle::find(&modules) {
        findings.push(format!(
            "{package}: modules that know each other in a circle: {}",
            circle.join(" -> ")
        ));
    }
}
