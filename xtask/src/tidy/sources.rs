//! Rust sources: length, names, and tests that do not run.

use super::File;

/// So that a file is one idea.
const LONGEST: usize = 400;

/// Names that say nothing.
const VAGUE: [&str; 7] = [
    "util.rs",
    "utils.rs",
    "common.rs",
    "helper.rs",
    "helpers.rs",
    "types.rs",
    "misc.rs",
];

/// What must not stay in a source. `concat!` keeps this file from finding itself.
const UNFINISHED: [(&str, &str); 4] = [
    (concat!("todo", "!("), "something is still to be done"),
    (
        concat!("unimplemented", "!("),
        "something is still to be done",
    ),
    (concat!("dbg", "!("), "a print for debugging"),
    (concat!("#[", "ignore"), "a test that does not run"),
];

/// Checks one file.
pub(super) fn check(file: &File, findings: &mut Vec<String>) {
    if !file.has_extension("rs") {
        return;
    }
    let generated = file
        .text
        .lines()
        .take(3)
        .any(|line| line.contains("@generated"));
    let length = file.text.lines().count();
    if length > LONGEST && !generated {
        findings.push(format!("{}: {length} lines; at most {LONGEST}", file.path));
    }
    if VAGUE.contains(&file.name()) {
        findings.push(format!("{}: a name that says nothing", file.path));
    }
    for (number, line) in (1..).zip(file.text.lines()) {
        for (word, why) in UNFINISHED {
            if line.contains(word) && !line.trim_start().starts_with("//") {
                findings.push(format!("{}:{number}: {why}", file.path));
            }
        }
    }
}
