//! Operations beside each other: reverts, baselines, repairs and adoptions beside runs.

use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use migrate_adopt::Tool;
use migrate_runtime::{Event, Migrations, Repair};

use super::Scene;
use super::files::{Directory, File};
use super::herds::{driver, recorded};
use super::instance::{Operation, Trouble, baseline, hasty, repair, revert, run};
use super::interrupted;
use super::place::{Place, Rights, reference, reference_in};
use super::sets;
use super::stage::without_numbers;

/// A down file stops half-way while another instance waits for the table of a newer file.
pub(super) fn half_reverted(scene: &mut Scene<'_>) -> Result<(), String> {
    let stage = scene.stage(sets::half_way(), 20)?;
    scene.note(&stage.place);
    let (place, set, url) = (&stage.place, &stage.set, &stage.url());
    let (one, other) = (scene.driver(), scene.driver());
    let first = run(one, url, hasty(set).target(3)).map(drop);
    scene.works("the first files", first);
    place
        .database
        .execute("ALTER TABLE app.effects ADD CONSTRAINT refuse CHECK (what <> 'away') NOT VALID");
    let mut reader = place.neutral()?;
    reader
        .batch_execute("BEGIN; LOCK TABLE app.t IN ACCESS SHARE MODE")
        .map_err(|error| format!("{error:?}"))?;
    scene.round.starters += 2;
    let (said, heard) = channel();
    thread::scope(|scope| {
        let waiting = scope.spawn(move || {
            let runner =
                hasty(set)
                    .lock_timeout(Duration::from_millis(50))
                    .observer(move |event| {
                        if let Event::Retried { .. } = event {
                            let _ = said.send(());
                        }
                    });
            run(one, url, runner)
        });
        let _ = heard.recv_timeout(Duration::from_secs(20));
        let reverted = revert(other, url, hasty(set));
        let _ = reader.batch_execute("ROLLBACK");
        let ran = waiting.join();
        let at = "SELECT string_agg(version || ' ' || state, ', ' ORDER BY version) FROM public.schema_migrations";
        let history = place.database.value(at);
        if reverted.is_ok() {
            scene.violation("the revert had nothing in its way");
        }
        // Where the run came first, the last one was another.
        if history.contains("reverting") && history.contains("4 applied") {
            scene.violation(format!(
                "a newer file is applied over a half-reverted one: {history}; {ran:?}"
            ));
        }
    });
    place
        .database
        .execute("ALTER TABLE app.effects DROP CONSTRAINT refuse");
    let half = "SELECT count(*) FROM public.schema_migrations WHERE state = 'reverting'";
    if place.database.value(half) != "0" {
        scene.works("the revert goes on", revert(other, url, hasty(set)));
    }
    let after = run(one, url, hasty(set)).map(drop);
    scene.works("the run after it", after);
    scene.ends_reverted(&stage);
    Ok(())
}

/// Runs and reverts, again and again.
pub(super) fn reverts(scene: &mut Scene<'_>) -> Result<(), String> {
    let stage = scene.stage(sets::reversible(), 20)?;
    scene.note(&stage.place);
    let (place, set, url) = (&stage.place, &stage.set, &stage.url());
    let found = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for number in 0..4 {
            let found = &found;
            scope.spawn(move || {
                for _ in 0..3 {
                    let driver = driver(number);
                    note(
                        found,
                        if number < 2 {
                            run(driver, url, hasty(set)).map(drop)
                        } else {
                            revert(driver, url, hasty(set))
                        },
                    );
                }
            });
        }
    });
    scene.round.starters += 12;
    scene.violations(found.into_inner().unwrap_or_default());
    let half = "SELECT count(*) FROM public.schema_migrations WHERE state = 'reverting'";
    if place.has_history() && place.database.value(half) != "0" {
        scene.violation("a revert that nothing has stopped is half-done");
    }
    prefix(scene, place, &stage.files)?;
    scene.runs("the run after them", url, hasty(set));
    scene.ends_reverted(&stage);
    Ok(())
}

/// What is recorded are the first files, and the database is what those make.
fn prefix(scene: &mut Scene<'_>, place: &Place<'_>, files: &[File]) -> Result<(), String> {
    let (applied, rows) = place.recorded();
    if applied != rows {
        scene.violation(format!("{applied} of {rows} rows are applied"));
        return Ok(());
    }
    let first = files.get(..applied).unwrap_or(files);
    let newest = "SELECT coalesce(max(version), 0) FROM public.schema_migrations";
    if place.has_history() && place.database.value(newest) != applied.to_string() {
        scene.violation("what is recorded are not the first files");
    }
    let differences = place.differences(&reference(scene.server, Rights::Creator, first)?);
    scene.violations(without_numbers(differences));
    Ok(())
}

/// Only the engine's own refusals are right.
fn note(found: &Mutex<Vec<String>>, outcome: Result<(), Trouble>) {
    let Err(trouble) = outcome else { return };
    let refused = trouble
        .error()
        .is_some_and(|error| !error.is_connection() && error.database().is_none());
    if !refused {
        found
            .lock()
            .map(|mut all| all.push(trouble.to_string()))
            .ok();
    }
}

/// Runs, a baseline, a repair and an adoption.
pub(super) fn baselines(scene: &mut Scene<'_>) -> Result<(), String> {
    let files = sets::independent();
    let mut place = Place::new(scene.server, Rights::Creator);
    let version = 1 + i64::try_from(scene.random.below(files.len())).unwrap_or_default();
    place.database.execute(&format!(
        "CREATE TABLE public.goose_db_version (id serial PRIMARY KEY, version_id bigint NOT NULL, is_applied boolean NOT NULL, \
         tstamp timestamp DEFAULT now());
         INSERT INTO public.goose_db_version (version_id, is_applied) SELECT n, true FROM generate_series(0, {}) AS n;
         ALTER TABLE public.goose_db_version OWNER TO {role}",
        scene.random.below(files.len()),
        role = place.role
    ));
    let adopts = scene.chance(2);
    scene.disturb(&mut place, 20);
    scene.note(&place);
    let directory = Directory::new(&files)?;
    let (set, url) = (&directory.load(), &place.url());
    let found = Mutex::new(Vec::new());
    let delays: Vec<Duration> = (0..4).map(|_| scene.random.milliseconds(40)).collect();
    thread::scope(|scope| {
        for (number, delay) in delays.into_iter().enumerate() {
            let found = &found;
            scope.spawn(move || {
                thread::sleep(delay);
                let driver = driver(number);
                let outcome = match number {
                    0 | 1 => run(driver, url, hasty(set)).map(drop),
                    2 if adopts => return adopt(set, url),
                    2 => baseline(driver, url, hasty(set), version),
                    _ => {
                        let what = Repair::AcceptChecksums(vec![1]);
                        repair(driver, url, hasty(set), &what)
                    }
                };
                note(found, outcome);
            });
        }
    });
    scene.round.starters += 4;
    scene.violations(found.into_inner().unwrap_or_default());
    scene.runs("the run after them", url, hasty(set));
    for file in &files {
        let version = file.version;
        let history = format!(
            "SELECT state || CASE WHEN note IS NULL THEN '' ELSE ', adopted' END FROM public.schema_migrations WHERE version = {version}"
        );
        let state = place.database.value(&history);
        let made = place.database.value(&format!(
            "SELECT to_regclass('public.m{version}') IS NOT NULL"
        ));
        let rows = if made == "t" {
            place
                .database
                .value(&format!("SELECT count(*) FROM public.m{version}"))
        } else {
            "none".to_owned()
        };
        let right = match state.as_str() {
            "applied" => rows == "1",
            "" => false,
            _ => rows == "none",
        };
        if !right {
            scene.violation(format!(
                "file {version} is recorded as {state:?} and has {rows} effects"
            ));
        }
    }
    let unrest = place.unrest(Duration::from_secs(10));
    scene.violations(unrest);
    Ok(())
}

/// Takes over from another tool; too late, it is refused.
fn adopt(set: &Migrations, url: &str) {
    if let Ok(mut client) = postgres::Client::connect(url, postgres::NoTls) {
        let _ = migrate_adopt::adopt(set).from(Tool::Goose).run(&mut client);
    }
}

/// How long each operation beside a file under way waits, and how much longer it may take on a busy machine.
const WAIT: Duration = Duration::from_millis(500);
const BOUND: Duration = Duration::from_secs(20);

/// A file without a transaction is at work, and every other operation comes.
pub(super) fn under_way(scene: &mut Scene<'_>) -> Result<(), String> {
    let mut place = Place::new(scene.server, Rights::Superuser);
    let files = interrupted::made(
        &place,
        &mut scene.random,
        "CREATE INDEX CONCURRENTLY t_c ON app.t (b, a)",
    );
    let ordinary = Place::new(scene.server, Rights::Superuser);
    let expected = reference_in(&ordinary, &files)?;
    scene.disturb(&mut place, 20);
    scene.note(&place);
    let directory = Directory::new(&files)?;
    let (set, url) = (&directory.load(), &place.url());
    scene.runs("the first files", url, hasty(set).target(2));
    let (one, other) = (scene.driver(), scene.driver());
    let mut old = place.neutral()?;
    old.batch_execute("BEGIN; LOCK TABLE app.t IN ROW EXCLUSIVE MODE")
        .map_err(|error| format!("the old transaction: {error:?}"))?;
    thread::scope(|scope| {
        let first = scope.spawn(move || run(one, url, hasty(set)).map(drop));
        // A setting can keep the server from telling what its sessions do.
        let met = interrupted::waits_concurrently(&place, || first.is_finished()).is_some();
        let hurried = || hasty(set).wait_timeout(WAIT);
        let operations: [(&str, Operation<'_>); 4] = [
            ("run", &|| run(other, url, hurried()).map(drop)),
            ("revert", &|| revert(other, url, hurried())),
            ("baseline", &|| baseline(other, url, hurried(), 3)),
            ("repair", &|| {
                repair(other, url, hurried(), &Repair::MarkPending(3))
            }),
        ];
        for (name, operation) in operations {
            let begun = Instant::now();
            let outcome = operation();
            scene.round.starters += 1;
            scene.round.refused += 1;
            if begun.elapsed() > BOUND {
                scene.violation(format!("{name} took {:?}", begun.elapsed()));
            }
            // Who is at work is said, and not what the operation would make of a file half-done.
            match outcome {
                Ok(()) if met => scene.violation(format!("{name} did not wait")),
                Err(trouble) if met && !trouble.names_who_is_in_the_way() => {
                    scene.violation(format!("{name} does not say for whom it waits: {trouble}"));
                }
                _ => {}
            }
        }
        let _ = old.batch_execute("ROLLBACK");
        match first.join() {
            Ok(outcome) => scene.works("the file", outcome),
            Err(_) => scene.violation("the first instance panics"),
        }
    });
    let differences = place.differences(&expected);
    scene.violations(differences);
    recorded(scene, &place, &files);
    Ok(())
}
