//! Applying everything to an empty database.

use migrate_fixtures::Database;

use crate::Outcome;
use crate::figures::Figures;
use crate::generate::Set;
use crate::options::Options;
use crate::server::{Postgres, Starter};

pub(super) fn run(options: &Options, figures: &mut Figures) -> Outcome {
    let server = Postgres::start()?;
    let usual = [
        Set::Small(10),
        Set::Small(100),
        Set::Small(1000),
        Set::Large,
    ];
    for set in options.sets(&usual) {
        measure(&server, set, "apply", options, figures)?;
    }
    Ok(())
}

/// Applies one set with each application in turn; figures go below `key`.
pub(super) fn measure(
    server: &Postgres,
    set: Set,
    key: &str,
    options: &Options,
    figures: &mut Figures,
) -> Outcome {
    let many = set.count() > 1000;
    let tools = options.tools(|tool| tool.migrates() && !(many && tool.is_slow_to_optimize()));
    let mut programs = Vec::new();
    for starter in tools
        .into_iter()
        .map(Starter::Application)
        .chain([Starter::Psql])
    {
        programs.push((starter, starter.prepare(set, server)?));
    }
    let times = options.times(if set.count() > 100 { 3 } else { 5 });
    for _ in 0..times {
        for (starter, program) in &programs {
            let database = server.empty()?;
            let before = server.commits_and_flushes(&database)?;
            let taken = program.run(&database, server.port())?;
            let after = server.commits_and_flushes(&database)?;
            check(*starter, &database, set)?;
            let key = |unit: &str| format!("{key}/{set}/{unit}/{}", starter.name());
            figures.add(&key("s"), taken.wall)?;
            figures.add(&key("cpu"), taken.cpu)?;
            figures.add(&key("mib"), taken.peak)?;
            figures.add(&key("commits"), after.0 - before.0)?;
            figures.add(&key("flushes"), after.1 - before.1)?;
        }
    }
    Ok(())
}

/// That each migration was applied and recorded once.
pub(super) fn check(starter: Starter, database: &Database, set: Set) -> Outcome {
    let mut counted = vec![];
    if set != Set::Schema {
        counted.push(
            "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relname ~ '^t[0-9]{5}$'"
                .to_owned(),
        );
    }
    if let Starter::Application(tool) = starter {
        // diesel records one of its own.
        let own = "WHERE to_jsonb(h) ->> 'version' IS DISTINCT FROM '00000000000000'";
        counted.push(format!("SELECT count(*) FROM {} h {own}", tool.history));
    }
    for sql in counted {
        let count = database.value(&sql);
        if count != set.count().to_string() {
            return Err(format!("{}: {count} instead of {set}: {sql}", starter.name()).into());
        }
    }
    Ok(())
}
