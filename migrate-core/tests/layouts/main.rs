//! Directories in the layouts of other tools, each of at least ten files: what they hold, and where in
//! the files as they lie on disk something is wrong.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod folders;
mod numbered;
mod recognised;
mod sections;

use std::fmt::Write as _;
use std::fs;

use migrate_core::{Layout, Loaded, Settings, Style, load, render};
use tempfile::TempDir;

/// A crate with a directory of migrations in it.
struct Directory {
    root: TempDir,
}

impl Directory {
    fn with(files: &[(String, String)]) -> Self {
        let root = tempfile::tempdir().expect("a temporary directory");
        for (name, content) in files {
            let path = root.path().join("migrations").join(name);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            fs::write(path, content).expect("a file");
        }
        Self { root }
    }

    fn load(&self, layout: Layout) -> Loaded {
        let settings = Settings {
            layout,
            ..Settings::default()
        };
        load(self.root.path(), "migrations", &settings)
    }
}

/// What the directory holds, a line a script: version, name, direction, file, lines before, statements,
/// how it runs.
fn listing(loaded: &Loaded) -> String {
    let mut lines = String::new();
    for migration in &loaded.migrations {
        let scripts = [
            ("up", Some(&migration.up)),
            ("down", migration.down.as_ref()),
        ];
        for (direction, script) in scripts {
            let Some(script) = script else { continue };
            let before = script
                .lines_before
                .map_or_else(String::new, |lines| format!(" below {lines} lines"));
            let order = if migration.out_of_order {
                " any order"
            } else {
                ""
            };
            let _ = writeln!(
                lines,
                "{} {:?} {direction} {}{before}: {} {:?}{order}",
                migration.version,
                migration.name,
                script.file,
                script.statements.len(),
                script.transaction,
            );
        }
    }
    lines
}

/// Where everything that is wrong is, and what.
fn places(loaded: &Loaded) -> String {
    let lines = loaded.diagnostics.iter().map(|found| {
        assert!(!found.help.is_empty(), "no help: {found:?}");
        let text = render(found, loaded.text(&found.file), Style::Plain);
        text.lines().next().unwrap_or_default().to_owned() + "\n"
    });
    lines.collect()
}

fn file(name: impl Into<String>, content: impl Into<String>) -> (String, String) {
    (name.into(), content.into())
}
