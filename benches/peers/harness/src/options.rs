//! The command line.

use crate::generate::Set;
use crate::tool::{TOOLS, Tool};

/// What `cargo xtask peers` understands.
pub(crate) const USAGE: &str =
    "usage: cargo xtask peers [STEP…] [--sets SET,…] [--only TOOL,…] [--times N]

steps, all of them by default:
  clean     build from nothing, dev and release; crates
  rebuild   build again after an edit, check after an edit, build after a new file
  phases    where the macro's time goes
  size      the release binary
  start     start with nothing to do: time, memory, round trips
  apply     apply everything to an empty database: time, memory, commits
  delay     both of the last two, 50 ms away from the server
  herd      sixteen starters at once
  disk      apply, and sixteen starters, where a flush takes 0, 1, 4 and 10 ms
  tests     200 tests with a database each
  check     `migrate check` beside squawk, on the same files
  sqlx      start and apply with sqlx: ours beside its own (only if named: both steps hold it)
  report    write benches/peers/RESULTS.md from the figures so far; after any other step they are in
            target/peers/RESULTS.md

sets: 10, 100, 1000, 5000 (files of 1 KB), large (100 of 200 KB), schema (the repository's example),
  altering (100 files that leave ten tables)
MIGRATE_TEST_POSTGRES names the server's major version or the directory of its programs";

/// In this order.
pub(crate) const STEPS: [&str; 13] = [
    "clean", "rebuild", "phases", "size", "start", "apply", "delay", "herd", "disk", "tests",
    "check", "report", "sqlx",
];

/// What to run, with which applications, how often.
#[derive(Debug, Default)]
pub(crate) struct Options {
    pub(crate) steps: Vec<&'static str>,
    sets: Vec<Set>,
    only: Vec<String>,
    times: Option<usize>,
}

impl Options {
    /// Reads the arguments, or says what is wrong with them.
    pub(crate) fn read(arguments: &[String]) -> Result<Self, String> {
        let mut options = Self::default();
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            if let Some(step) = STEPS.iter().find(|step| *step == argument) {
                options.steps.push(step);
                continue;
            }
            let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
            match argument.as_str() {
                "--sets" => {
                    for name in value()?.split(',') {
                        options
                            .sets
                            .push(Set::named(name).ok_or(format!("no set {name}"))?);
                    }
                }
                "--only" => {
                    for name in value()?.split(',') {
                        let known = TOOLS.iter().any(|tool| tool.matches(name));
                        if !known {
                            return Err(format!("no tool {name}"));
                        }
                        options.only.push(name.to_owned());
                    }
                }
                "--times" => {
                    options.times = Some(value()?.parse().map_err(|_| "--times is not a number")?);
                }
                _ => return Err(format!("unknown argument {argument}")),
            }
        }
        if options.steps.is_empty() {
            options.steps = STEPS.into_iter().filter(|step| *step != "sqlx").collect();
        }
        Ok(options)
    }

    /// The same for these applications alone.
    pub(crate) fn only(&self, names: &[&str]) -> Self {
        Self {
            steps: self.steps.clone(),
            sets: self.sets.clone(),
            only: names.iter().map(|name| (*name).to_owned()).collect(),
            times: self.times,
        }
    }

    /// The applications to measure among those that `fits` accepts.
    pub(crate) fn tools(&self, fits: impl Fn(&Tool) -> bool) -> Vec<&'static Tool> {
        let named =
            |tool: &Tool| self.only.is_empty() || self.only.iter().any(|name| tool.matches(name));
        TOOLS
            .iter()
            .filter(|tool| fits(tool) && named(tool))
            .collect()
    }

    /// The sets to measure with, unless the command line names others.
    pub(crate) fn sets(&self, usual: &[Set]) -> Vec<Set> {
        if self.sets.is_empty() {
            usual.to_vec()
        } else {
            self.sets.clone()
        }
    }

    /// How often, unless the command line says.
    pub(crate) fn times(&self, usual: usize) -> usize {
        self.times.unwrap_or(usual)
    }
}
