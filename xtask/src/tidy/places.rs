//! Where code belongs: one form of a module with modules of its own, and one place for each kind of test.
//!
//! - A module with modules of its own is a folder with a `mod.rs`, never `x.rs` beside `x/`.
//! - A module's own tests are at its end, in `mod tests { … }`, or where they are long in `tests.rs` of its
//!   folder.
//! - Tests of a crate from outside are in its `tests/<topic>/main.rs`; those that take several of our crates,
//!   in `tests/<topic>/main.rs` of the repository.

use super::File;

/// Checks all files together.
pub(super) fn check(files: &[File], findings: &mut Vec<String>) {
    let sources: Vec<&File> = files
        .iter()
        .filter(|file| file.has_extension("rs"))
        // Inputs of tests of the macro.
        .filter(|file| !file.path.contains("/cases/"))
        .collect();
    for file in &sources {
        let folder = format!("{}/", file.path.trim_end_matches(".rs"));
        if sources.iter().any(|other| other.path.starts_with(&folder)) {
            findings.push(format!(
                "{}: has modules in {folder}, so it is to be {folder}mod.rs",
                file.path
            ));
        }
        check_tests(file, files, findings);
    }
}

fn check_tests(file: &File, files: &[File], findings: &mut Vec<String>) {
    let path = file.path.as_str();
    if let Some((_, module)) = path.split_once("/src/") {
        if module.contains("tests/") {
            findings.push(format!(
                "{path}: tests of a module stand in it, or in tests.rs of its folder"
            ));
        }
        let is_test = |line: &str| line.trim() == concat!("#[", "test]");
        let before_tests = file.text.split("\nmod tests {").next();
        if file.name() != "tests.rs" && before_tests.unwrap_or_default().lines().any(is_test) {
            findings.push(format!("{path}: a test outside `mod tests` at the end"));
        }
        return;
    }
    // `<crate>/tests/<topic>.rs`, which is to be a folder as all are.
    let Some((package, topic)) = path.rsplit_once("/tests/") else {
        return;
    };
    let is_package = |folder: &str| {
        let manifest = format!("{folder}/Cargo.toml");
        files.iter().any(|file| file.path == manifest)
    };
    if !topic.contains('/') && is_package(package) {
        let folder = topic.trim_end_matches(".rs");
        findings.push(format!("{path}: is to be {package}/tests/{folder}/main.rs"));
    }
}
