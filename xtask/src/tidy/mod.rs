//! `cargo xtask tidy`: what neither the compiler nor clippy checks.

mod arrows;
mod documents;
mod manifests;
mod places;
mod rules;
mod sources;
mod texts;
mod words;

use std::fs;
use std::process::Command;

use crate::cargo::{read, root};
use crate::{Outcome, report};

/// A text file of the repository.
struct File {
    /// From the repository's root, with `/`.
    path: String,
    text: String,
}

impl File {
    fn has_extension(&self, extension: &str) -> bool {
        self.path
            .rsplit_once('.')
            .is_some_and(|(_, found)| found == extension)
    }

    /// The path's last part.
    fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }
}

/// Checks all files that git knows or would add.
pub(crate) fn run() -> Outcome {
    let files = files()?;
    let mut findings = Vec::new();
    for file in &files {
        texts::check(file, &mut findings);
        words::check(file, &mut findings);
        sources::check(file, &mut findings);
        manifests::check(file, &mut findings);
    }
    documents::check(&files, &mut findings);
    places::check(&files, &mut findings);
    arrows::check(&files, &mut findings);
    rules::check(&files, &mut findings);
    report("tidy", &findings)
}

fn files() -> Outcome<Vec<File>> {
    let listed = read(
        Command::new("git")
            .args([
                "ls-files",
                "-z",
                "--cached",
                "--others",
                "--exclude-standard",
            ])
            .current_dir(root()),
    )?;
    let mut files = Vec::new();
    for path in listed.split_terminator('\0') {
        // A file may be deleted and not yet committed; some are not texts.
        if let Ok(text) = fs::read_to_string(root().join(path)) {
            files.push(File {
                path: path.to_owned(),
                text,
            });
        }
    }
    Ok(files)
}
