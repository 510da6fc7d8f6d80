//! The steps.

mod apply;
mod check;
mod clean;
mod delay;
mod disk;
mod herd;
mod phases;
mod rebuild;
mod size;
mod start;
mod tests;

pub(crate) use phases::PHASES;

use std::fs;

use crate::Outcome;
use crate::figures::Figures;
use crate::options::Options;
use crate::place::{work, workspace};
use crate::report;

/// Runs the steps that were asked for; writes the report after each.
pub(crate) fn run_all(options: &Options) -> Outcome {
    fs::create_dir_all(work())?;
    let mut figures = Figures::open()?;
    for step in &options.steps {
        eprintln!("== {step}");
        match *step {
            "clean" => clean::run(options, &mut figures)?,
            "rebuild" => rebuild::run(options, &mut figures)?,
            "phases" => phases::run(options, &mut figures)?,
            "size" => size::run(options, &mut figures)?,
            "start" => start::run(options, &mut figures)?,
            "apply" => apply::run(options, &mut figures)?,
            "delay" => delay::run(options, &mut figures)?,
            "herd" => herd::run(options, &mut figures)?,
            "disk" => disk::run(options, &mut figures)?,
            "tests" => tests::run(options, &mut figures)?,
            "check" => check::run(options, &mut figures)?,
            "sqlx" => {
                let options = options.only(&["migrate-sqlx", "sqlx"]);
                start::run(&options, &mut figures)?;
                apply::run(&options, &mut figures)?;
            }
            _ => {}
        }
        let folder = if *step == "report" {
            workspace()
        } else {
            work()
        };
        report::write(&figures, &folder)?;
    }
    Ok(())
}
