//! Documents: they are there, and their links lead somewhere.

use super::File;
use crate::cargo::root;

/// Checks all files together.
pub(super) fn check(files: &[File], findings: &mut Vec<String>) {
    for (path, holds) in [
        ("README.md", "cargo test --workspace"),
        ("LICENSE-MIT", "Permission is hereby granted"),
        ("LICENSE-APACHE", "Apache License"),
        ("CHANGELOG.md", "## [Unreleased]"),
        ("CONTRIBUTING.md", "cargo xtask new-rule"),
    ] {
        let found = files.iter().find(|file| file.path == path);
        if !found.is_some_and(|file| file.text.contains(holds)) {
            findings.push(format!("{path}: is missing, or lacks `{holds}`"));
        }
    }
    for file in files.iter().filter(|file| file.has_extension("md")) {
        check_links(file, findings);
    }
}

/// Checks the targets of relative links, `[text](target)`, outside code blocks.
fn check_links(file: &File, findings: &mut Vec<String>) {
    let directory = file
        .path
        .rsplit_once('/')
        .map_or("", |(directory, _)| directory);
    let mut in_code = false;
    for (number, line) in (1..).zip(file.text.lines()) {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if in_code {
            continue;
        }
        for target in line
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            let target = target.split('#').next().unwrap_or_default();
            if target.is_empty() || target.contains(':') {
                continue;
            }
            if !root().join(directory).join(target).exists() {
                findings.push(format!(
                    "{}:{number}: the link to {target} leads nowhere",
                    file.path
                ));
            }
        }
    }
}
