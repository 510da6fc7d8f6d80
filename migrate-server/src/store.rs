//! What is fetched or prepared once and kept.

use std::env;
use std::fs::{self, DirBuilder, File};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::FlockOperation;

use crate::Account;

/// A directory that the server's user can enter and only the current user can write.
#[derive(Debug, Clone)]
pub struct Store {
    /// The directory.
    pub directory: PathBuf,
}

impl Store {
    /// The first of these directories that `account` can enter; made if it is not there. Or else, by the name `other`, a directory
    /// among the temporary files, which has to be the current user's.
    ///
    /// # Errors
    /// It cannot be made, or another user can write there.
    pub fn open(directories: &[PathBuf], other: &str, account: &Account) -> Result<Self, String> {
        for directory in directories {
            if create(directory).is_ok() && account.can_enter(directory) {
                let directory = directory.clone();
                return Ok(Self { directory });
            }
        }
        let own = rustix::process::geteuid().as_raw();
        let directory = env::temp_dir().join(format!("{other}-{own}"));
        create(&directory)?;
        // Every user may write among the temporary files, so another one may have been there first.
        let found = fs::symlink_metadata(&directory)
            .map_err(|error| format!("{}: {error}", directory.display()))?;
        if !found.is_dir() || found.uid() != own || found.mode() & 0o022 != 0 {
            return Err(format!(
                "{} is not a directory that only this user can write; remove it",
                directory.display()
            ));
        }
        Ok(Self { directory })
    }

    /// The current user's, for all programs.
    ///
    /// # Errors
    /// It cannot be made, or another user can write there.
    pub fn of_user(account: &Account) -> Result<Self, String> {
        let home = env::var_os("HOME").map(PathBuf::from);
        let caches = if cfg!(target_os = "macos") {
            "Library/Caches"
        } else {
            ".cache"
        };
        let directories = [
            env::var_os("XDG_CACHE_HOME").map(PathBuf::from),
            home.map(|home| home.join(caches)),
        ];
        let directories: Vec<PathBuf> = directories
            .into_iter()
            .flatten()
            .filter(|directory| directory.is_absolute())
            .map(|directory| directory.join("migrate/postgres"))
            .collect();
        Self::open(&directories, "migrate-postgres", account)
    }

    /// The entry `name`. When it is not there yet, `make` fills a new directory, which then gets that name. Other processes
    /// that want the same entry wait until then.
    ///
    /// # Errors
    /// Those of `make`, and of the file system.
    pub fn entry<E: From<String>>(
        &self,
        name: &str,
        make: impl FnOnce(&Path) -> Result<(), E>,
    ) -> Result<PathBuf, E> {
        let entry = self.directory.join(name);
        if entry.exists() {
            return Ok(entry);
        }
        let lock = self.directory.join(format!("{name}.lock"));
        let lock = File::create(&lock)
            .map_err(|error| format!("cannot write {}: {error}", lock.display()))?;
        rustix::fs::flock(&lock, FlockOperation::LockExclusive)
            .map_err(|error| format!("cannot lock a file in the cache: {error}"))?;
        if entry.exists() {
            return Ok(entry);
        }
        let partial = self.directory.join(format!("{name}.partial"));
        // What an interrupted process has left.
        let _ = fs::remove_dir_all(&partial);
        create(&partial)?;
        make(&partial)?;
        fs::rename(&partial, &entry)
            .map_err(|error| format!("cannot rename {}: {error}", partial.display()))?;
        Ok(entry)
    }
}

fn create(directory: &Path) -> Result<(), String> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o755)
        .create(directory)
        .map_err(|error| format!("cannot create {}: {error}", directory.display()))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::Store;

    #[test]
    fn an_entry_is_made_once_and_never_left_half_done() {
        let place = tempfile::tempdir().unwrap();
        let store = Store {
            directory: place.path().to_owned(),
        };
        let failed = store.entry("tools", |directory| {
            fs::write(directory.join("half"), "").unwrap();
            Err("cut off".to_owned())
        });
        assert_eq!(failed, Err("cut off".to_owned()));
        let made: Result<_, String> = store.entry("tools", |directory| {
            fs::write(directory.join("whole"), "").unwrap();
            Ok(())
        });
        let entry = made.unwrap();
        assert!(entry.join("whole").exists() && !entry.join("half").exists());
        let found = store.entry("tools", |_| Err("it is there".to_owned()));
        assert_eq!(found, Ok(entry));
    }
}
