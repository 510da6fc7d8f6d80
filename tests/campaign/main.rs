//! `campaign [--middle] [--minutes N] [--row NAME] [--from N] [--seed N]`: the campaign as a program; exit status 1 if
//! it found a violation.
//!
//! `--seed` repeats the one round that printed this seed; `--from` is where a whole campaign's chance begins; `--row` is
//! for one of the surroundings alone; `--rows` lists them.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program speaks on its terminal"
)]

use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use migrate_tests::campaign::surroundings::SURROUNDINGS;
use migrate_tests::campaign::{Plan, run};

/// What takes longer than this beyond the time that was asked for hangs.
const PATIENCE: Duration = Duration::from_secs(45 * 60);

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |flag: &str| arguments.iter().any(|argument| argument == flag);
    let value = |flag: &str| {
        let at = arguments.iter().position(|argument| argument == flag)?;
        arguments.get(at + 1).cloned()
    };
    let number = |flag: &str| value(flag)?.parse::<u64>().ok();
    if has("--rows") {
        for row in SURROUNDINGS {
            println!(
                "{}\n  {}\n  may be refused: {}\n  truth: {}",
                row.name, row.setup, row.refused, row.truth
            );
        }
        return ExitCode::SUCCESS;
    }
    let Some(starter) = std::env::current_exe()
        .ok()
        .map(|program| program.with_file_name("starter"))
    else {
        return ExitCode::from(2);
    };
    let row = value("--row");
    if row
        .as_ref()
        .is_some_and(|name| SURROUNDINGS.iter().all(|row| row.name != name))
    {
        eprintln!("error: no surrounding has that name; `--rows` lists them");
        return ExitCode::from(2);
    }
    let lasting = number("--minutes").map(|minutes| Duration::from_secs(60 * minutes));
    let long = Plan {
        starter,
        seed: number("--from").unwrap_or_else(now),
        herds: 5,
        herd: 40,
        deaths: 200,
        crashes: 10,
        crashes_in_a_round: 70,
        pooled: 6,
        surroundings: 3,
        row,
        lasting,
        only: number("--seed"),
        pooler_required: true,
    };
    let plan = if has("--middle") {
        Plan {
            herds: 1,
            deaths: 30,
            crashes: 2,
            crashes_in_a_round: 10,
            pooled: 2,
            surroundings: 1,
            pooler_required: false,
            ..long
        }
    } else if long.row.is_some() || lasting.is_some() {
        // The time that was asked for goes to one round of each kind after the other.
        Plan {
            herds: 0,
            deaths: 0,
            crashes: 0,
            pooled: 0,
            surroundings: usize::from(lasting.is_none()),
            pooler_required: false,
            ..long
        }
    } else {
        long
    };
    let seed = plan.seed;
    let limit = lasting.unwrap_or_default() + PATIENCE;
    thread::spawn(move || {
        thread::sleep(limit);
        eprintln!("error: not over after {limit:?}");
        // The servers end with the pipe to this process.
        std::process::exit(2);
    });
    let begun = Instant::now();
    match run(&plan, |line| eprintln!("{line}")) {
        Ok(summary) => {
            println!("{summary}campaign {seed}, {} s", begun.elapsed().as_secs());
            for violation in summary.violations() {
                println!("{violation}");
            }
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
