//! The same, far away from the server.

use std::time::Duration;

use crate::Outcome;
use crate::delay;
use crate::figures::Figures;
use crate::generate::Set;
use crate::options::Options;
use crate::server::{Postgres, Starter};

/// From one end of a continent to the other.
const ROUND_TRIP: Duration = Duration::from_millis(50);

pub(super) fn run(options: &Options, figures: &mut Figures) -> Outcome {
    let server = Postgres::start()?;
    let port = delay::start(server.port(), ROUND_TRIP)?;
    let set = Set::Small(10);
    let mut programs = Vec::new();
    for tool in options.tools(|_| true) {
        programs.push((tool, Starter::Application(tool).prepare(set, &server)?));
    }
    for _ in 0..options.times(5) {
        for (tool, program) in &programs {
            let database = server.empty()?;
            let taken = program.run(&database, port)?;
            if tool.migrates() {
                figures.add(&format!("delay/apply/{}", tool.package), taken.wall * 1e3)?;
            }
            let taken = program.run(&database, port)?;
            figures.add(&format!("delay/start/{}", tool.package), taken.wall * 1e3)?;
        }
    }
    Ok(())
}
