//! `migrate.toml`: settings that the macro and the `migrate` program share, so that both judge alike.
//!
//! The file lies beside the directory of the migrations. A crate may write the same as
//! `[package.metadata.migrate]` into a `Cargo.toml` there; where neither exists, nothing is read.
//!
//! ```toml
//! schema = "ops"
//! table = "migrations"
//! order = "numeric"
//! ```
//!
//! Reading TOML takes a parser, and a parser takes time to build: it is there with the feature
//! `settings-file` only. Without it, a settings file is an error and never passed over.

#[cfg(feature = "settings-file")]
mod read;

use std::fs;
use std::io;
use std::path::Path;

use crate::diagnostics::Diagnostic;
use crate::files::Source;
use crate::settings::{RuleNames, Settings};

/// The file's name.
pub const FILE: &str = "migrate.toml";

/// How the table of a `Cargo.toml` that holds the same begins, or one below it.
const METADATA: [&str; 2] = ["[package.metadata.migrate]", "[package.metadata.migrate."];

/// The rule that findings about the file go by.
const RULE: &str = "settings";

/// Settings with those of a file in them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Configured {
    /// What the caller chose, completed.
    pub settings: Settings,
    /// The file, if there is one.
    pub source: Option<Source>,
    /// What is wrong with it.
    pub diagnostics: Vec<Diagnostic>,
}

/// [`crate::configure`], given the rules there are.
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

/// What is known before the file is read.
#[derive(Debug, Clone, Copy)]
struct Caller<'c> {
    /// The options that it has been given explicitly.
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

/// Where in its file a setting stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// At the top of `migrate.toml`.
    Top,
    /// In `[package.metadata.migrate]`.
    Metadata,
}

/// A pipe or a device in the place of a file may never come to an end, and to open it may wait for ever.
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
            // What is no directory holds no file: the loader will say so.
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => Ok(None),
            Err(error) => Err(Box::new(
                Diagnostic::error(RULE, shown, format!("cannot be read: {error}"))
                    .help("the file is text in UTF-8; remove it if it is none of migrate's"),
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
                format!("there are settings in `{}`, too", manifest.file),
            )
            .help("keep one of the two"),
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
        Diagnostic::error(
            RULE,
            &source.file,
            "there are settings here, and this build cannot read them",
        )
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
