//! Operations beside each other: reverts, baselines, repairs and adoptions beside runs.

use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use migrate_adopt::Tool;
use migrate_runtime::{Event, Repair, Revert};

use super::Scene;
use super::files::{Directory, File};
use super::herds::{driver, recorded};
use super::instance::{Trouble, hasty, operate, run};
use super::mistakes::without_numbers;
use super::place::{Place, Rights, reference};
use super::sets;

/// A down file stops half-way while another instance waits for the table of a newer file.
pub(super) fn half_reverted(scene: &mut Scene<'_>) -> Result<(), String> {
    let rights = Rights::Creator;
    let files = sets::half_way();
    let expected = reference(scene.server, rights, &files)?;
    let mut place = Place::new(scene.server, rights);
    if scene.chance(2) {
        place.set_at_random(&mut scene.random, 20);
    }
    scene.round.notes.extend(place.set.iter().cloned());
    let directory = Directory::new(&files)?;
    let set = directory.load();
    let url = place.url();
    let (one, other) = (driver(scene.random.below(2)), driver(scene.random.below(2)));
    run(one, &url, hasty(&set).target(3))
        .map_err(|trouble| format!("the first files: {trouble}"))?;
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
        let (set, url) = (&set, &url);
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
        let reverted = operate!(
            other,
            url,
            hasty(set),
            revert,
            revert_async,
            Revert::Last(1)
        );
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
    if place.database.value(half) != "0"
        && let Err(trouble) = operate!(
            other,
            &url,
            hasty(&set),
            revert,
            revert_async,
            Revert::Last(1)
        )
    {
        scene.violation(format!("the revert goes on: {trouble}"));
    }
    if let Err(trouble) = run(one, &url, hasty(&set)) {
        scene.violation(format!("the run after it: {trouble}"));
    }
    let differences = place.differences(&expected);
    scene.violations(without_numbers(differences));
    recorded(scene, &place, &files);
    Ok(())
}

/// Runs and reverts, again and again.
pub(super) fn reverts(scene: &mut Scene<'_>) -> Result<(), String> {
    let rights = Rights::Creator;
    let files = sets::reversible();
    let mut place = Place::new(scene.server, rights);
    if scene.chance(2) {
        place.set_at_random(&mut scene.random, 20);
    }
    scene.round.notes.extend(place.set.iter().cloned());
    let directory = Directory::new(&files)?;
    let set = directory.load();
    let url = place.url();
    let found = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for number in 0..4 {
            let (set, url, found) = (&set, &url, &found);
            scope.spawn(move || {
                for _ in 0..3 {
                    let outcome = if number < 2 {
                        run(driver(number), url, hasty(set)).map(drop)
                    } else {
                        operate!(
                            driver(number),
                            url,
                            hasty(set),
                            revert,
                            revert_async,
                            Revert::Last(1)
                        )
                        .map(drop)
                    };
                    note(found, outcome);
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
    prefix(scene, &place, &files)?;
    let last = driver(scene.random.below(2));
    if let Err(trouble) = run(last, &url, hasty(&set)) {
        scene.violation(format!("the run after them: {trouble}"));
    }
    let differences = place.differences(&reference(scene.server, rights, &files)?);
    scene.violations(without_numbers(differences));
    recorded(scene, &place, &files);
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
    let rights = Rights::Creator;
    let files = sets::independent();
    let mut place = Place::new(scene.server, rights);
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
    if scene.chance(2) {
        place.set_at_random(&mut scene.random, 20);
    }
    scene.round.notes.extend(place.set.iter().cloned());
    let directory = Directory::new(&files)?;
    let set = directory.load();
    let url = place.url();
    let found = Mutex::new(Vec::new());
    let delays: Vec<Duration> = (0..4).map(|_| scene.random.milliseconds(40)).collect();
    thread::scope(|scope| {
        for (number, delay) in delays.into_iter().enumerate() {
            let (set, url, found) = (&set, &url, &found);
            scope.spawn(move || {
                thread::sleep(delay);
                let outcome = match number {
                    0 | 1 => run(driver(number), url, hasty(set)).map(drop),
                    2 if adopts => return adopt(set, url),
                    2 => operate!(
                        driver(number),
                        url,
                        hasty(set),
                        baseline,
                        baseline_async,
                        version
                    )
                    .map(drop),
                    _ => operate!(
                        driver(number),
                        url,
                        hasty(set),
                        repair,
                        repair_async,
                        &Repair::AcceptChecksums(vec![1])
                    )
                    .map(drop),
                };
                note(found, outcome);
            });
        }
    });
    scene.round.starters += 4;
    scene.violations(found.into_inner().unwrap_or_default());
    let last = driver(scene.random.below(2));
    if let Err(trouble) = run(last, &url, hasty(&set)) {
        scene.violation(format!("the run after them: {trouble}"));
    }
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
fn adopt(set: &migrate_runtime::Migrations, url: &str) {
    if let Ok(mut client) = postgres::Client::connect(url, postgres::NoTls) {
        let _ = migrate_adopt::adopt(set).from(Tool::Goose).run(&mut client);
    }
}
