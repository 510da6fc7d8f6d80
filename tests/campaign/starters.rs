//! Processes that start, die and start again.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};

use super::rounds::Round;

/// A fixed number of starters, each of which is started again until it has come through.
pub(super) struct Starters<'a> {
    program: &'a Path,
    root: &'a Path,
    url: String,
    slots: Vec<Option<Child>>,
    /// Whether a refusal that names the pooler is allowed.
    pooled: bool,
}

impl<'a> Starters<'a> {
    pub(super) fn start(
        round: &mut Round,
        program: &'a Path,
        root: &'a Path,
        url: String,
        count: usize,
        pooled: bool,
    ) -> Self {
        let mut starters = Self {
            program,
            root,
            url,
            slots: Vec::new(),
            pooled,
        };
        for slot in 0..count {
            let child = starters.spawn(round, slot);
            starters.slots.push(child);
        }
        starters
    }

    fn spawn(&self, round: &mut Round, slot: usize) -> Option<Child> {
        let mut command = Command::new(self.program);
        command.arg(self.root).arg(&self.url);
        if slot % 2 == 1 {
            command.arg("tokio");
        }
        round.starters += 1;
        let spawned = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn();
        spawned
            .map_err(|error| round.violations.push(format!("cannot start: {error}")))
            .ok()
    }

    /// Looks after all of them; whether one is still at work.
    pub(super) fn tend(&mut self, round: &mut Round) -> bool {
        for slot in 0..self.slots.len() {
            let Some(Some(child)) = self.slots.get_mut(slot) else {
                continue;
            };
            let Ok(Some(status)) = child.try_wait() else {
                continue;
            };
            let mut said = String::new();
            if let Some(mut stderr) = child.stderr.take() {
                let _ = stderr.read_to_string(&mut said);
            }
            let again = self.judge(round, status, &said);
            let next = if again { self.spawn(round, slot) } else { None };
            if let Some(place) = self.slots.get_mut(slot) {
                *place = next;
            }
        }
        self.slots.iter().any(Option::is_some)
    }

    /// Whether to start it again.
    fn judge(&self, round: &mut Round, status: ExitStatus, said: &str) -> bool {
        match status.code() {
            Some(0) => false,
            // Killed, or without a connection.
            None | Some(3) => {
                round.deaths += 1;
                true
            }
            Some(1) if self.pooled && said.contains("pooler") => {
                round.refused += 1;
                false
            }
            _ => {
                round
                    .violations
                    .push(format!("a starter failed ({status}): {}", said.trim()));
                false
            }
        }
    }

    /// Kills one with SIGKILL, if it is at work.
    pub(super) fn kill(&mut self, slot: usize) {
        if let Some(Some(child)) = self.slots.get_mut(slot) {
            let _ = child.kill();
        }
    }
}

/// A round that gives up leaves no process behind.
impl Drop for Starters<'_> {
    fn drop(&mut self) {
        for child in self.slots.iter_mut().flatten() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
