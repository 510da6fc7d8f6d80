//! Reads what the settings say is in the database when the first file runs: files, other sets, extensions.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::load;
use crate::diagnostics::Diagnostic;
use crate::files::{Source, encoding};
use crate::lint;
use crate::resolve::Part;
use crate::settings::{self, Settings};

/// What there is, in the order in which it came to be.
#[derive(Debug, Default)]
pub(crate) struct Read {
    pub(crate) parts: Vec<Part>,
    /// The files that were read.
    pub(crate) sources: Vec<Source>,
    /// What could not be read.
    pub(crate) problems: Vec<Diagnostic>,
}

/// What is still to be read; paths are relative to the root.
enum Step {
    File(PathBuf),
    Extension(String),
    /// A set, before what it says is there itself has been read, and after.
    Set(PathBuf),
    Migrations(PathBuf, Box<Settings>),
}

/// Reads what `settings` say is there before the files in `directory`, which is relative to `root`.
pub(crate) fn read(root: &Path, directory: &str, settings: &Settings) -> Read {
    let mut read = Read::default();
    let mut steps = Vec::new();
    push(&mut steps, Path::new(directory), settings);
    // Two sets may each come after the other, and one may come after another in several ways.
    let mut seen = BTreeSet::from([locate(root, Path::new(directory))]);
    while let Some(step) = steps.pop() {
        match step {
            Step::Extension(name) => read.parts.push(Part::Extension(name)),
            Step::File(path) => {
                if seen.insert(locate(root, &path)) {
                    read.read_file(root, &path);
                }
            }
            Step::Set(path) => {
                if seen.insert(locate(root, &path)) {
                    let usual = Settings::default();
                    let rules = lint::names();
                    let configured = settings::configure(root, &show(&path), &usual, &[], &rules);
                    read.sources.extend(configured.source);
                    read.problems.extend(configured.diagnostics);
                    let settings = Box::new(configured.settings);
                    steps.push(Step::Migrations(path.clone(), settings.clone()));
                    push(&mut steps, &path, &settings);
                }
            }
            Step::Migrations(path, settings) => read.read_set(root, &path, *settings),
        }
    }
    read
}

/// Adds what comes before a set, so that what comes first is taken first.
fn push(steps: &mut Vec<Step>, directory: &Path, settings: &Settings) {
    let beside = directory.parent().unwrap_or(Path::new(""));
    let surroundings = &settings.surroundings;
    let files = surroundings.assume.iter().rev();
    steps.extend(files.map(|file| Step::File(beside.join(file))));
    let sets = surroundings.after.iter().rev();
    steps.extend(sets.map(|set| Step::Set(beside.join(set))));
    let extensions = surroundings.extensions.iter().rev();
    steps.extend(extensions.map(|name| Step::Extension(name.clone())));
}

impl Read {
    fn read_file(&mut self, root: &Path, path: &Path) {
        let shown = show(path);
        match fs::read(root.join(path)) {
            Ok(bytes) => {
                let (content, found) = encoding::decode(&shown, bytes);
                self.problems.extend(found);
                let text = content.scannable().to_owned();
                self.parts.push(Part::File(shown.clone(), text));
                self.sources.push(Source {
                    file: shown,
                    path: root.join(path),
                    text: content.text,
                });
            }
            Err(error) => {
                self.parts.push(Part::Anything);
                self.problems.push(
                    Diagnostic::error("settings", shown, format!("cannot be read: {error}")).help(
                        "correct the setting `assume`: its paths are relative to the directory that the migrations' directory is in",
                    ),
                );
            }
        }
    }

    fn read_set(&mut self, root: &Path, path: &Path, mut settings: Settings) {
        // What is wrong with it is for its own build to say.
        lint::allow_all(&mut settings.lint);
        let loaded = load(root, &show(path), &settings);
        if !loaded.path.is_dir() {
            self.problems.extend(loaded.diagnostics);
            self.parts.push(Part::Anything);
            return;
        }
        if loaded.has_errors() {
            self.parts.push(Part::Anything);
        }
        for migration in loaded.migrations {
            let shown = format!("{}/{}", show(path), migration.up.file);
            self.parts.push(Part::File(shown, migration.up.text));
        }
        self.sources.extend(loaded.sources);
    }
}

/// A path as messages show it.
fn show(path: &Path) -> String {
    path.display().to_string().replace('\\', "/")
}

/// Where a path leads.
fn locate(root: &Path, path: &Path) -> PathBuf {
    let path = root.join(path);
    fs::canonicalize(&path).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::super::{Loaded, load};
    use crate::settings::{Level, Notation, Settings};

    /// Loads `migrations` beside these files, with these settings.
    fn loaded(files: &[(&str, &str)], settings: &[(&str, &str)]) -> Loaded {
        let root = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = root.path().join(name);
            fs::create_dir_all(path.parent().unwrap_or(Path::new(""))).unwrap();
            fs::write(path, text).unwrap();
        }
        let mut chosen = Settings::default();
        for rule in ["unknown-name", "contradicts-schema"] {
            chosen.lint.set(rule, Level::Deny);
        }
        for (key, value) in settings {
            chosen.set(key, value, Notation::Toml).unwrap();
        }
        load(root.path(), "migrations", &chosen)
    }

    fn messages(loaded: &Loaded) -> Vec<String> {
        let errors = loaded.diagnostics.iter();
        let errors = errors.filter(|found| {
            ["unknown-name", "contradicts-schema", "settings"].contains(&found.rule)
        });
        errors.map(|found| found.message.clone()).collect()
    }

    const USES: (&str, &str) = (
        "migrations/0001_a.sql",
        "ALTER TABLE users ADD COLUMN name text;\nCREATE INDEX i ON people (name);\n",
    );

    #[test]
    fn an_assumed_file_has_run_and_is_watched_but_is_no_migration() {
        assert_eq!(
            messages(&loaded(&[USES], &[])),
            [
                "relation \"users\" does not exist",
                "relation \"people\" does not exist"
            ]
        );
        let base = ("base.sql", "CREATE TABLE users (id bigint PRIMARY KEY);");
        let found = loaded(&[USES, base], &[("assume", "base.sql")]);
        assert_eq!(messages(&found), ["relation \"people\" does not exist"]);
        assert_eq!(found.migrations.len(), 1);
        let sources = found.sources.iter().map(|source| source.file.as_str());
        assert_eq!(
            sources.collect::<Vec<_>>(),
            ["migrations/0001_a.sql", "base.sql"]
        );
    }

    #[test]
    fn another_set_comes_first_with_what_it_comes_after_itself() {
        let files = [
            (
                "migrations/0001_a.sql",
                "ALTER TABLE a ADD b int;\nALTER TABLE b ADD c int;\nALTER TABLE c ADD c int;",
            ),
            (
                "other/sets/0001_a/up.sql",
                "CREATE TABLE a ();\nALTER TABLE missing ADD x int;",
            ),
            (
                "other/migrate.toml",
                "layout = 'diesel'\nassume = 'more.sql'\nafter = ['../migrations']\n",
            ),
            ("other/more.sql", "CREATE TABLE b ();"),
        ];
        if cfg!(feature = "settings-file") {
            let found = loaded(&files, &[("after", "other/sets")]);
            assert_eq!(messages(&found), ["relation \"c\" does not exist"]);
        }
    }

    #[test]
    fn what_cannot_be_known_is_not_refused() {
        let uses = (
            "migrations/0001_a.sql",
            "ALTER TABLE made_elsewhere ADD b int;",
        );
        let found = loaded(&[uses], &[("assume_extensions", "of_our_own")]);
        assert_eq!(messages(&found), [""; 0]);
        let found = loaded(&[uses], &[("assume_extensions", "citext")]);
        assert_eq!(
            messages(&found),
            ["relation \"made_elsewhere\" does not exist"]
        );
        // A set with a mistake of its own is not known whole.
        let other = ("other/0001_a.sql", "CREATE TABEL made_elsewhere ();");
        let found = loaded(&[uses, other], &[("after", "other")]);
        assert_eq!(messages(&found), [""; 0]);
    }

    #[test]
    fn what_is_named_and_not_there_is_an_error_of_the_settings() {
        let found = loaded(&[USES], &[("assume", "bsae.sql")]);
        let messages = messages(&found);
        assert_eq!(messages.len(), 1, "{messages:?}");
        assert!(messages[0].starts_with("cannot be read: "), "{messages:?}");
        let found = loaded(&[USES], &[("after", "no_such_set")]);
        let rules = found.diagnostics.iter().map(|found| found.rule);
        assert!(rules.clone().any(|rule| rule == "missing-directory"));
        assert!(!rules.clone().any(|rule| rule == "unknown-name"));
    }
}
