//! Which user runs the server: PostgreSQL refuses root, so root steps down.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// The user that owns the server's files and runs its programs.
#[derive(Debug, Clone)]
pub struct Account {
    /// The user's number.
    pub uid: u32,
    /// Set for root: user and group to run as.
    pub step_down_to: Option<(u32, u32)>,
}

impl Account {
    /// The current user; for root the user `postgres`, or the system's unprivileged user.
    ///
    /// # Errors
    /// The current user is root, and the machine has none of the two.
    pub fn choose() -> Result<Self, String> {
        let own = rustix::process::geteuid().as_raw();
        if own != 0 {
            return Ok(Self {
                uid: own,
                step_down_to: None,
            });
        }
        let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
        let (uid, gid) = ["postgres", "nobody"]
            .iter()
            .find_map(|name| find_user(&users, name))
            .ok_or("PostgreSQL does not run as root, and there is no user `postgres` or `nobody` to run it as")?;
        Ok(Self {
            uid,
            step_down_to: Some((uid, gid)),
        })
    }

    /// A command that runs as this user, away from the current directory (which that user may not be able to enter)
    /// and without the `PG…` variables of the current user.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("PG") {
                command.env_remove(name);
            }
        }
        command
            .current_dir("/")
            .env("LC_ALL", "C")
            .stdin(Stdio::null());
        if let Some((uid, gid)) = self.step_down_to {
            // `uid` also clears the supplementary groups.
            command.uid(uid).gid(gid).env("HOME", "/");
        }
        command
    }

    /// Whether this user reaches what is in `directory`: below `/root`, say, it does not.
    pub fn can_enter(&self, directory: &Path) -> bool {
        self.command("test")
            .arg("-x")
            .arg(directory)
            .status()
            .is_ok_and(|status| status.success())
    }

    /// Makes `path` this user's.
    ///
    /// # Errors
    /// The operating system's.
    pub fn take_over(&self, path: &Path) -> io::Result<()> {
        match self.step_down_to {
            Some((uid, gid)) => chown(path, Some(uid), Some(gid)),
            None => Ok(()),
        }
    }
}

/// The user and group number of `name` in a text of the form of `/etc/passwd`.
fn find_user(users: &str, name: &str) -> Option<(u32, u32)> {
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next() != Some(name) {
            return None;
        }
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        Some((uid, gid))
    })
}

#[cfg(test)]
mod tests {
    use super::find_user;

    #[test]
    fn a_user_is_found_by_its_whole_name() {
        let users = "root:x:0:0:root:/root:/bin/sh\npostgres2:x:7:8::/:/bin/sh\npostgres:x:101:104:,,,:/var:/bin/sh\n";
        assert_eq!(find_user(users, "postgres"), Some((101, 104)));
        assert_eq!(find_user(users, "nobody"), None);
    }
}
