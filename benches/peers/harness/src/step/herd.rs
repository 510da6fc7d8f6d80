//! Sixteen processes that start at once on an empty database.

use std::process::Stdio;
use std::time::Instant;

use crate::Outcome;
use crate::figures::Figures;
use crate::generate::Set;
use crate::options::Options;
use crate::server::{Postgres, Starter};
use crate::tool::Tool;

const STARTERS: u32 = 16;

pub(super) fn run(options: &Options, figures: &mut Figures) -> Outcome {
    measure(
        &Postgres::start()?,
        "herd",
        options.times(15),
        options,
        figures,
    )
}

/// Starts them with each application in turn; figures go below `key`.
pub(super) fn measure(
    server: &Postgres,
    key: &str,
    times: usize,
    options: &Options,
    figures: &mut Figures,
) -> Outcome {
    let set = Set::Small(100);
    let mut programs = Vec::new();
    for tool in options.tools(Tool::migrates) {
        let starter = Starter::Application(tool);
        programs.push((starter, starter.prepare(set, server)?));
    }
    for _ in 0..times {
        for (starter, program) in &programs {
            let database = server.empty()?;
            let started = Instant::now();
            let mut children = Vec::new();
            for _ in 0..STARTERS {
                let mut command = program.command(&database, server.port());
                command.stdin(Stdio::null()).stdout(Stdio::null());
                children.push(command.stderr(Stdio::null()).spawn()?);
            }
            let mut succeeded = 0;
            for child in &mut children {
                succeeded += u32::from(child.wait()?.success());
            }
            let key = |unit: &str| format!("{key}/{unit}/{}", starter.name());
            figures.add(&key("s"), started.elapsed().as_secs_f64())?;
            figures.add(&key("succeeded"), f64::from(succeeded))?;
            let once = super::apply::check(*starter, &database, set).is_ok();
            figures.add(&key("once"), f64::from(u8::from(once)))?;
        }
    }
    Ok(())
}
