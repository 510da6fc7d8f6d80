//! `cargo xtask dependencies`: licences, minimum Rust versions, and what an application gets with the library.

use std::fs;

use serde_json::Value;

use crate::cargo::{cargo, list, metadata, read, root, text};
use crate::{Outcome, licences, report};

/// What must not come with the library, unless its driver brings it: each is large, and what we need of it is little.
const UNWANTED: [&str; 6] = ["regex", "chrono", "time", "serde", "async-trait", "anyhow"];

/// Packages that need a newer Rust than we do. Only the feature `sqlx` brings them, and an application that enables it has them
/// already.
const NEWER: [&str; 5] = [
    "sqlx",
    "sqlx-core",
    "sqlx-macros",
    "sqlx-macros-core",
    "sqlx-postgres",
];

/// Checks every package of the lock file and the library's own tree.
pub(crate) fn run() -> Outcome {
    let metadata = metadata()?;
    let allowed = licences::allowed()?;
    let mut findings = Vec::new();
    let floor = list(&metadata, "packages")
        .find(|package| text(package, "name") == "migrate-runtime")
        .and_then(rust_version)
        .unwrap_or_default();
    let mut count = 0;
    for package in list(&metadata, "packages") {
        count += 1;
        let shown = format!("{} {}", text(package, "name"), text(package, "version"));
        let licence = text(package, "license");
        if !licences::is_met(licence, &allowed) {
            findings.push(format!(
                "{shown}: the licence `{licence}` is not among those that deny.toml allows"
            ));
        }
        let promised =
            |version: &(u32, u32)| *version <= floor || NEWER.contains(&text(package, "name"));
        if let Some(version) = rust_version(package).filter(|version| !promised(version)) {
            findings.push(format!(
                "{shown}: needs Rust {}.{}, and we promise {}.{}",
                version.0, version.1, floor.0, floor.1
            ));
        }
    }
    eprintln!("dependencies: {count} packages");
    let driver = tree("postgres")?;
    let ours: Vec<String> = tree("migrate-runtime")?
        .into_iter()
        .filter(|name| !driver.contains(name))
        .collect();
    eprintln!(
        "dependencies: an application gets {} packages with `postgres`, and with the library also {}",
        driver.len(),
        ours.join(", ")
    );
    findings.extend(built_twice()?);
    findings.extend(beside_sqlx()?);
    for name in ours.iter().filter(|name| UNWANTED.contains(&name.as_str())) {
        findings.push(format!("migrate-runtime depends on {name}"));
    }
    report("dependencies", &findings)
}

/// Major and minor of a package's `rust-version`.
fn rust_version(package: &Value) -> Option<(u32, u32)> {
    let mut parts = text(package, "rust_version").split('.').map(str::parse);
    Some((parts.next()?.ok()?, parts.next()?.ok()?))
}

/// What an application would compile once for the macro and once more for itself, because the two ask for other
/// features of it.
fn built_twice() -> Outcome<Vec<String>> {
    let said = read(
        cargo()
            .args(["tree", "--locked", "--package", "migrate-runtime"])
            .args(["--edges", "normal,build", "--prefix", "none", "--no-dedupe"])
            .args(["--format", "{p} features:{f}"]),
    )?;
    let mut lines: Vec<&str> = said.lines().collect();
    lines.sort_unstable();
    lines.dedup();
    let mut packages: Vec<&str> = lines
        .iter()
        .filter_map(|line| line.split(" features:").next())
        .collect();
    packages.dedup();
    Ok(packages
        .iter()
        .filter_map(|package| {
            let begin = format!("{package} features:");
            let times = lines.iter().filter(|line| line.starts_with(&begin)).count();
            (times > 1)
                .then(|| format!("{package} is built {times} times, with different features"))
        })
        .collect())
}

/// What an application that has locked sqlx 0.8 would get with the library beside our own crates. That sqlx has an older
/// sha2 than the current one.
fn beside_sqlx() -> Outcome<Vec<String>> {
    let place = tempfile::tempdir()?;
    let manifest = place.path().join("Cargo.toml");
    let application = "[package]\nname = \"application\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
        [dependencies]\nsqlx = { version = \"0.8\", default-features = false, features = [\"postgres\", \"runtime-tokio\"] }\n";
    fs::create_dir(place.path().join("src"))?;
    fs::write(place.path().join("src/main.rs"), "fn main() {}\n")?;
    let packages = |manifest_text: &str| {
        fs::write(&manifest, manifest_text)?;
        read(
            cargo()
                .args([
                    "tree",
                    "--quiet",
                    "--edges",
                    "normal,build",
                    "--prefix",
                    "none",
                ])
                .args(["--no-dedupe", "--format", "{p}", "--manifest-path"])
                .arg(&manifest),
        )
    };
    let before = packages(application)?;
    let after = packages(&format!(
        "{application}migrate-runtime = {{ path = '{}', default-features = false, features = [\"sqlx-0_8\"] }}\n",
        root().join("migrate-runtime").display()
    ))?;
    let mut added: Vec<&str> = after
        .lines()
        .filter(|package| before.lines().all(|known| known != *package))
        .filter_map(|package| package.split_whitespace().next())
        .collect();
    added.sort_unstable();
    added.dedup();
    eprintln!(
        "dependencies: an application with sqlx 0.8 gets {}",
        added.join(", ")
    );
    Ok(added
        .into_iter()
        // It measures diagnostics, in the macro only.
        .filter(|name| !name.starts_with("migrate-") && *name != "unicode-width")
        .map(|name| format!("{name} comes with migrate-runtime beside sqlx 0.8"))
        .collect())
}

/// The names of a package and all that it depends on while building and running, with its default features.
fn tree(package: &str) -> Outcome<Vec<String>> {
    let said = read(
        cargo()
            .args(["tree", "--locked", "--package", package, "--prefix", "none"])
            .args(["--edges", "normal,build", "--format", "{p}"]),
    )?;
    let mut names: Vec<String> = said
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect();
    names.sort_unstable();
    names.dedup();
    Ok(names)
}
