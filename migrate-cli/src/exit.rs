//! How a command ends.

use std::process::ExitCode;

/// The three exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 0: done, or nothing to do.
    Done,
    /// 1: refused or failed for a reason that lies in the migrations or the database: drift, a finding,
    /// a failing statement, something pending under `--exit-code`.
    Refused,
    /// 2: wrong usage, or surroundings in which the command cannot work: no connection, no such file.
    Environment,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Done => Self::SUCCESS,
            Exit::Refused => Self::FAILURE,
            Exit::Environment => Self::from(2),
        }
    }
}
