//! What an instance may have to wait for, and what can happen to it in the meantime.

use std::thread;
use std::time::{Duration, Instant};

use migrate_runtime::Repair;

use super::Scene;
use super::files::Directory;
use super::herds::{driver, herd, together};
use super::instance::{Operation, baseline, hasty, operate, repair, revert, run};
use super::place::{Place, Rights, reference};
use super::sets;
use super::stage::Stage;

/// How long an operation is told to wait.
const WAIT: Duration = Duration::from_millis(500);

/// Longer than the wait that was asked for, by what a busy machine adds.
const BOUND: Duration = Duration::from_secs(20);

const OPERATIONS: [&str; 6] = ["run", "plan", "status", "revert", "baseline", "repair"];

/// Another session holds the history table, is about to make it, or holds the lock before there is one.
pub(super) fn locked_history(scene: &mut Scene<'_>) -> Result<(), String> {
    let files = sets::all(&mut scene.random, scene.server.installation().major);
    let mut stage = scene.stage(files, 20)?;
    let url = stage.url();
    // What is in the way, what has to wait for it, and whether the server says who it is.
    let table = "LOCK TABLE public.schema_migrations IN";
    let (in_the_way, waits, names): (String, &[&str], bool) = match scene.random.below(4) {
        0 => (format!("{table} ACCESS EXCLUSIVE MODE"), &OPERATIONS, true),
        1 => (format!("{table} SHARE MODE"), &["run"], true),
        2 => {
            let make = "CREATE TABLE public.schema_migrations (version bigint)";
            (make.to_owned(), &["run", "baseline"], false)
        }
        _ => {
            let key = stage.set.table().lock_key();
            let lock = format!("SELECT pg_advisory_lock({key})");
            (lock, &["run", "baseline"], true)
        }
    };
    if in_the_way.starts_with(table) {
        scene.runs("the first file", &url, hasty(&stage.set).target(1));
    }
    let mut other = stage.place.neutral()?;
    other
        .batch_execute(&format!("BEGIN; {in_the_way}"))
        .map_err(|error| format!("{error:?}"))?;
    stage.place.set.push(in_the_way);
    let set = &stage.set;
    let runner = || hasty(set).wait_timeout(WAIT);
    let one = scene.driver();
    let operations: [Operation<'_>; 6] = [
        &|| run(one, &url, runner()).map(drop),
        &|| operate!(one, &url, runner(), plan, plan_async).map(drop),
        &|| operate!(one, &url, runner(), status, status_async).map(drop),
        &|| revert(one, &url, runner()),
        &|| baseline(one, &url, runner(), 1),
        &|| repair(one, &url, runner(), &Repair::MarkPending(1)),
    ];
    for (name, operation) in OPERATIONS.into_iter().zip(operations) {
        let begun = Instant::now();
        let outcome = operation();
        scene.round.starters += 1;
        if begun.elapsed() > BOUND {
            scene.violation(format!("{name} took {:?}", begun.elapsed()));
        }
        let waits = waits.contains(&name);
        match outcome {
            Ok(()) if waits => scene.violation(format!("{name} did not wait")),
            Ok(()) => {}
            Err(trouble) if trouble.is_connection() => {
                scene.violation(format!("{name}: {trouble}"));
            }
            Err(trouble) => {
                scene.round.refused += 1;
                if waits && names && !trouble.names_who_is_in_the_way() {
                    scene.violation(format!("{name} does not say for whom it waits: {trouble}"));
                }
            }
        }
    }
    drop(other);
    let Stage {
        place,
        files,
        expected,
        ..
    } = stage;
    herd(scene, &place, &files, &expected)
}

/// The role's timeouts are shorter than the wait, or than any message of the engine's.
pub(super) fn idle_timeouts(scene: &mut Scene<'_>) -> Result<(), String> {
    let files = sets::all(&mut scene.random, scene.server.installation().major);
    let stage = scene.stage(files, 20)?;
    let url = stage.url();
    let major = scene.server.installation().major;
    let mut settings = vec![
        ("statement_timeout", ["'1ms'", "'100ms'"]),
        ("lock_timeout", ["'1ms'", "'1ms'"]),
        ("idle_in_transaction_session_timeout", ["'300ms'", "'1s'"]),
    ];
    if major >= 14 {
        settings.push(("idle_session_timeout", ["'500ms'", "'700ms'"]));
    }
    if major >= 17 {
        settings.push(("transaction_timeout", ["'200ms'", "'400ms'"]));
    }
    let settings = settings.iter().map(|(name, values)| {
        let value = values.get(scene.random.below(values.len()));
        format!("{name} TO {}", value.copied().unwrap_or("0"))
    });
    let settings: Vec<String> = settings.collect();
    scene.note(&stage.place);
    scene.round.notes.extend(settings.iter().cloned());
    // In every other round, the first run has to make the history table under them.
    let from_the_start = scene.chance(2);
    if !from_the_start {
        scene.runs("the first file", &url, hasty(&stage.set).target(1));
    }
    let mut reader = stage.place.neutral()?;
    for setting in settings {
        let role = &stage.place.role;
        let set = format!("ALTER ROLE {role} SET {setting}");
        stage.place.database.execute(&set);
    }
    if from_the_start {
        scene.runs("the first file", &url, hasty(&stage.set).target(1));
    }
    reader
        .batch_execute("BEGIN; LOCK TABLE app.t IN ACCESS EXCLUSIVE MODE")
        .map_err(|error| format!("{error:?}"))?;
    let held = Duration::from_secs(2) + scene.random.milliseconds(1_000);
    thread::scope(|scope| {
        scope.spawn(move || {
            thread::sleep(held);
            let _ = reader.batch_execute("ROLLBACK");
        });
        together(scene, &stage.set, &url, 3);
    });
    scene.ends(&stage);
    Ok(())
}

/// The lock is held by a role whose name is no text here.
pub(super) fn names_as_bytes(scene: &mut Scene<'_>) -> Result<(), String> {
    let options = "ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'";
    let files = sets::all(&mut scene.random, scene.server.installation().major);
    let expected = reference(scene.server, Rights::Creator, &files)?;
    let place = Place::new(scene.server, Rights::Creator);
    // Names of roles are shared by all databases, in the encoding of the one that they were made in.
    let elsewhere = scene.server.database_with(options);
    scene
        .round
        .notes
        .push("a role's name ends in the byte E9".to_owned());
    let holder = place.database.role("");
    let directory = Directory::new(&files)?;
    let set = directory.load();
    let url = place.url();
    scene.runs("the first file", &url, hasty(&set).target(1));
    let mut client = place.database.client_for(&holder);
    client
        .batch_execute(&format!(
            "SELECT pg_advisory_lock({})",
            set.table().lock_key()
        ))
        .map_err(|error| format!("{error:?}"))?;
    let rename = |from: &str, to: &str| {
        elsewhere.execute(&format!(
            "DO $$ BEGIN EXECUTE format('ALTER ROLE %I RENAME TO %I', {from}, {to}); END $$"
        ));
    };
    let strange = format!("'{holder}' || chr(233)");
    rename(&format!("'{holder}'"), &strange);
    for number in 0..2 {
        let (set, url) = (&set, &url);
        let runner = || hasty(set).wait_timeout(Duration::from_millis(200));
        let panicked = thread::scope(|scope| {
            let operations = [
                scope
                    .spawn(move || operate!(driver(number), url, runner(), run, run_async).is_ok()),
                scope.spawn(move || {
                    operate!(driver(number), url, runner(), status, status_async).is_ok()
                }),
            ];
            operations
                .into_iter()
                .filter_map(|operation| operation.join().err())
                .count()
        });
        scene.round.starters += 2;
        if panicked > 0 {
            scene.violation(format!(
                "{panicked} operations of {:?} panic",
                driver(number)
            ));
        }
    }
    rename(&strange, &format!("'{holder}'"));
    drop(client);
    herd(scene, &place, &files, &expected)
}
