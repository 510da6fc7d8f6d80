//! The directory that paths are relative to.

use std::ffi::OsString;
use std::path::PathBuf;

/// Where tools that build from another place than the crate's own directory (Bazel, Buck, tests that
/// copy a crate) say where its files are. Relative to the crate's directory if it is not absolute.
pub(crate) const BASE_DIR: &str = "EMBED_MIGRATIONS_BASE_DIR";

/// Set by Cargo: the directory of the crate that is being compiled.
const MANIFEST_DIR: &str = "CARGO_MANIFEST_DIR";

/// Reads the variables; None where neither is set.
///
/// Never the current directory: Cargo runs the compiler in the workspace's, and rust-analyzer
/// elsewhere.
pub(crate) fn find(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let set = |name| {
        let value = variable(name).filter(|value| !value.is_empty());
        value.map(PathBuf::from)
    };
    match (set(MANIFEST_DIR), set(BASE_DIR)) {
        // Joining an absolute path replaces what it is joined to.
        (Some(manifest), Some(base)) => Some(manifest.join(base)),
        (manifest, base) => base.or(manifest),
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::find;

    fn find_in(manifest: Option<&str>, base: Option<&str>) -> Option<PathBuf> {
        find(|name| match name {
            "CARGO_MANIFEST_DIR" => manifest.map(Into::into),
            "EMBED_MIGRATIONS_BASE_DIR" => base.map(Into::into),
            other => panic!("{other} is none of our business"),
        })
    }

    #[test]
    fn the_crates_own_directory_is_the_default() {
        assert_eq!(find_in(Some("/app"), None), Some("/app".into()));
        assert_eq!(find_in(Some("/app"), Some("")), Some("/app".into()));
    }

    #[test]
    fn the_variable_replaces_it_or_is_relative_to_it() {
        assert_eq!(find_in(Some("/app"), Some("/sql")), Some("/sql".into()));
        assert_eq!(find_in(Some("/app"), Some("sql")), Some("/app/sql".into()));
        assert_eq!(find_in(None, Some("/sql")), Some("/sql".into()));
    }

    #[test]
    fn outside_of_cargo_there_may_be_none() {
        assert_eq!(find_in(None, None), None);
    }
}
