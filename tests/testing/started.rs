//! A server that is started for tests, and stopped.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use migrate_fixtures::{Installation, Origin, Wanted, wait_until};
use tempfile::TempDir;

use crate::program::{hold, run, tester};

/// A place for started servers that no other test uses.
struct Place {
    directory: TempDir,
    binaries: PathBuf,
}

impl Place {
    fn new() -> Self {
        let directory = TempDir::new().expect("a directory");
        // Root's server runs as another user.
        let open = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(directory.path(), open).expect("it is ours");
        let found = Installation::find(&Wanted::from_environment()).expect("PostgreSQL");
        Self {
            directory,
            binaries: found.binaries,
        }
    }

    fn tester(&self, arguments: &str) -> Command {
        let mut command = tester(arguments);
        command
            .env("MIGRATE_TEST_POSTGRES", &self.binaries)
            .env("MIGRATE_TEST_DIRECTORY", self.directory.path())
            .env("MIGRATE_TEST_LINGER", "1");
        command
    }

    fn home(&self) -> PathBuf {
        let mut entries = std::fs::read_dir(self.directory.path()).expect("it can be read");
        let home = entries.next().expect("a server was started");
        home.expect("it can be read").path()
    }

    /// The process of the running server.
    fn postmaster(&self) -> Option<String> {
        let file = std::fs::read_to_string(self.home().join("data/postmaster.pid")).ok()?;
        file.lines().next().map(str::to_owned)
    }
}

fn wait_until_gone(file: &Path) {
    wait_until(|| !file.exists());
}

#[test]
fn a_started_server_is_shared_and_stopped_when_the_last_process_is_gone() {
    let place = Place::new();
    let (mut first, _) = hold(&mut place.tester("shop hold 1"), 1);
    let postmaster = place.postmaster();
    assert!(postmaster.is_some());
    let (said, told) = run(&mut place.tester("shop insert 3"));
    assert_eq!(said, "passed 3\n");
    assert!(told.contains(", started for tests\n"), "{told}");
    assert_eq!(place.postmaster(), postmaster);
    // It survives a moment without processes, as between two of a runner with one for each test.
    first.kill().expect("it runs");
    first.wait().expect("it ends");
    let (said, _) = run(&mut place.tester("shop insert 1"));
    assert_eq!(said, "passed 1\n");
    assert_eq!(place.postmaster(), postmaster);
    wait_until_gone(&place.home().join("data/postmaster.pid"));
    // The template is still there: the set is not applied again.
    let log = || std::fs::read_to_string(place.home().join("log")).unwrap_or_default();
    let before = log().len();
    let (said, _) = run(&mut place.tester("shop insert 2"));
    assert_eq!(said, "passed 2\n");
    let after = log().split_off(before);
    assert!(after.contains("ready to accept connections"), "{after}");
    wait_until_gone(&place.home().join("data/postmaster.pid"));
}

#[test]
fn a_killed_server_is_started_again_and_so_is_one_without_its_supervisor() {
    let place = Place::new();
    let (mut first, _) = hold(&mut place.tester("shop hold 1"), 1);
    let kill = |process: &str| {
        let ended = Command::new("kill").args(["-9", process]).status();
        assert!(ended.expect("kill runs").success());
    };
    kill(&place.postmaster().expect("it runs"));
    let (said, _) = run(&mut place.tester("shop insert 2"));
    assert_eq!(said, "passed 2\n");
    first.kill().expect("it runs");
    first.wait().expect("it ends");
    wait_until_gone(&place.home().join("join"));
}

#[test]
fn processes_that_start_at_once_start_one_server() {
    let place = Place::new();
    let tests: Vec<_> = (0..4)
        .map(|_| {
            let mut command = place.tester("shop insert 2");
            thread::spawn(move || run(&mut command).0)
        })
        .collect();
    for test in tests {
        assert_eq!(test.join().expect("it passes"), "passed 2\n");
    }
    let log = std::fs::read_to_string(place.home().join("log")).expect("the server's log");
    assert_eq!(
        log.matches("ready to accept connections").count(),
        1,
        "{log}"
    );
    wait_until_gone(&place.home().join("data/postmaster.pid"));
}

#[test]
fn a_directory_of_another_user_is_not_used() {
    let place = Place::new();
    run(&mut place.tester("shop insert 1"));
    let home = place.home();
    wait_until_gone(&home.join("join"));
    let open = std::fs::Permissions::from_mode(0o777);
    std::fs::set_permissions(&home, open).expect("it is ours");
    let (said, _) = run(&mut place.tester("shop errors 1"));
    assert!(said.starts_with("NoServer: "), "{said}");
    assert!(said.contains("can enter; remove it"), "{said}");
}

#[test]
fn a_fetched_postgresql_is_started_where_none_is_installed() {
    let (place, other) = (Place::new(), Place::new());
    // What is in the user's cache is not fetched again.
    let cache = other.directory.path();
    let store = cache.join("migrate/postgres");
    std::fs::create_dir_all(&store).expect("it is ours");
    let fetched = Installation::find(&Wanted::Major(18)).expect("PostgreSQL 18");
    let entry = fetched.binaries.ancestors().nth(3).expect("a directory");
    if fetched.origin == Origin::Fetched {
        let name = entry.file_name().expect("with a name");
        std::os::unix::fs::symlink(entry, store.join(name)).expect("it is ours");
    }
    let mut command = place.tester("shop insert 2");
    command
        .env("MIGRATE_TEST_POSTGRES", "18")
        .env(
            "MIGRATE_TEST_DIRECTORY",
            store.parent().expect("a directory"),
        )
        .env("XDG_CACHE_HOME", cache);
    let (said, told) = run(&mut command);
    assert_eq!(said, "passed 2\n");
    assert!(
        told.starts_with("migrate-test: using PostgreSQL 18."),
        "{told}"
    );
}
