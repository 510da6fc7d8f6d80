//! Manifests: each package has what all have.

use super::File;

/// Lines that every package of the workspace has. The edition is not among them: tests of the macro differ in it.
const SHARED: [&str; 5] = [
    "version.workspace = true",
    "rust-version.workspace = true",
    "license.workspace = true",
    "[lints]",
    "workspace = true",
];

/// Checks one manifest, unless it is a workspace of its own or a test's input.
pub(super) fn check(file: &File, findings: &mut Vec<String>) {
    if file.name() != "Cargo.toml" || !file.text.contains("[package]") {
        return;
    }
    let has = |wanted: &str| file.text.lines().any(|line| line == wanted);
    if has("[workspace]") {
        return;
    }
    for wanted in SHARED {
        if !has(wanted) {
            findings.push(format!("{}: lacks the line `{wanted}`", file.path));
        }
    }
    if !file.text.contains("\ndescription = ") {
        findings.push(format!("{}: has no description", file.path));
    }
}
