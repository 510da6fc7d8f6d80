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

/// How long to wait, for a command that only reads the history: a person waits for what it shows.
#[derive(Debug, Args)]
pub(crate) struct ReadWait {
    /// Wait this long while a session locks the history
    #[arg(long, value_name = "TIME", value_parser = duration::parse, default_value = "10s")]
    wait: Duration,
}

impl ReadWait {
    /// A runner that waits so long, and says for whom.
    pub(crate) fn runner<'j>(&self, job: &'j Job<'_>) -> Runner<'j> {
        let runner = job.runner().observer(|event| job.progress.tell(event));
        runner.wait_timeout(self.wait)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use clap::Parser;

    use super::ReadWait;

    #[derive(Debug, Parser)]
    struct Command {
        #[command(flatten)]
        wait: ReadWait,
    }

    #[test]
    fn a_command_that_reads_waits_ten_seconds_unless_told_otherwise() {
        let wait =
            |arguments: &[&str]| Command::try_parse_from(arguments).map(|read| read.wait.wait);
        assert_eq!(wait(&["status"]).ok(), Some(Duration::from_secs(10)));
        assert_eq!(
            wait(&["status", "--wait", "2min"]).ok(),
            Some(Duration::from_secs(120))
        );
    }
}
