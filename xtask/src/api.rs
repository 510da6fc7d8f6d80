//! `cargo xtask api`: the public API of the published crates as text, so that each change of it is a visible diff.
//!
//! rustdoc's JSON is unstable. `RUSTC_BOOTSTRAP` makes the stable one write it; only rustdoc sees the variable, because
//! build scripts run again when it changes, and everything after them. The crate `public-api` reads the format of one compiler
//! release: on any other one this task fails and says why.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::cargo::{cargo, read, root, run as run_command};
use crate::{Outcome, report};

/// The crates that people name in their manifests.
const CRATES: [&str; 5] = [
    "migrate-adopt",
    "migrate-cli",
    "migrate-macros",
    "migrate-runtime",
    "migrate-test",
];

const FOLDER: &str = "docs/api";

/// Writes the listings, or compares them with the files.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let check = match arguments {
        [] => false,
        [only] if only == "--check" => true,
        _ => return Err("usage: cargo xtask api [--check]".into()),
    };
    let rustdoc = unstable_rustdoc()?;
    let mut findings = Vec::new();
    for name in CRATES {
        let listing = listing(name, &rustdoc)?;
        let path = format!("{FOLDER}/{name}.txt");
        let file = root().join(&path);
        if check {
            let kept = fs::read_to_string(&file).unwrap_or_default();
            if let Some(change) = first_change(&kept, &listing) {
                findings.push(format!(
                    "{path}: the public API has changed\n{change}\n  = help: if that is intended, run `cargo xtask api`"
                ));
            }
        } else {
            fs::create_dir_all(root().join(FOLDER))?;
            fs::write(&file, listing)?;
        }
    }
    report("api", &findings)
}

/// A script that calls rustdoc with its unstable options allowed.
fn unstable_rustdoc() -> Outcome<PathBuf> {
    let script = root().join("target/unstable-rustdoc");
    fs::write(
        &script,
        "#!/bin/sh\nRUSTC_BOOTSTRAP=1 exec rustdoc \"$@\"\n",
    )?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755))?;
    }
    Ok(script)
}

/// The public items of a crate with all its features, one a line.
fn listing(name: &str, rustdoc: &Path) -> Outcome<String> {
    let target = root().join("target");
    run_command(
        cargo()
            .args(["rustdoc", "--quiet", "--locked", "--lib", "--all-features"])
            .args(["--package", name])
            .arg("--target-dir")
            .arg(&target)
            .args(["--", "-Zunstable-options", "--output-format=json"])
            .arg("--cap-lints=allow")
            .env("RUSTDOC", rustdoc),
    )?;
    let json = target
        .join("doc")
        .join(format!("{}.json", name.replace('-', "_")));
    match public_api::Builder::from_rustdoc_json(&json)
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .omit_auto_derived_impls(true)
        .build()
    {
        Ok(api) => Ok(api.to_string()),
        Err(error) => {
            let written: Value = serde_json::from_str(&fs::read_to_string(&json)?)?;
            let format = written
                .get("format_version")
                .map_or_else(|| "?".to_owned(), Value::to_string);
            let mut version = cargo();
            let compiler = read(version.arg("--version"))?;
            Err(format!(
                "the public API of {name} cannot be read: {error}\n  = help: {} writes rustdoc JSON in format {format}; \
                 name the release of `public-api` that reads it in xtask/Cargo.toml",
                compiler.trim()
            )
            .into())
        }
    }
}

/// The first item that only one of two listings has, as a line of a diff.
fn first_change<'a>(kept: &'a str, found: &'a str) -> Option<String> {
    let removed = kept
        .lines()
        .find(|line| !found.lines().any(|other| other == *line));
    let added = found
        .lines()
        .find(|line| !kept.lines().any(|other| other == *line));
    match (removed, added) {
        (None, None) => (kept != found).then(|| "the order of the items".to_owned()),
        (removed, added) => {
            let lines: Vec<String> = removed
                .map(|line| format!("-{line}"))
                .into_iter()
                .chain(added.map(|line| format!("+{line}")))
                .collect();
            Some(lines.join("\n"))
        }
    }
}
