//! An application with a set of migrations in it, ready to build.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Outcome;
use crate::generate::{self, Set};
use crate::measure::{self, Taken};
use crate::place::{root, work, workspace};
use crate::tool::Tool;

/// A workspace of its own that holds one application.
#[derive(Debug)]
pub(crate) struct Instance {
    pub(crate) tool: &'static Tool,
    pub(crate) set: Set,
    directory: PathBuf,
}

/// How to build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    Dev,
    Release,
}

impl Profile {
    /// As figures call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Release => "release",
        }
    }
}

impl Instance {
    /// Writes it again.
    pub(crate) fn make(tool: &'static Tool, set: Set) -> Outcome<Self> {
        let directory = work()
            .join("instances")
            .join(format!("{}-{set}", tool.package));
        if directory.exists() {
            fs::remove_dir_all(&directory)?;
        }
        let instance = Self {
            tool,
            set,
            directory,
        };
        let source = workspace().join("apps").join(tool.package);
        fs::create_dir_all(instance.application().join("src"))?;
        fs::write(instance.directory.join("Cargo.toml"), manifest(set)?)?;
        fs::copy(
            workspace().join("Cargo.lock"),
            instance.directory.join("Cargo.lock"),
        )?;
        fs::copy(
            source.join("Cargo.toml"),
            instance.application().join("Cargo.toml"),
        )?;
        fs::copy(source.join("src/main.rs"), instance.main())?;
        generate::write(set, tool.layout, &instance.application())?;
        Ok(instance)
    }

    /// The package's directory.
    pub(crate) fn application(&self) -> PathBuf {
        self.directory.join("app")
    }

    /// Its source.
    pub(crate) fn main(&self) -> PathBuf {
        self.application().join("src/main.rs")
    }

    /// The file of the migration in the middle.
    pub(crate) fn middle(&self) -> Outcome<PathBuf> {
        let at = self.set.count().div_ceil(2);
        let (name, _) = self
            .set
            .migrations()
            .into_iter()
            .nth(at - 1)
            .ok_or("an empty set has no middle")?;
        let file = generate::file(self.tool.layout, at, &name);
        Ok(self.application().join("migrations").join(file))
    }

    /// The directory that cargo builds it in. Sets of one application share it, and with it the dependencies.
    pub(crate) fn target(&self) -> PathBuf {
        work().join("build").join(self.tool.package)
    }

    /// Builds it from nothing, and not incrementally. That is how cargo compiles what comes from a registry; ours
    /// comes by its path, and would pay for an incremental build that no user's application makes.
    pub(crate) fn rebuild_all(&self, profile: Profile) -> Outcome<Taken> {
        // Only this profile's output: the other one is of use to later steps.
        if let Some(output) = self.built(profile).parent()
            && output.exists()
        {
            fs::remove_dir_all(output)?;
        }
        let mut command = self.command("build", profile);
        self.measure(command.env("CARGO_INCREMENTAL", "0"))
    }

    /// Runs cargo on it.
    pub(crate) fn cargo(&self, verb: &str, profile: Profile) -> Outcome<Taken> {
        self.measure(&self.command(verb, profile))
    }

    fn measure(&self, command: &Command) -> Outcome<Taken> {
        measure::run(command)?.expect_success(&format!("cargo on {}", self.tool.package))
    }

    fn command(&self, verb: &str, profile: Profile) -> Command {
        let mut command = Command::new("cargo");
        command
            .args([verb, "--offline", "--quiet", "--target-dir"])
            .arg(self.target())
            .current_dir(&self.directory)
            // What the cargo that runs this harness says is not meant for these builds.
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_TARGET_DIR");
        if profile == Profile::Release {
            command.arg("--release");
        }
        command
    }

    /// Where cargo leaves the program.
    pub(crate) fn built(&self, profile: Profile) -> PathBuf {
        let directory = match profile {
            Profile::Dev => "debug",
            Profile::Release => "release",
        };
        self.target().join(directory).join(self.tool.package)
    }

    /// Builds its tests; the program that runs them.
    pub(crate) fn tests(&self) -> Outcome<PathBuf> {
        let mut command = self.command("test", Profile::Dev);
        command.args(["--no-run", "--message-format", "json"]);
        let said = self.measure(&command)?.said;
        let artifacts = said
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok());
        let mut programs = artifacts.filter_map(|artifact: serde_json::Value| {
            let is_test = artifact.pointer("/profile/test")?.as_bool()?;
            let program = artifact.pointer("/executable")?.as_str()?;
            is_test.then(|| PathBuf::from(program))
        });
        Ok(programs.next_back().ok_or("cargo names no test program")?)
    }

    /// How many crates go into it: its own, its dependencies, what builds them.
    pub(crate) fn crates(&self) -> Outcome<usize> {
        let mut command = Command::new("cargo");
        command
            .args(["tree", "--offline", "--edges", "normal,build"])
            .args(["--prefix", "none", "--no-dedupe", "--format", "{p}"])
            .current_dir(&self.directory);
        let said = measure::run(&command)?.expect_success("cargo tree")?.said;
        let mut crates: Vec<&str> = said.lines().filter(|line| !line.is_empty()).collect();
        crates.sort_unstable();
        crates.dedup();
        Ok(crates.len())
    }
}

/// This workspace's manifest for one application. It gets a version of its own: to cargo, two packages
/// that agree in name, version and place in the workspace are one, and share their output.
fn manifest(set: Set) -> Outcome<String> {
    let version = match set {
        Set::Small(count) => format!("0.0.{count}"),
        Set::Large => "0.1.0".to_owned(),
        Set::Schema => "0.2.0".to_owned(),
        Set::Altering => "0.3.0".to_owned(),
    };
    let text = fs::read_to_string(workspace().join("Cargo.toml"))?;
    Ok(text
        .replace("members = [\"apps/*\", \"harness\"]", "members = [\"app\"]")
        .replace("default-members = [\"harness\"]\n", "")
        .replace("version = \"0.0.0\"", &format!("version = \"{version}\""))
        .replace("path = \"../..", &format!("path = \"{}", root().display())))
}

/// A release binary with that set in it. Built each time, which costs little where nothing has changed.
pub(crate) fn binary(tool: &'static Tool, set: Set) -> Outcome<PathBuf> {
    let kept = work().join("bin").join(format!("{}-{set}", tool.package));
    // A peer does not change while its version stays the same.
    if kept.exists() && !tool.package.starts_with("peer-migrate") {
        return Ok(kept);
    }
    let instance = Instance::make(tool, set)?;
    instance.cargo("build", Profile::Release)?;
    copy(&instance.built(Profile::Release), &kept)?;
    Ok(kept)
}

fn copy(from: &Path, to: &Path) -> Outcome {
    fs::create_dir_all(to.parent().ok_or("a file has a directory")?)?;
    // Never onto a program that may be running: its pages are the file's.
    if to.exists() {
        fs::remove_file(to)?;
    }
    fs::copy(from, to)?;
    Ok(())
}
