//! The directory that paths are relative to.

use std::ffi::OsString;
use std::path::PathBuf;

/// Names the directory of a package's files for tools that build elsewhere (Bazel, Buck, tests that copy a
/// crate): `my-app=../..`, relative to the package's directory if it is not absolute. Several are separated by `;`.
pub(crate) const BASE_DIR: &str = "MIGRATE_BASE_DIR";

/// Its old name, read if the new one is not set.
pub(crate) const OLD_BASE_DIR: &str = "EMBED_MIGRATIONS_BASE_DIR";

/// Set by Cargo: the directory of the package that is being compiled, and its name.
const MANIFEST_DIR: &str = "CARGO_MANIFEST_DIR";
const PACKAGE: &str = "CARGO_PKG_NAME";

/// The variable does not say which package it is for. Where all of a workspace sees it, the packages that it depends on
/// see it, too, and would embed the workspace's files in place of their own.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unbound {
    variable: &'static str,
    value: String,
    package: String,
}

impl Unbound {
    pub(crate) fn message(&self) -> String {
        format!(
            "`{}={}` does not say which package it is for",
            self.variable, self.value
        )
    }

    pub(crate) fn help(&self) -> String {
        let Self { value, package, .. } = self;
        format!("set `{BASE_DIR}={package}={value}` if it is for this package")
    }
}

/// Reads the variables; None where neither the package's directory nor another is known.
///
/// Never the current directory: Cargo runs the compiler in the workspace's directory, rust-analyzer in
/// another.
pub(crate) fn find(
    variable: impl Fn(&str) -> Option<OsString>,
) -> Result<Option<PathBuf>, Unbound> {
    let set = |name| variable(name).filter(|value| !value.is_empty());
    let manifest = set(MANIFEST_DIR).map(PathBuf::from);
    let given = [BASE_DIR, OLD_BASE_DIR]
        .into_iter()
        .find_map(|name| Some((name, set(name)?)));
    let Some((name, value)) = given else {
        return Ok(manifest);
    };
    let package = set(PACKAGE).and_then(|package| package.into_string().ok());
    let base = match package {
        // Not Cargo, but a tool that sets the variables of each compilation by itself.
        None => Some(PathBuf::from(value)),
        Some(package) => {
            let value = value.to_string_lossy();
            directory_of(&package, &value).map_err(|NotBound| Unbound {
                variable: name,
                value: value.into_owned(),
                package,
            })?
        }
    };
    Ok(match (manifest, base) {
        // Joining an absolute path replaces what it is joined to.
        (Some(manifest), Some(base)) => Some(manifest.join(base)),
        (manifest, base) => base.or(manifest),
    })
}

/// A part of the variable's value names no package.
struct NotBound;

/// The directory that the variable's value has for a package.
fn directory_of(package: &str, value: &str) -> Result<Option<PathBuf>, NotBound> {
    let mut found = None;
    for part in value.split(';').filter(|part| !part.is_empty()) {
        let (name, directory) = part.split_once('=').ok_or(NotBound)?;
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        if !name.bytes().all(is_name) {
            return Err(NotBound);
        }
        if name == package {
            found = Some(PathBuf::from(directory));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{Unbound, find};

    /// Where `package` in `/app` has its files.
    fn find_in(package: Option<&str>, base: &str) -> Result<PathBuf, Unbound> {
        let found = find(|name| match name {
            "CARGO_MANIFEST_DIR" => Some("/app".into()),
            "CARGO_PKG_NAME" => package.map(Into::into),
            "MIGRATE_BASE_DIR" => Some(base.into()),
            "EMBED_MIGRATIONS_BASE_DIR" => None,
            other => panic!("reads the unrelated variable {other}"),
        });
        Ok(found?.expect("a directory is known"))
    }

    #[test]
    fn the_packages_own_directory_is_the_default() {
        let found = find(|name| (name == "CARGO_MANIFEST_DIR").then(|| "/app".into()));
        assert_eq!(found, Ok(Some("/app".into())));
        assert_eq!(find_in(Some("app"), ""), Ok("/app".into()));
    }

    #[test]
    fn the_variable_replaces_it_or_is_relative_to_it() {
        assert_eq!(find_in(Some("app"), "app=/sql"), Ok("/sql".into()));
        assert_eq!(find_in(Some("app"), "app=../sql"), Ok("/app/../sql".into()));
        assert_eq!(find_in(Some("app"), "b=/b;app=/a=b"), Ok("/a=b".into()));
    }

    #[test]
    fn what_is_set_for_another_package_does_not_count() {
        assert_eq!(find_in(Some("app"), "other=/sql"), Ok("/app".into()));
        assert_eq!(find_in(Some("app"), "app-core=/sql"), Ok("/app".into()));
    }

    #[test]
    fn a_directory_without_a_package_is_refused_where_cargo_builds() {
        for value in ["/sql", "../..", "app=/sql;/b", "/a=b"] {
            let error = find_in(Some("app"), value).unwrap_err();
            assert_eq!(
                format!("{}; {}", error.message(), error.help()),
                format!(
                    "`MIGRATE_BASE_DIR={value}` does not say which package it is for; \
                     set `MIGRATE_BASE_DIR=app={value}` if it is for this package"
                )
            );
        }
        assert_eq!(find_in(None, "/sql"), Ok("/sql".into()));
    }

    #[test]
    fn the_old_name_counts_where_the_new_one_is_not_set() {
        let find = |new: Option<&str>| {
            find(|name| match name {
                "CARGO_PKG_NAME" => Some("app".into()),
                "MIGRATE_BASE_DIR" => new.map(Into::into),
                "EMBED_MIGRATIONS_BASE_DIR" => Some("app=/old".into()),
                _ => None,
            })
        };
        assert_eq!(find(None), Ok(Some("/old".into())));
        assert_eq!(find(Some("app=/new")), Ok(Some("/new".into())));
    }

    #[test]
    fn outside_of_cargo_there_may_be_none() {
        assert_eq!(find(|_| None), Ok(None));
    }
}
