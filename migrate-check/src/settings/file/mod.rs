//! `migrate.toml`: settings that the macro and the `migrate` program share, so that both reach the same verdict.
//!
//! The file lies next to the migrations directory. A crate may instead have the same keys under
//! `[package.metadata.migrate]` in a `Cargo.toml` there. Both are optional.
//!
//! ```toml
//! schema = "ops"
//! table = "migrations"
//! order = "numeric"
//! ```
//!
//! A TOML parser takes time to build, so it is part of the feature `settings-file`. Without that feature a settings
//! file is an error: it is never ignored.

#[cfg(feature = "settings-file")]
mod read;

use std::fs;
use std::io;
use std::path::Path;

use crate::diagnostics::Diagnostic;
use crate::files::Source;
use crate::settings::{RuleNames, Settings};

/// The name of the settings file.
pub const FILE: &str = "migrate.toml";

/// The headers in a `Cargo.toml` that begin the table of settings, or a table inside it.
const METADATA: [&str; 2] = ["[package.metadata.migrate]", "[package.metadata.migrate."];

/// The rule's name in diagnostics about the file.
const RULE: &str = "settings";

/// Settings, completed from the settings file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Configured {
    /// The caller's choices, completed from the file.
    pub settings: Settings,
    /// The settings file, if there is one.
    pub source: Option<Source>,
    /// The problems in it.
    pub diagnostics: Vec<Diagnostic>,
}

/// [`crate::configure`] with the rules that exist.
pub(crate) fn configure(
    root: &Path,
    directory: &str,
    chosen: &Settings,
    named: &[&str],
    rules: &RuleNames,
) -> Configured {
    let mut configured = Configured {
        settings: chosen.clone(),
        ..Configured::default()
    };
    match find(root, directory) {
        Ok(Some((source, place))) => {
            let caller = Caller { named, rules };
            configured.diagnostics = apply(&source, place, caller, &mut configured.settings);
            configured.source = Some(source);
        }
        Ok(None) => {}
        Err(problem) => configured.diagnostics.push(*problem),
    }
    configured
}

/// What the caller knows before the file is read.
#[derive(Debug, Clone, Copy)]
struct Caller<'c> {
    /// The options that were given explicitly, which win over the file.
    #[cfg_attr(
        not(feature = "settings-file"),
        expect(dead_code, reason = "the file is not read")
    )]
    named: &'c [&'c str],
    /// The rules that the file may name.
    #[cfg_attr(
        not(feature = "settings-file"),
        expect(dead_code, reason = "the file is not read")
    )]
    rules: &'c RuleNames,
}

/// Where the settings are in their file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// At the top of `migrate.toml`.
    Top,
    /// In `[package.metadata.migrate]`.
    Metadata,
}

/// Reads a regular file only: opening a pipe can wait forever, and reading a device may never end.
fn read_regular(path: &Path) -> io::Result<String> {
    let metadata = fs::metadata(path)?;
    if metadata.is_dir() || metadata.is_file() {
        fs::read_to_string(path)
    } else {
        Err(io::Error::other("not a regular file"))
    }
}

fn find(root: &Path, directory: &str) -> Result<Option<(Source, Place)>, Box<Diagnostic>> {
    let beside = Path::new(directory).parent().unwrap_or(Path::new(""));
    let read = |name: &str| {
        let shown = beside.join(name).display().to_string().replace('\\', "/");
        let path = root.join(beside).join(name);
        match read_regular(&path) {
            Ok(text) => Ok(Some(Source {
                file: shown,
                path,
                text,
            })),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            // The parent is not a directory, so there is no settings file: the loader reports it.
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => Ok(None),
            Err(error) => Err(Box::new(
                Diagnostic::error(RULE, shown, format!("cannot be read: {error}"))
                    .help("save the file as UTF-8, or remove it if it does not belong to migrate"),
            )),
        }
    };
    let own = read(FILE)?;
    let manifest = read("Cargo.toml")?.filter(|manifest| {
        let mut lines = manifest.text.lines();
        lines.any(|line| {
            METADATA
                .iter()
                .any(|table| line.trim_start().starts_with(table))
        })
    });
    match (own, manifest) {
        (Some(own), Some(manifest)) => Err(Box::new(
            Diagnostic::error(
                RULE,
                own.file,
                format!("`{}` contains settings too", manifest.file),
            )
            .help("keep the settings in one of the two files"),
        )),
        (Some(own), None) => Ok(Some((own, Place::Top))),
        (None, Some(manifest)) => Ok(Some((manifest, Place::Metadata))),
        (None, None) => Ok(None),
    }
}

#[cfg(feature = "settings-file")]
use read::apply;

#[cfg(not(feature = "settings-file"))]
fn apply(source: &Source, _: Place, _: Caller<'_>, _: &mut Settings) -> Vec<Diagnostic> {
    vec![
        Diagnostic::error(RULE, &source.file, "this build cannot read settings files")
            .help("enable the feature `settings-file` of migrate-runtime"),
    ]
}

#[cfg(all(test, not(feature = "settings-file")))]
mod tests {
    use std::fs;

    use crate::configure;
    use crate::settings::Settings;

    #[test]
    fn a_build_that_cannot_read_the_file_says_so() {
        let root = tempfile::tempdir().unwrap();
        let none: [&str; 0] = [];
        let configured = |root| configure(root, "migrations", &Settings::default(), &none);
        assert!(configured(root.path()).diagnostics.is_empty());
        fs::write(root.path().join("migrate.toml"), "").unwrap();
        let help = &configured(root.path()).diagnostics[0].help;
        assert_eq!(
            help,
            &["enable the feature `settings-file` of migrate-runtime"]
        );
    }
}
