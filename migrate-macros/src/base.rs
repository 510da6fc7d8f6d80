//! The directory that paths are relative to.

use std::ffi::OsString;
use std::path::PathBuf;

/// Names the directory of the crate's files for tools that build elsewhere (Bazel, Buck, tests that copy a
/// crate). Relative to the crate's directory if it is not absolute.
pub(crate) const BASE_DIR: &str = "MIGRATE_BASE_DIR";

/// Its old name, read if the new one is not set.
pub(crate) const OLD_BASE_DIR: &str = "EMBED_MIGRATIONS_BASE_DIR";

/// Set by Cargo: the directory of the crate that is being compiled.
const MANIFEST_DIR: &str = "CARGO_MANIFEST_DIR";

/// Reads the variables; None where neither is set.
///
/// Never the current directory: Cargo runs the compiler in the workspace's directory, rust-analyzer in
/// another.
pub(crate) fn find(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let set = |name| {
        let value = variable(name).filter(|value| !value.is_empty());
        value.map(PathBuf::from)
    };
    match (
        set(MANIFEST_DIR),
        set(BASE_DIR).or_else(|| set(OLD_BASE_DIR)),
    ) {
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
            "MIGRATE_BASE_DIR" => base.map(Into::into),
            "EMBED_MIGRATIONS_BASE_DIR" => None,
            other => panic!("reads the unrelated variable {other}"),
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
    fn the_old_name_counts_where_the_new_one_is_not_set() {
        let find = |new: Option<&str>| {
            find(|name| match name {
                "MIGRATE_BASE_DIR" => new.map(Into::into),
                "EMBED_MIGRATIONS_BASE_DIR" => Some("/old".into()),
                _ => None,
            })
        };
        assert_eq!(find(None), Some("/old".into()));
        assert_eq!(find(Some("/new")), Some("/new".into()));
    }

    #[test]
    fn outside_of_cargo_there_may_be_none() {
        assert_eq!(find_in(None, None), None);
    }
}
