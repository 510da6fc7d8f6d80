//! Reads and checks a directory in one call.

mod doubt;
#[cfg(any(test, feature = "meaning"))]
mod surroundings;

use std::path::{Path, PathBuf};

use crate::diagnostics::{Diagnostic, Renderer, Severity, Style};
use crate::directory;
use crate::files::{Content, Source, encoding};
use crate::layouts::{self, Layout};
#[cfg(any(test, feature = "meaning"))]
use crate::lint;
use crate::migration::{Migration, Transaction};
use crate::settings::Settings;
use crate::validate::{self, validate};

/// A directory, read and judged.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Loaded {
    /// The migrations in order of version. Complete only when no diagnostic is an error.
    pub migrations: Vec<Migration>,
    /// Every problem of every file, in order of file and place.
    pub diagnostics: Vec<Diagnostic>,
    /// The files that were read, in alphabetical order: what the result depends on, and the texts
    /// that diagnostics point into. What the settings say is there before is among them, after the rest.
    pub sources: Vec<Source>,
    /// The directory that was read, absolute where the root is.
    pub path: PathBuf,
}

impl Loaded {
    /// Whether anything stops the build.
    pub fn has_errors(&self) -> bool {
        self.diagnostics
            .iter()
            .any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Renders its diagnostics.
    pub fn renderer(&self, style: Style) -> Renderer<'_> {
        let sources = self.sources.iter();
        let texts = sources.map(|source| (source.file.as_str(), source.text.as_str()));
        Renderer::new(texts, style)
    }

    /// The text of a file as diagnostics name it. None where it could not be read, and for the
    /// directory itself.
    pub fn text(&self, file: &str) -> Option<&str> {
        self.sources
            .iter()
            .find(|source| source.file == file)
            .map(|source| source.text.as_str())
    }
}

/// Reads `directory`, relative to `root` (the crate that embeds it), and judges what it holds.
///
/// Never fails and never panics: each problem is a diagnostic, and no problem keeps the rest from being
/// checked.
///
/// ```
/// # fn main() -> std::io::Result<()> {
/// let root = tempfile::tempdir()?;
/// std::fs::create_dir(root.path().join("migrations"))?;
/// std::fs::write(root.path().join("migrations/1create.sql"), "CREATE TABLE t ();")?;
///
/// let loaded = migrate_check::load(root.path(), "migrations", &migrate_check::Settings::default());
/// assert_eq!(loaded.diagnostics[0].file, "migrations/1create.sql");
/// assert_eq!(loaded.diagnostics[0].message, "no `_` or `-` between version 1 and the name");
/// # Ok(())
/// # }
/// ```
pub fn load(root: &Path, directory: &str, settings: &Settings) -> Loaded {
    let format = settings.layout.format();
    let read = directory::read(root, directory, format);
    let mut diagnostics = read.problems;
    let mut decoded = Vec::with_capacity(read.entries.len());
    let mut sources = Vec::new();
    for entry in read.entries {
        let content = entry.bytes.map(|bytes| {
            let (content, found) = encoding::decode(&entry.shown, bytes);
            diagnostics.extend(found);
            content
        });
        let companion = entry.companion.zip(format.companion.as_ref());
        let transaction = companion.map_or(Transaction::default(), |(companion, reader)| {
            let (source, transaction) = read_companion(companion, reader, &mut diagnostics);
            sources.push(source);
            transaction
        });
        decoded.push(Decoded {
            name: entry.name,
            shown: entry.shown,
            path: entry.path,
            content,
            transaction,
        });
    }
    let files: Vec<validate::File<'_>> = decoded.iter().map(Decoded::as_file).collect();
    #[cfg(any(test, feature = "meaning"))]
    let before = if lint::resolves(settings) {
        surroundings::read(root, directory, settings)
    } else {
        surroundings::Read::default()
    };
    let (migrations, found) = validate(
        &files,
        settings,
        #[cfg(any(test, feature = "meaning"))]
        &before.parts,
    );
    diagnostics.extend(found);
    if settings.layout == Layout::Flat {
        let clues = || {
            let files = files.iter();
            files
                .filter_map(|file| Some((file.name?, file.content?.scannable())))
                .collect()
        };
        layouts::recognise(&read.shown, &read.folders, clues, &mut diagnostics);
    }
    doubt::withdraw(&mut diagnostics);
    sort(&mut diagnostics);
    let with_settings = !sources.is_empty();
    sources.extend(decoded.into_iter().filter_map(Decoded::into_source));
    if with_settings {
        sources.sort_by(|a, b| a.file.cmp(&b.file));
        // The two directions of a migration share their settings.
        sources.dedup_by(|a, b| a.file == b.file);
    }
    #[cfg(any(test, feature = "meaning"))]
    {
        diagnostics.splice(0..0, before.problems);
        sources.extend(before.sources);
    }
    if settings.layout != Layout::Flat {
        // What is wrong with a file's name or its settings is found once for each direction of it.
        diagnostics.dedup();
    }
    Loaded {
        migrations,
        diagnostics,
        sources,
        path: read.path,
    }
}

/// A file whose text is already at hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmbeddedFile {
    /// Its name within the directory, e.g. `0002_users.sql`.
    pub name: String,
    /// All of its text.
    pub text: String,
    /// Whether it runs in a transaction.
    pub transaction: Transaction,
}

/// [`load()`] for files that a program embeds: the same verdict as that of the build, if the settings are the same.
/// `directory` is the name that diagnostics show.
pub fn load_embedded(directory: &str, files: Vec<EmbeddedFile>, settings: &Settings) -> Loaded {
    let mut diagnostics = Vec::new();
    let mut decoded: Vec<Decoded> = files
        .into_iter()
        .map(|file| {
            let shown = match directory {
                "" => file.name.clone(),
                directory => format!("{}/{}", directory.trim_end_matches('/'), file.name),
            };
            let (content, found) = encoding::decode(&shown, file.text.into_bytes());
            diagnostics.extend(found);
            Decoded {
                name: Some(file.name),
                shown,
                path: PathBuf::new(),
                content: Some(content),
                transaction: file.transaction,
            }
        })
        .collect();
    decoded.sort_by(|a, b| a.name.cmp(&b.name));
    let files: Vec<validate::File<'_>> = decoded.iter().map(Decoded::as_file).collect();
    let (migrations, found) = validate(
        &files,
        settings,
        #[cfg(any(test, feature = "meaning"))]
        &[],
    );
    diagnostics.extend(found);
    doubt::withdraw(&mut diagnostics);
    sort(&mut diagnostics);
    Loaded {
        migrations,
        diagnostics,
        sources: decoded
            .into_iter()
            .filter_map(Decoded::into_source)
            .collect(),
        path: PathBuf::new(),
    }
}

/// A file, read and decoded.
#[derive(Debug)]
struct Decoded {
    /// Its name; none where it is not UTF-8.
    name: Option<String>,
    /// As diagnostics name it.
    shown: String,
    path: PathBuf,
    /// What it holds; none where it cannot be read.
    content: Option<Content>,
    /// Whether its own settings file says that it runs outside a transaction.
    transaction: Transaction,
}

impl Decoded {
    fn as_file(&self) -> validate::File<'_> {
        validate::File {
            name: self.name.as_deref(),
            shown: &self.shown,
            content: self.content.as_ref(),
            transaction: self.transaction,
        }
    }

    fn into_source(self) -> Option<Source> {
        Some(Source {
            file: self.shown,
            path: self.path,
            text: self.content?.text,
        })
    }
}

/// Reads the settings file that belongs to a migration file.
fn read_companion(
    companion: directory::Companion,
    reader: &layouts::Companion,
    diagnostics: &mut Vec<Diagnostic>,
) -> (Source, Transaction) {
    let (content, found) = encoding::decode(&companion.shown, companion.bytes);
    diagnostics.extend(found);
    let transaction = (reader.read)(content.scannable()).unwrap_or_else(|unclear| {
        diagnostics.push(
            Diagnostic::error("unclear-setting", &companion.shown, unclear.message)
                .at(unclear.span)
                .help(unclear.help),
        );
        Transaction::default()
    });
    let source = Source {
        file: companion.shown,
        path: companion.path,
        text: content.text,
    };
    (source, transaction)
}

/// Of two at one place, the one found first comes first: the sort is stable.
fn sort(diagnostics: &mut [Diagnostic]) {
    diagnostics.sort_by(|a, b| place(a).cmp(&place(b)));
}

fn place(diagnostic: &Diagnostic) -> (&str, Option<usize>) {
    let start = diagnostic.span.as_ref().map(|span| span.start);
    (&diagnostic.file, start)
}
