//! What is going on, while it goes on: a line that moves on terminals, plain lines elsewhere.

use std::io::{IsTerminal as _, stderr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use migrate_runtime::Event;

use crate::duration;
use crate::output::{DIM, GOOD, Output, WARNING};

/// The moving line, if there is one. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Progress {
    output: Output,
    line: ProgressBar,
    /// When the wait for another program was last told.
    told: Arc<Mutex<Option<Instant>>>,
}

/// How often a wait is told where there is no moving line.
const PATIENCE: Duration = Duration::from_secs(10);

impl Progress {
    /// A line on stderr, where that is a terminal; it stays invisible until something begins.
    pub(crate) fn new(output: Output) -> Self {
        let line = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        if stderr().is_terminal()
            && let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg} {elapsed}")
        {
            line.set_style(style);
        }
        Self {
            output,
            line,
            told: Arc::default(),
        }
    }

    /// Begins, or changes, what is under way.
    fn begin(&self, what: String, again: bool) {
        if !stderr().is_terminal() {
            return;
        }
        if self.line.is_hidden() {
            self.line.set_draw_target(ProgressDrawTarget::stderr());
            self.line.enable_steady_tick(Duration::from_millis(100));
        }
        if again {
            self.line.reset_elapsed();
        }
        self.line.set_message(what);
    }

    /// Takes the line away.
    pub(crate) fn end(&self) {
        self.line.finish_and_clear();
    }

    /// Text for people, above the line.
    pub(crate) fn text(&self, text: &str) {
        self.line.suspend(|| self.output.text(text));
    }

    /// A line beside the result, above the moving one.
    pub(crate) fn note(&self, text: &str) {
        self.line.suspend(|| self.output.note(text));
    }

    /// Whether a wait is to be told again: its first moment, and then every few seconds.
    fn is_due(&self) -> bool {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let due = told.is_none_or(|told| told.elapsed() >= PATIENCE);
        if due {
            *told = Some(Instant::now());
        }
        due
    }

    /// Shows what the engine says.
    pub(crate) fn tell(&self, event: &Event<'_>) {
        match event {
            Event::Started {
                file, resumed_at, ..
            } => {
                // A resumed migration is worth a line; the others end with one soon enough.
                if *resumed_at > 0 {
                    self.note(&event.to_string());
                }
                self.begin(format!("applying {file}"), true);
            }
            Event::BatchStarted { .. } => self.begin(event.to_string(), true),
            Event::Statement { .. } => self.begin(event.to_string(), false),
            Event::Applied {
                file,
                duration,
                attempts,
                ..
            } => {
                let took = duration::show(*duration);
                let tried = match attempts {
                    1 => String::new(),
                    _ => format!(" ({attempts} attempts)"),
                };
                self.text(&format!(
                    "{GOOD}applied{GOOD:#} {file} {DIM}in {took}{tried}{DIM:#}"
                ));
            }
            Event::Reverted { file, duration, .. } => self.text(&format!(
                "{GOOD}reverted{GOOD:#} with {file} {DIM}in {}{DIM:#}",
                duration::show(*duration)
            )),
            Event::Waiting { .. } | Event::TableLocked { .. } if stderr().is_terminal() => {
                self.begin(event.to_string(), false);
            }
            Event::Waiting { .. } | Event::TableLocked { .. } => {
                if self.is_due() {
                    self.note(&format!("{WARNING}note:{WARNING:#} {event}"));
                }
            }
            Event::Retried { file, .. } => {
                self.note(&format!("{WARNING}note:{WARNING:#} {event}"));
                // In a batch, this is where it turns out which of them is under way.
                self.begin(format!("applying {file}"), false);
            }
            // Whatever else may come to be said.
            _ => self.note(&format!("{WARNING}note:{WARNING:#} {event}")),
        }
    }
}
