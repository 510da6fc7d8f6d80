//! PostgreSQL's source release, as Debian's source package brings it.
//!
//! Only to read: the release is unpacked below `target/`, and none of its files gets into the repository.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Outcome;
use crate::cargo::{self, read, root};

/// The package that follows the release the grammar is from.
const PACKAGE: &str = "postgresql-18";

/// The suite that has it, whatever suite this machine runs.
const SUITE: &str = "sid";

/// Who signs Debian's lists of packages.
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// The unpacked release, fetched if it is not there yet.
///
/// # Errors
/// Where there is no Debian package client, or no way to a mirror.
pub(crate) fn find() -> Outcome<PathBuf> {
    let folder = root().join("target/postgresql-source");
    if let Some(release) = find_unpacked(&folder) {
        return Ok(release);
    }
    let apt = Apt::set_up(&folder.join("apt"))?;
    apt.run(&["update"], &folder)?;
    apt.run(&["source", "--download-only", PACKAGE], &folder)?;
    for archive in list(&folder)? {
        let name = archive.to_string_lossy();
        if name.contains(".orig.tar.") && !name.ends_with(".asc") {
            let mut tar = Command::new("tar");
            cargo::run(tar.arg("xf").arg(&archive).arg("-C").arg(&folder))?;
        }
    }
    find_unpacked(&folder).ok_or_else(|| format!("{PACKAGE} holds no release").into())
}

/// A package client with a configuration, lists and a cache of its own.
struct Apt {
    options: Vec<String>,
}

impl Apt {
    fn set_up(folder: &Path) -> Outcome<Self> {
        if !Path::new(KEYRING).exists() {
            return Err(format!("{KEYRING} is not there: this is no Debian").into());
        }
        let mirror = find_mirror()?;
        for part in ["parts", "lists/partial", "cache/archives/partial"] {
            fs::create_dir_all(folder.join(part))?;
        }
        fs::write(
            folder.join("parts/source.sources"),
            format!(
                "Types: deb-src\nURIs: {mirror}\nSuites: {SUITE}\nComponents: main\nSigned-By: {KEYRING}\n"
            ),
        )?;
        let folder = folder.display();
        Ok(Self {
            options: [
                "Dir::Etc::sourcelist=/dev/null".to_owned(),
                format!("Dir::Etc::sourceparts={folder}/parts"),
                format!("Dir::State::lists={folder}/lists"),
                format!("Dir::Cache={folder}/cache"),
                "APT::Sandbox::User=root".to_owned(),
            ]
            .into(),
        })
    }

    fn run(&self, arguments: &[&str], folder: &Path) -> Outcome {
        let mut command = Command::new("apt-get");
        command.arg("--quiet=2").current_dir(folder);
        for option in &self.options {
            command.args(["--option", option]);
        }
        cargo::run(command.args(arguments))
    }
}

/// The Debian mirror this machine uses for itself.
fn find_mirror() -> Outcome<String> {
    let mut command = Command::new("apt-get");
    command.args([
        "indextargets",
        "--format",
        "$(REPO_URI)",
        "Created-By: Packages",
    ]);
    let mirrors = read(&mut command)?;
    let mut mirrors = mirrors.lines().map(|line| line.trim_end_matches('/'));
    let mirror = mirrors.find(|mirror| mirror.ends_with("/debian"));
    Ok(mirror
        .ok_or("this machine uses no Debian mirror")?
        .to_owned())
}

/// A directory that holds a release.
fn find_unpacked(folder: &Path) -> Option<PathBuf> {
    let mut entries = list(folder).ok()?.into_iter();
    entries.find(|entry| entry.join("src/backend/parser/gram.y").exists())
}

fn list(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder)? {
        entries.push(entry?.path());
    }
    entries.sort();
    Ok(entries)
}
