//! What an instance may have to wait for, and what can happen to it in the meantime.

use std::thread;
use std::time::{Duration, Instant};

use super::Scene;
use super::files::Directory;
use super::herds::{driver, herd, recorded, together};
use super::instance::{Trouble, hasty, operate, run};
use super::place::{Place, Rights, reference};
use super::sets;

/// What an instance does.
type Operation<'a> = &'a dyn Fn() -> Result<(), Trouble>;

/// Longer than the wait that was asked for, by what a busy machine adds.
const BOUND: Duration = Duration::from_secs(20);

/// The history table is locked, or another session is about to make it.
pub(super) fn locked_history(scene: &mut Scene<'_>) -> Result<(), String> {
    let rights = Rights::Creator;
    let files = sets::all(&mut scene.random, scene.server.installation().major);
    let expected = reference(scene.server, rights, &files)?;
    let mut place = Place::new(scene.server, rights);
    let directory = Directory::new(&files)?;
    let set = directory.load();
    let url = place.url();
    let in_the_way = if scene.chance(2) {
        let first = driver(scene.random.below(2));
        run(first, &url, hasty(&set).target(1))
            .map_err(|trouble| format!("the first file: {trouble}"))?;
        "LOCK TABLE public.schema_migrations IN ACCESS EXCLUSIVE MODE"
    } else {
        "CREATE TABLE public.schema_migrations (version bigint)"
    };
    let mut other = place.database.client_for(&place.role);
    other
        .batch_execute(&format!("BEGIN; {in_the_way}"))
        .map_err(|error| format!("{error:?}"))?;
    place.set.push(in_the_way.to_owned());
    scene.round.notes.extend(place.set.iter().cloned());
    let runner = || hasty(&set).wait_timeout(Duration::from_secs(1));
    let one = driver(scene.random.below(2));
    let operations: [(&str, Operation<'_>); 3] = [
        ("run", &|| {
            operate!(one, &url, runner(), run, run_async).map(drop)
        }),
        ("plan", &|| {
            operate!(one, &url, runner(), plan, plan_async).map(drop)
        }),
        ("status", &|| {
            operate!(one, &url, runner(), status, status_async).map(drop)
        }),
    ];
    for (name, operation) in operations {
        let begun = Instant::now();
        let outcome = operation();
        scene.round.starters += 1;
        if begun.elapsed() > BOUND {
            scene.violation(format!("{name} took {:?}", begun.elapsed()));
        }
        match outcome {
            // A table that is not committed is not there.
            Ok(()) if name != "run" => {}
            Ok(()) => scene.violation(format!("{name} did not need the table")),
            Err(trouble) if trouble.is_connection() => {
                scene.violation(format!("{name}: {trouble}"));
            }
            Err(_) => scene.round.refused += 1,
        }
    }
    other
        .batch_execute("ROLLBACK")
        .map_err(|error| format!("{error:?}"))?;
    herd(scene, &place, &files, &expected)
}

/// The role's timeouts are shorter than the wait.
pub(super) fn idle_timeouts(scene: &mut Scene<'_>) -> Result<(), String> {
    let rights = Rights::Creator;
    let files = sets::all(&mut scene.random, scene.server.installation().major);
    let expected = reference(scene.server, rights, &files)?;
    let mut place = Place::new(scene.server, rights);
    let directory = Directory::new(&files)?;
    let set = directory.load();
    let url = place.url();
    let first = driver(scene.random.below(2));
    run(first, &url, hasty(&set).target(1))
        .map_err(|trouble| format!("the first file: {trouble}"))?;
    let mut reader = place.database.client();
    reader
        .batch_execute("BEGIN; LOCK TABLE app.t IN ACCESS EXCLUSIVE MODE")
        .map_err(|error| format!("{error:?}"))?;
    place.set("statement_timeout", "'100ms'");
    place.set("lock_timeout", "'1ms'");
    place.set("idle_in_transaction_session_timeout", "'300ms'");
    if scene.server.installation().major >= 14 {
        place.set("idle_session_timeout", "'700ms'");
    }
    if scene.server.installation().major >= 17 {
        place.set("transaction_timeout", "'200ms'");
    }
    scene.round.notes.extend(place.set.iter().cloned());
    let held = Duration::from_secs(2) + scene.random.milliseconds(1_000);
    thread::scope(|scope| {
        scope.spawn(move || {
            thread::sleep(held);
            let _ = reader.batch_execute("ROLLBACK");
        });
        together(scene, &set, &url, 3);
    });
    let differences = place.differences(&expected);
    scene.violations(differences);
    recorded(scene, &place, &files);
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
    let first = driver(scene.random.below(2));
    run(first, &url, hasty(&set).target(1))
        .map_err(|trouble| format!("the first file: {trouble}"))?;
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
