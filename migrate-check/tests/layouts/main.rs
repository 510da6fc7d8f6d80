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

use migrate_check::{Layout, Loaded, Settings, Style, load, render};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
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

/// Everything that is wrong, with its help.
fn texts(loaded: &Loaded) -> String {
    let renderer = loaded.renderer(Style::Plain);
    let texts = loaded
        .diagnostics
        .iter()
        .map(|found| renderer.render(found) + "\n");
    texts.collect()
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_file_makes_a_layout_panic(
        name in "(V?[0-9]{0,3}|2025-01-01-000000|U1)(_|__|-)?[a-z]{0,3}(/up|/down|/migration|\\.up|\\.down)?\\.sql",
        pieces in vec(select(PIECES), 0..12),
    ) {
        let directory = Directory::with(&[file(name, pieces.concat())]);
        for layout in Layout::ALL {
            let loaded = directory.load(layout);
            for found in &loaded.diagnostics {
                let text = loaded.text(&found.file);
                let span = found.span.clone().filter(|_| text.is_some());
                prop_assert!(span.is_none_or(|span| text.unwrap_or_default().get(span).is_some()));
            }
        }
    }
}

/// The markers of other tools, and text that may come between them.
const PIECES: &[&str] = &[
    "-- +goose Up\n",
    "-- +goose Down",
    "-- +goose NO TRANSACTION\n",
    "-- +goose StatementBegin\n",
    "-- +migrate Up notransaction\n",
    "-- +migrate Down\n",
    "-- migrate:up transaction:false\n",
    "-- migrate:down\r\n",
    "-- migrate: allow(drop-table) é\n",
    "SELECT 'ä';\n",
    "SELECT '",
    "/* ",
    "DROP TABLE t;",
    " \t",
    "\n",
    "\u{FEFF}",
    "\0",
];
