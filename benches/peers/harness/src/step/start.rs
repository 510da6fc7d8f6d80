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
    let mut started = Vec::new();
    for set in options.sets(&[Set::Small(10), Set::Small(1000), Set::Small(5000)]) {
        let many = set.count() > 1000;
        let tools = options.tools(|tool| {
            (tool.migrates() || set == Set::Small(10)) && !(many && tool.is_slow_to_optimize())
        });
        for tool in tools {
            let program = Starter::Application(tool).prepare(set, &server)?;
            let database = server.empty()?;
            // How safely these are written is not what this step is about.
            let name = database.name();
            database.execute(&format!(
                "ALTER DATABASE {name} SET synchronous_commit TO off"
            ));
            program.run(&database, server.port())?;
            database.execute(&format!("ALTER DATABASE {name} RESET synchronous_commit"));
            database.execute("VACUUM ANALYZE");
            program.run(&database, server.port())?;
            started.push((set, tool.package, program, database));
        }
    }
    // The sets in turn as well: one bar is about a large one beside a small one.
    for _ in 0..options.times(61) {
        for (set, tool, program, database) in &started {
            let taken = program.run(database, server.port())?;
            figures.add(&format!("start/{set}/ms/{tool}"), taken.wall * 1e3)?;
            figures.add(&format!("start/{set}/cpu/{tool}"), taken.cpu * 1e3)?;
            figures.add(&format!("start/{set}/mib/{tool}"), taken.peak)?;
        }
    }
    for (set, tool, program, database) in &started {
        proxy.reset();
        program.run(database, proxy.port())?;
        let counts = proxy.counts();
        let number = |count: usize| u32::try_from(count).map(f64::from);
        figures.add(&format!("start/{set}/turns/{tool}"), number(counts.turns)?)?;
        figures.add(
            &format!("start/{set}/messages/{tool}"),
            number(counts.total())?,
        )?;
    }
    Ok(())
}
