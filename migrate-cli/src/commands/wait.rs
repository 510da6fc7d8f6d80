//! `--wait`: how long a command waits for others.

use std::time::Duration;

use clap::Args;
use migrate_runtime::Runner;

use crate::duration;
use crate::job::Job;

/// How long to wait.
#[derive(Debug, Args)]
pub(crate) struct Wait {
    /// Wait this long while another instance applies migrations or a session locks the history [default: 5min]
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    wait: Option<Duration>,
}

impl Wait {
    pub(crate) fn limit(&self) -> Option<Duration> {
        self.wait
    }

    /// A runner that waits so long, and says for whom.
    pub(crate) fn runner<'j>(&self, job: &'j Job<'_>) -> Runner<'j> {
        let runner = job.runner().observer(|event| job.progress.tell(event));
        match self.wait {
            Some(limit) => runner.wait_timeout(limit),
            None => runner,
        }
    }
}
