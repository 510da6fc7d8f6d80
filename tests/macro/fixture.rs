//! A crate that uses the macro, in a directory of its own, and what cargo says about it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

/// The root of this workspace.
const WORKSPACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// All crates share it, so the macro and what it needs is compiled once.
const TARGET: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/macro-target");

/// Variables of the cargo that runs this test, or of its user, that would change what is tested.
const NOT_INHERITED: [&str; 8] = [
    "CARGO_BUILD_TARGET",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_INCREMENTAL",
    "MIGRATE_BASE_DIR",
    "EMBED_MIGRATIONS_BASE_DIR",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTC_WRAPPER",
    "RUSTFLAGS",
];

/// A crate that each test creates and deletes.
#[derive(Debug)]
pub(crate) struct Fixture {
    root: PathBuf,
}

impl Fixture {
    /// A crate with this `src/main.rs` and no migrations yet.
    ///
    /// It is always in the same place, because cargo would keep what it builds for every other one.
    pub(crate) fn new(name: &str, main: &str) -> Self {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&root);
        let fixture = Self { root };
        fixture.write("Cargo.toml", manifest(name));
        fixture.write("src/main.rs", main);
        // The versions that this workspace is tested with: nothing has to be looked up.
        fs::copy(
            Path::new(WORKSPACE).join("Cargo.lock"),
            fixture.path("Cargo.lock"),
        )
        .unwrap();
        fixture
    }

    /// The crate's directory.
    pub(crate) fn root(&self) -> &str {
        self.root.to_str().unwrap()
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.root.join(file)
    }

    pub(crate) fn write(&self, file: &str, content: impl AsRef<[u8]>) {
        let path = self.path(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub(crate) fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap()
    }

    pub(crate) fn rename(&self, from: &str, to: &str) {
        fs::rename(self.path(from), self.path(to)).unwrap();
    }

    pub(crate) fn remove(&self, file: &str) {
        fs::remove_file(self.path(file)).unwrap();
    }

    /// Runs cargo in the crate, with these arguments.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Outcome {
        self.cargo_with(arguments, &[])
    }

    /// The same with these variables set.
    pub(crate) fn cargo_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Outcome {
        let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command
            .arg("--offline")
            .args(arguments)
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", TARGET)
            .env("CARGO_TERM_COLOR", "never");
        for variable in NOT_INHERITED {
            command.env_remove(variable);
        }
        command.envs(variables.iter().copied());
        Outcome::of(&command.output().unwrap())
    }
}

impl Drop for Fixture {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

/// A workspace of its own, with no more of the runtime than the macro needs.
fn manifest(name: &str) -> String {
    let runtime = format!("{WORKSPACE}/migrate-runtime");
    format!(
        r#"
[package]
name = "{name}"
version = "0.0.0"
edition = "2024"
publish = false

[dependencies]
migrate-runtime = {{ path = {runtime:?}, default-features = false, features = ["meaning"] }}

[profile.dev]
# Not tested here, and half of the time that linking takes.
debug = false

[workspace]
"#
    )
}

/// What one run of cargo did.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) succeeded: bool,
    pub(crate) stdout: String,
    stderr: String,
}

impl Outcome {
    fn of(output: &Output) -> Self {
        Self {
            succeeded: output.status.success(),
            stdout: String::from_utf8(output.stdout.clone()).unwrap(),
            stderr: String::from_utf8(output.stderr.clone()).unwrap(),
        }
    }

    /// Everything on standard error, cargo's own reports of progress left out.
    pub(crate) fn messages(&self) -> String {
        let is_progress = |line: &&str| {
            let word = line.trim_start().split(' ').next().unwrap_or_default();
            let words = [
                "Blocking",
                "Checking",
                "Compiling",
                "Finished",
                "Locking",
                "Removing",
                "Running",
                "Updating",
                "Adding",
                "Dirty",
                "Fresh",
            ];
            line.starts_with("  ") && words.contains(&word)
        };
        let lines = self.stderr.lines().filter(|line| !is_progress(line));
        lines.map(|line| line.to_owned() + "\n").collect()
    }

    /// Whether cargo compiled the crate, as opposed to finding it up to date.
    pub(crate) fn compiled(&self, name: &str) -> bool {
        let compiling = format!("Compiling {name} v");
        self.stderr
            .lines()
            .any(|line| line.trim_start().starts_with(&compiling))
    }
}
