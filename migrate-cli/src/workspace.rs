//! The folders around the current one: the crates of a workspace, and the migrations that they have.

use std::path::{Component, Path, PathBuf};
use std::{env, fs};

/// The usual name of a directory of migrations.
const USUAL: &str = "migrations";

/// How deep below the root of a repository, and below the current directory, is searched.
const DEPTH: usize = 4;

/// `migrations` here, or the nearest above: `../migrations`, `../../migrations`.
pub(crate) fn nearest() -> PathBuf {
    let here = env::current_dir().unwrap_or_default();
    let mut way = PathBuf::new();
    for above in here.ancestors() {
        if above.join(USUAL).is_dir() {
            return way.join(USUAL);
        }
        // A repository's own migrations are not above it.
        if above.join(".git").exists() {
            break;
        }
        way.push("..");
    }
    PathBuf::from(USUAL)
}

/// The directories with migrations in the repository or workspace of the current directory, by the way to them from
/// here: `crates/db/migrations`, `../db/migrations`.
pub(crate) fn all() -> Vec<String> {
    let here = env::current_dir().unwrap_or_default();
    let mut found = Vec::new();
    let mut add = |folder: &Path| {
        let directory = folder.join(USUAL);
        if has_migrations(&directory) {
            found.extend(way(&here, &directory));
        }
    };
    visit(root(&here), DEPTH, &mut add);
    visit(&here, DEPTH, &mut add);
    found.sort();
    found.dedup();
    found
}

/// Whether a build script has cargo watch this directory: that of the crate which holds it, or of any crate of the
/// workspace whose root does.
pub(crate) fn is_watched(folder: &Path, name: &str) -> bool {
    let mut watched = false;
    visit(folder, DEPTH, &mut |folder| {
        let script = fs::read_to_string(folder.join("build.rs")).unwrap_or_default();
        watched |= script.contains("rerun-if-changed") && script.contains(name);
    });
    watched
}

/// The crates in a folder and below it that depend on the runtime: what embeds migrations is among them.
pub(crate) fn embedders(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    visit(folder, DEPTH, &mut |folder| {
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
        if is_package(&manifest) && manifest.contains("migrate") {
            found.push(folder.to_owned());
        }
    });
    found.sort();
    found
}

/// Whether a Cargo.toml is that of a crate, and not of a workspace alone.
pub(crate) fn is_package(manifest: &str) -> bool {
    manifest.lines().any(|line| line.trim() == "[package]")
}

/// The root of the repository; where there is none, the outermost folder with a Cargo.toml; else the folder itself.
fn root(here: &Path) -> &Path {
    let repository = here.ancestors().find(|above| above.join(".git").exists());
    let is_crate = |above: &&Path| above.join("Cargo.toml").exists();
    let workspace = || here.ancestors().filter(is_crate).last();
    repository.or_else(workspace).unwrap_or(here)
}

/// Shows a folder and the folders below it, without those that hold the files of others.
fn visit(folder: &Path, depth: usize, show: &mut dyn FnMut(&Path)) {
    show(folder);
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        // A link is not followed: it may lead back up.
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let is_foreign = matches!(&*name, USUAL | "target" | "node_modules" | "vendor");
        if is_folder && !is_foreign && !name.starts_with('.') {
            visit(&entry.path(), depth, show);
        }
    }
}

/// Whether a directory has SQL in it, or in the folders that some tools make for each migration. That of a program in
/// another language may have none.
fn has_migrations(directory: &Path) -> bool {
    let is_sql = |path: &Path| path.extension().is_some_and(|extension| extension == "sql");
    let entries = |folder: &Path| fs::read_dir(folder).into_iter().flatten().flatten();
    let mut all = entries(directory).map(|entry| entry.path());
    all.any(|path| is_sql(&path) || entries(&path).any(|entry| is_sql(&entry.path())))
}

/// The way from one folder to another, both absolute or both relative to the current one.
pub(crate) fn way(from: &Path, to: &Path) -> Option<String> {
    let shared = from.components().zip(to.components());
    let shared = shared.take_while(|(from, to)| from == to).count();
    let up = from.components().skip(shared).map(|_| Component::ParentDir);
    let way: PathBuf = up.chain(to.components().skip(shared)).collect();
    Some(way.to_str()?.replace('\\', "/"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::way;

    #[test]
    fn a_way_goes_up_to_what_both_share() {
        for (from, to, expected) in [
            ("/a/b", "/a/b/c/d", "c/d"),
            ("/a/b/c", "/a/x", "../../x"),
            ("/a", "/b", "../b"),
        ] {
            let found = way(Path::new(from), Path::new(to));
            assert_eq!(found.as_deref(), Some(expected), "{from} to {to}");
        }
    }
}
