//! Where a started server lives: in memory where there is room.

use std::fs::{self, DirBuilder};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{Error, ErrorKind, Result};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, chown};
use std::path::{Path, PathBuf};

use migrate_server::{Account, Installation};

/// Names the directory below which a started server has its own.
const VARIABLE: &str = "MIGRATE_TEST_DIRECTORY";

/// The cluster, a few templates, and the databases of many tests.
const ROOM: u64 = 2 << 30;

/// The directory of the server of this user and this installation; made if it is not there.
pub(crate) fn home(account: &Account, installation: &Installation) -> Result<PathBuf> {
    // Two builds of one version may differ in their defaults.
    let mut hasher = DefaultHasher::new();
    (&installation.binaries, &installation.version).hash(&mut hasher);
    let (uid, number) = (account.uid, hasher.finish() >> 32);
    let home = parent().join(format!("migrate-test-{uid}-{number:08x}"));
    match DirBuilder::new().mode(0o700).create(&home) {
        Ok(()) => {
            if let Some((uid, gid)) = account.step_down_to {
                chown(&home, Some(uid), Some(gid))?;
            }
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error),
    }
    // Every user may write to the directory above, so another one may have made it first. Root makes it and then gives it away.
    let found = fs::symlink_metadata(&home)?;
    let own = found.uid() == account.uid || account.step_down_to.is_some() && found.uid() == 0;
    if !found.is_dir() || !own || found.mode() & 0o077 != 0 {
        return Err(Error::other(format!(
            "{} is not a directory that only the user {} can enter; remove it",
            home.display(),
            account.uid
        )));
    }
    Ok(home)
}

fn parent() -> PathBuf {
    if let Some(named) = std::env::var_os(VARIABLE).filter(|value| !value.is_empty()) {
        return PathBuf::from(named);
    }
    let memory = Path::new("/dev/shm");
    let size = rustix::fs::statvfs(memory).map_or(0, |found| found.f_blocks * found.f_frsize);
    if size >= ROOM {
        memory.to_path_buf()
    } else {
        std::env::temp_dir()
    }
}
