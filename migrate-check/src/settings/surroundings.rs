//! What is in the database beside what the files of a directory make.

use super::Settings;

/// What the rules about names take to be there when the first file runs. Nothing of it is ever run.
///
/// Paths are relative to the directory in which the migrations' directory is, as `migrate.toml` is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Surroundings {
    /// SQL files that are read as if they had run first, in this order.
    pub assume: Vec<String>,
    /// Directories of migrations that share the database and run before.
    pub after: Vec<String>,
    /// Extensions that no file creates.
    pub extensions: Vec<String>,
}

impl Surroundings {
    /// The list that a setting of this name adds to.
    pub(super) fn list(&mut self, key: &str) -> Option<&mut Vec<String>> {
        match key {
            "assume" => Some(&mut self.assume),
            "after" => Some(&mut self.after),
            "assume_extensions" => Some(&mut self.extensions),
            _ => None,
        }
    }
}

impl Settings {
    /// Empties a setting that is a list; whether it is one.
    pub fn clear(&mut self, key: &str) -> bool {
        let list = self.surroundings.list(key);
        list.map(Vec::clear).is_some()
    }
}
