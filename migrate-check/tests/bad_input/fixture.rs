//! A crate in a temporary directory, with migrations in it.

use std::fs;
use std::path::Path;

use migrate_check::{Loaded, Settings, Style, load, render};
use tempfile::TempDir;

use crate::advice::{self, copy_directory};

/// The crate; it disappears with the value.
pub(crate) struct Crate {
    root: TempDir,
}

impl Crate {
    /// A crate without a `migrations` directory.
    pub(crate) fn bare() -> Self {
        let root = tempfile::tempdir().expect("a temporary directory");
        Self { root }
    }

    /// A crate with these files in `migrations`.
    pub(crate) fn with<C: AsRef<[u8]>>(files: &[(&str, C)]) -> Self {
        let bare = Self::bare();
        fs::create_dir(bare.path("migrations")).expect("a directory of migrations");
        for (name, content) in files {
            let path = bare.path("migrations").join(name);
            let parent = path.parent().expect("it lies in a directory");
            fs::create_dir_all(parent).expect("a sub-directory");
            fs::write(path, content).expect("a migration");
        }
        bare
    }

    /// Where something in the crate is.
    pub(crate) fn path(&self, inner: &str) -> std::path::PathBuf {
        self.root().join(inner)
    }

    /// Where the crate is.
    pub(crate) fn root(&self) -> &Path {
        self.root.path()
    }

    /// Another crate with the same files.
    pub(crate) fn copy(&self) -> Self {
        let copy = Self::bare();
        copy_directory(self.root(), copy.root());
        copy
    }

    /// Loads its `migrations`.
    pub(crate) fn load(&self) -> Loaded {
        load(self.root(), "migrations", &Settings::default())
    }

    /// Everything that is wrong with its `migrations`, as people read it.
    pub(crate) fn problems(&self) -> String {
        self.problems_of("migrations", &Settings::default())
    }

    /// Everything that is wrong with a directory of it. The advice is tried.
    pub(crate) fn problems_of(&self, directory: &str, settings: &Settings) -> String {
        let loaded = load(self.root(), directory, settings);
        advice::try_all(self, directory, settings, &loaded);
        self.show(&loaded)
    }

    /// Everything that is wrong, as people read it.
    pub(crate) fn show(&self, loaded: &Loaded) -> String {
        let rendered: Vec<String> = loaded
            .diagnostics
            .iter()
            .map(|found| render(found, loaded.text(&found.file), Style::Plain))
            .collect();
        for found in &loaded.diagnostics {
            assert!(found.advice().next().is_some(), "no help: {found:?}");
            assert!(!found.message.ends_with('.'), "a full stop: {found:?}");
        }
        let root = self.root().to_str().expect("a path in UTF-8");
        rendered.join("\n").replace(root, "[crate]")
    }
}

/// What is wrong with a directory that holds these files.
pub(crate) fn problems<C: AsRef<[u8]>>(files: &[(&str, C)]) -> String {
    Crate::with(files).problems()
}

/// What is wrong with a file of this content, after one that makes what it needs.
pub(crate) fn problems_after(before: &str, content: &str) -> String {
    problems(&[("0000_before.sql", before), ("0001_a.sql", content)])
}

/// What is wrong with a file of this content, whose name is right.
pub(crate) fn problems_in(content: impl AsRef<[u8]>) -> String {
    problems(&[("0001_a.sql", content)])
}
