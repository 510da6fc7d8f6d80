//! Starting with everything applied.

use migrate_fixtures::Proxy;

use crate::Outcome;
use crate::figures::Figures;
use crate::generate::Set;
use crate::options::Options;
use crate::server::{Postgres, Starter};

pub(super) fn run(options: &Options, figures: &mut Figures) -> Outcome {
    let server = Postgres::start()?;
    let proxy = Proxy::start(server.server());
    for set in options.sets(&[Set::Small(10), Set::Small(1000), Set::Small(5000)]) {
        let many = set.count() > 1000;
        let tools = options.tools(|tool| {
            (tool.migrates() || set == Set::Small(10)) && !(many && tool.is_slow_to_optimize())
        });
        let mut started = Vec::new();
        for tool in tools {
            let program = Starter::Application(tool).prepare(set, &server)?;
            let database = server.empty()?;
            // How safely these are written is not what this step is about.
            database.execute(&format!(
                "ALTER DATABASE {} SET synchronous_commit TO off",
                database.name()
            ));
            program.run(&database, server.port())?;
            database.execute(&format!(
                "ALTER DATABASE {} RESET synchronous_commit",
                database.name()
            ));
            database.execute("VACUUM ANALYZE");
            program.run(&database, server.port())?;
            started.push((tool, program, database));
        }
        for _ in 0..options.times(21) {
            for (tool, program, database) in &started {
                let taken = program.run(database, server.port())?;
                figures.add(
                    &format!("start/{set}/ms/{}", tool.package),
                    taken.wall * 1e3,
                )?;
                figures.add(
                    &format!("start/{set}/cpu/{}", tool.package),
                    taken.cpu * 1e3,
                )?;
                figures.add(&format!("start/{set}/mib/{}", tool.package), taken.peak)?;
            }
        }
        for (tool, program, database) in &started {
            proxy.reset();
            program.run(database, proxy.port())?;
            let counts = proxy.counts();
            let number = |count: usize| u32::try_from(count).map(f64::from);
            figures.add(
                &format!("start/{set}/turns/{}", tool.package),
                number(counts.turns)?,
            )?;
            figures.add(
                &format!("start/{set}/messages/{}", tool.package),
                number(counts.total())?,
            )?;
        }
    }
    Ok(())
}
