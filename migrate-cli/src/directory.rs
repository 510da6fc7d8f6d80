//! The directory of migrations that the program works on.

use std::fmt::Write as _;
use std::path::{Component, Path, PathBuf};

use migrate_check::{
    Configured, Diagnostic, Loaded, Settings, Severity, Style, TableName, configure, load,
};
use migrate_runtime::{HistoryTable, Migrations};
use serde_json::json;

use crate::connection::environment::Environment;
use crate::failure::Failure;
use crate::options::Options;
use crate::workspace;

/// Where the migrations are: a place, found but not read.
#[derive(Debug, Clone)]
pub(crate) struct Directory {
    /// The directory that holds it: for the loader, the crate.
    pub(crate) parent: PathBuf,
    /// Its own name.
    pub(crate) name: String,
    /// The path to the parent as messages show it: empty, or ending in `/`.
    pub(crate) prefix: String,
    /// The settings of migrate.toml, overridden by the options.
    pub(crate) configured: Configured,
    /// Whether neither an option nor a variable names it.
    pub(crate) is_guessed: bool,
}

/// So many directories are offered where the usual one does not exist.
const SHOWN: usize = 5;

/// Paths from the current directory, as paths from `above`.
fn from(above: &Path, paths: &[String]) -> Vec<String> {
    let is_below = above
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    let paths = paths.iter().map(|path| {
        if is_below && !Path::new(path).is_absolute() {
            let up = "../".repeat(above.components().count());
            return format!("{up}{path}");
        }
        let path = std::path::absolute(path).unwrap_or_else(|_| path.into());
        path.display().to_string()
    });
    paths.collect()
}

impl Directory {
    /// The directory that `--dir` or `MIGRATE_DIR` names; else `migrations`, here or in the nearest
    /// directory above that has one.
    ///
    /// # Errors
    /// A path without a name in it.
    pub(crate) fn find(given: Option<&Path>, options: &Options) -> Result<Self, Failure> {
        let given = match given {
            Some(path) => Some(path.to_owned()),
            None => Environment::read()?.path("MIGRATE_DIR"),
        };
        let is_guessed = given.is_none();
        let named = given.unwrap_or_else(workspace::nearest);
        let not_named = || {
            Failure::environment(format!(
                "`{}` is not the name of a directory",
                named.display()
            ))
        };
        let name = named
            .file_name()
            .and_then(|name| name.to_str())
            .ok_or_else(not_named)?;
        let above = named.parent().unwrap_or(Path::new(""));
        let prefix = above.to_str().ok_or_else(not_named)?.replace('\\', "/");
        let parent = if prefix.is_empty() {
            PathBuf::from(".")
        } else {
            above.to_owned()
        };
        let named: [&str; 0] = [];
        let mut configured = configure(&parent, name, &Settings::default(), &named);
        // An option is for this one call, so it may differ from the file.
        options.apply(&mut configured.settings)?;
        let surroundings = &mut configured.settings.surroundings;
        if !options.assume.is_empty() {
            surroundings.assume = from(above, &options.assume);
        }
        if !options.after.is_empty() {
            surroundings.after = from(above, &options.after);
        }
        Ok(Self {
            parent,
            name: name.to_owned(),
            prefix: match prefix.as_str() {
                "" => String::new(),
                prefix => format!("{}/", prefix.trim_end_matches('/')),
            },
            configured,
            is_guessed,
        })
    }

    /// Takes the statements of a file for run, as the setting `assume` does.
    pub(crate) fn assume(&mut self, file: &Path) {
        let above = self.path();
        let above = above.parent().unwrap_or(Path::new(""));
        let file = from(above, &[file.display().to_string()]);
        let surroundings = &mut self.configured.settings.surroundings;
        surroundings.assume.extend(file);
    }

    /// The directory as messages name it.
    pub(crate) fn shown(&self) -> String {
        format!("{}{}", self.prefix, self.name)
    }

    /// Where it is.
    pub(crate) fn path(&self) -> PathBuf {
        self.parent.join(&self.name)
    }

    /// The settings that the files are checked with.
    pub(crate) fn settings(&self) -> &Settings {
        &self.configured.settings
    }

    /// Reads and checks the files.
    ///
    /// # Errors
    /// There is no such directory.
    pub(crate) fn load(&self) -> Result<Loaded, Failure> {
        if !self.path().exists() {
            let failure =
                Failure::environment(format!("the directory `{}` does not exist", self.shown()));
            let others = workspace::all();
            return Err(if others.is_empty() {
                failure
                    .help("create it with a first migration: `migrate create create users`")
                    .help("if it is elsewhere, name it with `--dir` or the variable MIGRATE_DIR")
            } else {
                let shown = others.iter().take(SHOWN);
                let failure = shown.fold(failure, |failure, other| {
                    let folder = other.rsplit_once('/').map_or(".", |(folder, _)| folder);
                    failure.help(format!("use the one in `{folder}`: `--dir {other}`"))
                });
                match others.len().saturating_sub(SHOWN) {
                    0 => failure,
                    more => failure.help(format!("or one of {more} others")),
                }
            });
        }
        let loaded = load(&self.parent, &self.name, self.settings());
        let mut loaded = self.configured.clone().join(loaded);
        if !self.prefix.is_empty() {
            for diagnostic in &mut loaded.diagnostics {
                diagnostic.file.insert_str(0, &self.prefix);
            }
            for source in &mut loaded.sources {
                source.file.insert_str(0, &self.prefix);
            }
        }
        Ok(loaded)
    }

    /// The set of migrations, where nothing is wrong with it, and what is known of its files.
    ///
    /// # Errors
    /// Everything that is wrong with the files.
    pub(crate) fn migrations(&self) -> Result<(Migrations, Loaded), Failure> {
        let loaded = self.load()?;
        if !loaded.has_errors() {
            let set = Migrations::from_loaded(&self.shown(), &loaded, &self.settings().table);
            return Ok((set, loaded));
        }
        let errors: Vec<&Diagnostic> = loaded
            .diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.severity == Severity::Error)
            .collect();
        let mut message = format!(
            "nothing was done, because the migrations in `{}` are not valid\n",
            self.shown()
        );
        let renderer = loaded.renderer(Style::Plain);
        for error in errors {
            let text = renderer.render(error);
            let _ = write!(message, "\n{text}\n");
        }
        let findings: Vec<_> = loaded
            .diagnostics
            .iter()
            .map(|found| crate::finding::document(found, renderer.position(found)))
            .collect();
        Err(Failure::refused(message).details(json!({ "findings": findings })))
    }

    /// The history table.
    pub(crate) fn table(&self) -> Result<HistoryTable, Failure> {
        let TableName { schema, name } = self.settings().table.clone();
        Ok(HistoryTable::new(schema, name)?)
    }
}
