//! `campaign [--middle] [--seed N]`: the campaign as a program; exit status 1 if it found a violation.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program speaks on its terminal"
)]

use std::process::ExitCode;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use migrate_tests::campaign::{Plan, run};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let middle = arguments.iter().any(|argument| argument == "--middle");
    let seed = arguments
        .iter()
        .position(|argument| argument == "--seed")
        .and_then(|at| arguments.get(at + 1)?.parse().ok())
        .unwrap_or_else(now);
    let Some(starter) = std::env::current_exe()
        .ok()
        .map(|program| program.with_file_name("starter"))
    else {
        return ExitCode::from(2);
    };
    let long = Plan {
        starter,
        seed,
        herds: 5,
        herd: 40,
        deaths: 200,
        crashes: 10,
        pooled: 6,
        pooler_required: true,
    };
    let plan = if middle {
        Plan {
            herds: 1,
            deaths: 30,
            crashes: 2,
            pooled: 2,
            pooler_required: false,
            ..long
        }
    } else {
        long
    };
    let begun = Instant::now();
    match run(&plan, |line| eprintln!("{line}")) {
        Ok(summary) => {
            println!("{summary}seed {seed}, {} s", begun.elapsed().as_secs());
            if summary.violations().is_empty() {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            }
        }
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::from(2)
        }
    }
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(1, |since| since.as_secs())
}
