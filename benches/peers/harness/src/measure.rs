//! What a command takes: time, CPU, peak memory.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;

use crate::Outcome;
use crate::place::work;

/// What one run of a command took, with all processes that it waited for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Taken {
    /// Seconds.
    pub(crate) wall: f64,
    /// Seconds in user and kernel mode.
    pub(crate) cpu: f64,
    /// MiB of the largest process.
    pub(crate) peak: f64,
    pub(crate) succeeded: bool,
    /// Both of its streams.
    pub(crate) said: String,
}

impl Taken {
    /// Itself, or what the command said.
    pub(crate) fn expect_success(self, what: &str) -> Outcome<Self> {
        if self.succeeded {
            return Ok(self);
        }
        Err(format!("{what} failed:\n{}", self.said).into())
    }
}

/// Names the file that [`as_child`] writes to.
const MEASURE: &str = "PEERS_MEASURE";

/// Runs a command and measures it, from a process of its own: what the system reports is what all children
/// so far have used, and the peak of the largest. That process is small, so the least peak is 2 or 3 MiB.
pub(crate) fn run(command: &Command) -> Outcome<Taken> {
    let (figures, said) = (unique("figures"), unique("said"));
    let file = fs::File::create(&said)?;
    let mut child = Command::new(std::env::current_exe()?);
    child.arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => child.env(name, value),
            None => child.env_remove(name),
        };
    }
    if let Some(directory) = command.get_current_dir() {
        child.current_dir(directory);
    }
    let status = child
        .env(MEASURE, &figures)
        .stdin(Stdio::null())
        .stdout(file.try_clone()?)
        .stderr(file)
        .status()?;
    let numbers: Vec<f64> = fs::read_to_string(&figures)?
        .split_whitespace()
        .map(str::parse)
        .collect::<Result<_, _>>()?;
    let [wall, cpu, peak] = numbers
        .try_into()
        .map_err(|_| "three figures were to come")?;
    let text = String::from_utf8_lossy(&fs::read(&said)?).into_owned();
    fs::remove_file(figures)?;
    fs::remove_file(said)?;
    Ok(Taken {
        wall,
        cpu,
        peak,
        succeeded: status.success(),
        said: text,
    })
}

fn unique(what: &str) -> PathBuf {
    work().join(format!("{what}.{}", std::process::id()))
}

/// In the process that [`run`] starts: runs the command and writes down what it took.
pub(crate) fn as_child() -> Option<ExitCode> {
    let figures = std::env::var_os(MEASURE)?;
    let mut arguments = std::env::args_os().skip(1);
    let mut command = Command::new(arguments.next()?);
    command.args(arguments).env_remove(MEASURE);
    let started = Instant::now();
    let status = command.status();
    let wall = started.elapsed().as_secs_f64();
    let used = getrusage(UsageWho::RUSAGE_CHILDREN).ok()?;
    let micros = used.user_time().num_microseconds() + used.system_time().num_microseconds();
    #[expect(clippy::cast_precision_loss, reason = "figures of this size are exact")]
    let (cpu, peak) = (micros as f64 / 1e6, used.max_rss() as f64 / 1024.0);
    let written = fs::write(figures, format!("{wall} {cpu} {peak}"));
    let succeeded = written.is_ok() && status.is_ok_and(|status| status.success());
    Some(if succeeded {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
