//! The settings that hold for a directory.

use std::path::Path;

use crate::lint;
use crate::load::Loaded;
use crate::settings::{self, Complaint, Configured, Level, Settings};

/// Completes `chosen` by the settings file beside `directory`, which is relative to `root`. `named` are
/// the options that the caller has been given explicitly: a file that says something else is wrong.
pub fn configure<N: AsRef<str>>(
    root: &Path,
    directory: &str,
    chosen: &Settings,
    named: &[N],
) -> Configured {
    let named: Vec<&str> = named.iter().map(AsRef::as_ref).collect();
    settings::configure(root, directory, chosen, &named, &lint::names())
}

impl Settings {
    /// Gives a rule a level.
    ///
    /// # Errors
    /// There is no such rule, or it cannot have that level.
    pub fn set_rule(&mut self, rule: &str, level: Level) -> Result<(), Complaint> {
        self.set_level(rule, level, &lint::names())
    }

    /// Reads what [`to_text`](Settings::to_text) wrote.
    pub fn from_text(text: &str) -> Self {
        settings::read_embedded(text, &lint::names())
    }
}

impl Configured {
    /// What was loaded with these settings, with the file among its sources.
    pub fn join(self, mut loaded: Loaded) -> Loaded {
        loaded.diagnostics.splice(0..0, self.diagnostics);
        loaded.sources.extend(self.source);
        loaded
    }
}
