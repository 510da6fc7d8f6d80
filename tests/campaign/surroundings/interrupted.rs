//! Instances that are ended in the middle of what PostgreSQL does concurrently, and networks that go silent.

use std::thread;
use std::time::{Duration, Instant};

use migrate_fixtures::{Fault, Proxy};

use super::Scene;
use super::files::{self, Directory, File, Script};
use super::herds::recorded;
use super::instance::{hasty, run};
use super::place::{Place, Rights, reference_in};
use super::sets;
use crate::apply::Driver;
use crate::campaign::random::Random;

/// What is done concurrently; `@` stands for the database's name.
const CONCURRENTLY: &[&str] = &[
    "CREATE INDEX CONCURRENTLY t_c ON app.t (b, a)",
    "CREATE UNIQUE INDEX CONCURRENTLY t_c ON app.t (a, b)",
    "CREATE INDEX CONCURRENTLY IF NOT EXISTS t_c ON app.t (b, a)",
    "REINDEX INDEX CONCURRENTLY app.t_a",
    "REINDEX TABLE CONCURRENTLY app.t",
    "REINDEX (CONCURRENTLY) TABLE app.t",
    "REINDEX SCHEMA CONCURRENTLY app",
    "REINDEX DATABASE CONCURRENTLY @",
    "DROP INDEX CONCURRENTLY app.t_a",
    "DROP INDEX CONCURRENTLY IF EXISTS app.t_a",
    "ALTER TABLE app.parts DETACH PARTITION app.p2 CONCURRENTLY",
];

/// Any of them, waiting for an old transaction when its session is ended.
pub(super) fn play(scene: &mut Scene<'_>) -> Result<(), String> {
    let statement = CONCURRENTLY
        .get(scene.random.below(CONCURRENTLY.len()))
        .copied()
        .unwrap_or_default();
    if statement.contains("DETACH") && scene.server.installation().major < 14 {
        return Ok(());
    }
    let rights = Rights::Superuser;
    let ordinary = Place::new(scene.server, rights);
    let ordinary_files = made(&ordinary, &mut scene.random, statement);
    let expected = reference_in(&ordinary, &ordinary_files)?;
    let mut place = Place::new(scene.server, rights);
    let files = made(&place, &mut scene.random, statement);
    place.set.push(statement.to_owned());
    scene.disturb(&mut place, 20);
    scene.note(&place);
    let directory = Directory::new(&files)?;
    let (set, url) = (&directory.load(), &place.url());
    let (one, other) = (scene.driver(), scene.driver());
    let first = run(one, url, hasty(set).target(2)).map(drop);
    scene.works("the first files", first);
    let mut old = place.neutral()?;
    old.batch_execute("BEGIN; LOCK TABLE app.t, app.parts IN ROW EXCLUSIVE MODE")
        .map_err(|error| format!("the old transaction: {error:?}"))?;
    scene.round.starters += 2;
    thread::scope(|scope| {
        let first = scope.spawn(move || run(one, url, hasty(set)));
        let met = waits_concurrently(&place, || first.is_finished());
        if let Some(process) = &met {
            place
                .database
                .execute(&format!("SELECT pg_terminate_backend({process})"));
            scene.round.deaths += 1;
        }
        let met = met.is_some();
        let _ = old.batch_execute("ROLLBACK");
        match first.join() {
            Ok(Err(trouble)) if met && trouble.is_connection() => {}
            Ok(Ok(_)) if !met => {}
            Ok(outcome) => scene.violation(format!("the first instance: {outcome:?}")),
            Err(_) => scene.violation("the first instance panics"),
        }
    });
    let next = run(other, url, hasty(set)).map(drop);
    scene.works("the next instance", next);
    let differences = place.differences(&expected);
    scene.violations(differences);
    recorded(scene, &place, &files);
    Ok(())
}

/// The process that waits in the midst of something concurrent; none where `is_over` comes first.
pub(super) fn waits_concurrently(place: &Place<'_>, is_over: impl Fn() -> bool) -> Option<String> {
    let waiting = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query ~* 'concurrently' \
         AND application_name <> 'migrate-fixtures' AND wait_event_type = 'Lock'";
    let end = Instant::now() + Duration::from_secs(15);
    while Instant::now() < end && !is_over() {
        let found = place.database.value(waiting);
        if !found.is_empty() {
            return Some(found);
        }
        thread::sleep(Duration::from_millis(10));
    }
    None
}

/// Two files as usual, and one that does this.
pub(super) fn made(place: &Place<'_>, random: &mut Random, statement: &str) -> Vec<File> {
    let mut files = sets::all(random, 13);
    files.truncate(2);
    if let Some(file) = files.last_mut() {
        file.up
            .statements
            .push(files::plain("CREATE INDEX t_a ON app.t (a)"));
    }
    files.push(File {
        version: 3,
        name: "concurrently",
        up: Script {
            transactional: false,
            statements: vec![
                files::effect(3),
                files::plain(&statement.replace('@', place.database.name())),
                files::effect(33),
            ],
        },
        down: None,
    });
    files
}

/// Longer than this nothing of a silent client may be in the way of others.
const BOUND: Duration = Duration::from_secs(45);

/// After some message the network passes nothing on, and the client waits.
pub(super) fn silence(scene: &mut Scene<'_>) -> Result<(), String> {
    let mut place = Place::new(scene.server, Rights::Creator);
    let mut files = sets::reversible();
    files.truncate(2);
    for file in files.iter_mut().filter(|file| file.version == 2) {
        file.up.statements = vec![
            files::plain("ALTER TABLE app.t ADD c pg_catalog.int4"),
            files::plain("INSERT INTO app.t (a) VALUES (-1)"),
            files::plain(
                "ALTER TABLE app.t ADD CONSTRAINT positive CHECK (a OPERATOR(pg_catalog.>) 0)",
            ),
        ];
    }
    let directory = Directory::new(&files)?;
    let set = directory.load();
    let url = place.url();
    let first = run(Driver::Postgres, &url, hasty(&set).target(1)).map(drop);
    scene.works("the first file", first);
    // Look, attempt, roll back; then the file again, a statement a message.
    let message = 2 + scene.random.below(7);
    place.set.push(format!("silence from message {message}"));
    scene.note(&place);
    let proxy = Proxy::before(scene.server.port()).map_err(|failure| failure.to_string())?;
    proxy.fault(Fault::Swallow(message));
    let through = place.database.url_through(&place.role, proxy.port());
    let one = scene.driver();
    scene.round.starters += 1;
    let mut reader = place.neutral()?;
    thread::scope(|scope| {
        let (set, through) = (&set, &through);
        let silent = scope.spawn(move || run(one, through, hasty(set)));
        thread::sleep(Duration::from_millis(500));
        let begun = Instant::now();
        loop {
            let read =
                reader.batch_execute("SET lock_timeout TO '100ms'; SELECT FROM app.t LIMIT 1");
            if read.is_ok() {
                break;
            }
            if begun.elapsed() > BOUND {
                scene.violation(format!(
                    "a silent client is in the way of readers after {BOUND:?}"
                ));
                break;
            }
            thread::sleep(Duration::from_millis(250));
        }
        proxy.cut();
        match silent.join() {
            Ok(Ok(_)) => scene.violation("a file that fails was applied"),
            Ok(Err(_)) => scene.round.refused += 1,
            Err(_) => scene.violation("the silent instance panics"),
        }
    });
    let unrest = place.unrest(Duration::from_secs(10));
    scene.violations(unrest);
    if place.recorded() != (1, 1) {
        scene.violation("a file that fails is recorded");
    }
    Ok(())
}
