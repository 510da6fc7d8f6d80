//! A statement that fails: in any file, at any place, more than once, and then works.

use std::time::Duration;

use migrate_runtime::{Migrations, Revert, Runner};

use super::Scene;
use super::files::{self, Directory, File, Script};
use super::herds::{driver, recorded};
use super::instance::{Trouble, hasty, operate, run};
use super::place::{Place, Rights, reference};
use super::sets;
use crate::apply::Driver;

/// What keeps one statement from working.
struct Obstacle {
    version: usize,
    number: usize,
    breaks: String,
    mends: String,
}

/// Every obstacle of these scripts.
fn obstacles<'f>(scripts: impl Iterator<Item = (usize, &'f Script)>) -> Vec<Obstacle> {
    let mut all = Vec::new();
    for (version, script) in scripts {
        for (number, statement) in script.statements.iter().enumerate() {
            for (breaks, mends) in &statement.obstacles {
                all.push(Obstacle {
                    version,
                    number,
                    breaks: breaks.clone(),
                    mends: mends.clone(),
                });
            }
        }
    }
    all
}

/// Puts one of the obstacles in the way. Some cannot be there yet: the next is tried then.
fn obstruct(
    scene: &mut Scene<'_>,
    place: &mut Place<'_>,
    mut all: Vec<Obstacle>,
) -> Option<Obstacle> {
    let mut client = place.neutral().ok()?;
    while !all.is_empty() {
        let obstacle = all.swap_remove(scene.random.below(all.len()));
        let sent = client.batch_execute(&obstacle.breaks);
        if sent.is_ok() {
            place.set.push(format!(
                "file {}, statement {}: {}",
                obstacle.version,
                obstacle.number + 1,
                obstacle.breaks
            ));
            return Some(obstacle);
        }
    }
    None
}

fn fails(scene: &mut Scene<'_>, what: &str, outcome: Result<(), Trouble>) {
    scene.round.starters += 1;
    match outcome {
        Ok(()) => scene.violation(format!("{what}: nothing was wrong with it")),
        Err(trouble) if trouble.is_connection() => scene.violation(format!("{what}: {trouble}")),
        Err(_) => scene.round.refused += 1,
    }
}

fn works(scene: &mut Scene<'_>, what: &str, outcome: Result<(), Trouble>) {
    scene.round.starters += 1;
    if let Err(trouble) = outcome {
        scene.violation(format!("{what}: {trouble}"));
    }
}

/// The files before one of them.
fn up_to(set: &Migrations, version: usize) -> Runner<'_> {
    hasty(set).target(i64::try_from(version).unwrap_or(i64::MAX))
}

/// Obstacles in up files.
pub(super) fn up(scene: &mut Scene<'_>) -> Result<(), String> {
    let rights = Rights::Creator;
    let files = sets::all(&mut scene.random, scene.server.installation().major);
    let expected = reference(scene.server, rights, &files)?;
    let mut place = Place::new(scene.server, rights);
    if scene.chance(2) {
        place.set_at_random(&mut scene.random, 20);
    }
    let directory = Directory::new(&files)?;
    let set = directory.load();
    let mut chosen: Vec<&File> = files.iter().filter(|file| file.version > 1).collect();
    // Files without a transaction are few, and most can go wrong in them.
    if scene.chance(2) {
        chosen.retain(|file| !file.up.transactional);
    }
    let Some(file) = chosen.get(scene.random.below(chosen.len())).copied() else {
        return Ok(());
    };
    let before = files
        .iter()
        .take_while(|other| other.version < file.version)
        .count();
    let last = files
        .get(before.saturating_sub(1))
        .map_or(0, |file| file.version);
    let url = place.url();
    let first = driver(scene.random.below(2));
    works(
        scene,
        "before the mistake",
        run(first, &url, up_to(&set, last)).map(drop),
    );
    let obstacle = obstruct(
        scene,
        &mut place,
        obstacles([(file.version, &file.up)].into_iter()),
    );
    scene.round.notes.extend(place.set.iter().cloned());
    let Some(obstacle) = obstacle else {
        return Ok(());
    };
    for attempt in ["first", "second"] {
        let driver = driver(scene.random.below(2));
        fails(
            scene,
            &format!("{attempt} attempt"),
            run(driver, &url, hasty(&set)).map(drop),
        );
        let (applied, rows) = place.recorded();
        if applied != before || rows > before + usize::from(!file.up.transactional) {
            scene.violation(format!(
                "{attempt} attempt: {applied} of {rows} files are recorded as applied, {before} are"
            ));
        }
        let unrest = place.database.held();
        if !unrest.is_empty() {
            let unrest = place.unrest(Duration::from_secs(10));
            let unrest = unrest
                .into_iter()
                .filter(|line| !line.starts_with("invalid"));
            scene.violations(unrest.collect());
        }
    }
    place.database.execute(&obstacle.mends);
    let last = driver(scene.random.below(2));
    works(
        scene,
        "after the mistake",
        run(last, &url, hasty(&set)).map(drop),
    );
    let differences = place.differences(&expected);
    scene.violations(differences);
    recorded(scene, &place, &files);
    Ok(())
}

/// A statement that never works, taken out again.
pub(super) fn corrected(scene: &mut Scene<'_>) -> Result<(), String> {
    let rights = Rights::Creator;
    let files = sets::all(&mut scene.random, scene.server.installation().major);
    let expected = reference(scene.server, rights, &files)?;
    let mut place = Place::new(scene.server, rights);
    if scene.chance(2) {
        place.set_at_random(&mut scene.random, 20);
    }
    let transactional: Vec<&File> = files.iter().filter(|file| file.up.transactional).collect();
    let Some(right) = transactional
        .get(scene.random.below(transactional.len()))
        .copied()
    else {
        return Ok(());
    };
    let mut wrong = right.clone();
    let at = scene.random.below(wrong.up.statements.len() + 1);
    let all = [
        "SELECT 1 / 0",
        "INSERT INTO app.nowhere VALUES (1)",
        "DO $$ BEGIN RAISE EXCEPTION 'no'; END $$",
        "SELECT pg_catalog.set_config('search_path', 'other', false)::pg_catalog.int4",
        "CREATE TABLE app.effects ()",
    ];
    let mistake = all
        .get(scene.random.below(all.len()))
        .copied()
        .unwrap_or_default();
    wrong.up.statements.insert(at, files::plain(mistake));
    place.set.push(format!(
        "file {}, statement {}: {mistake}",
        wrong.version,
        at + 1
    ));
    scene.round.notes.extend(place.set.iter().cloned());
    let directory = Directory::new(&files)?;
    directory.write(&wrong)?;
    let before = files
        .iter()
        .take_while(|file| file.version < right.version)
        .count();
    let url = place.url();
    let set = directory.load();
    // Nothing is wrong with a table of that name before there is one.
    let is_wrong = !(mistake.starts_with("CREATE TABLE") && right.version == 1);
    for attempt in ["first", "second"] {
        if !is_wrong {
            continue;
        }
        let driver = driver(scene.random.below(2));
        fails(
            scene,
            &format!("{attempt} attempt"),
            run(driver, &url, hasty(&set)).map(drop),
        );
        let recorded = place.recorded();
        if recorded != (before, before) {
            scene.violation(format!(
                "{attempt} attempt: {recorded:?} are recorded, {before} are applied"
            ));
        }
    }
    directory.write(right)?;
    let set = directory.load();
    let last = driver(scene.random.below(2));
    works(scene, "corrected", run(last, &url, hasty(&set)).map(drop));
    let differences = place.differences(&expected);
    scene.violations(differences);
    recorded(scene, &place, &files);
    Ok(())
}

/// All in one transaction, or nothing.
pub(super) fn single_transaction(scene: &mut Scene<'_>) -> Result<(), String> {
    let rights = Rights::Creator;
    let files = sets::transactional(&mut scene.random);
    let expected = reference(scene.server, rights, &files)?;
    let mut place = Place::new(scene.server, rights);
    if scene.chance(2) {
        place.set_at_random(&mut scene.random, 12);
    }
    let directory = Directory::new(&files)?;
    let set = directory.load();
    let url = place.url();
    let scripts = files.iter().filter(|file| file.version > 1);
    // Whatever is in the way must be there before anything runs: in a schema of the same name, say.
    let broken = scripts.map(|file| file.version).collect::<Vec<_>>();
    let version = broken
        .get(scene.random.below(broken.len()))
        .copied()
        .unwrap_or(14);
    let mut wrong: Vec<File> = files.clone();
    for file in wrong.iter_mut().filter(|file| file.version == version) {
        let at = scene.random.below(file.up.statements.len() + 1);
        file.up.statements.insert(at, files::plain("SELECT 1 / 0"));
        place.set.push(format!(
            "file {version}, statement {}: SELECT 1 / 0",
            at + 1
        ));
    }
    scene.round.notes.extend(place.set.iter().cloned());
    let before = place.state();
    for file in wrong.iter().filter(|file| file.version == version) {
        directory.write(file)?;
    }
    let mistaken = directory.load();
    for attempt in ["first", "second"] {
        let driver = driver(scene.random.below(2));
        let runner = hasty(&mistaken).single_transaction(true);
        fails(
            scene,
            &format!("{attempt} attempt"),
            run(driver, &url, runner).map(drop),
        );
        if place.state() != before || place.recorded() != (0, 0) {
            scene.violation(format!("{attempt} attempt: something was kept"));
        }
    }
    for file in files.iter().filter(|file| file.version == version) {
        directory.write(file)?;
    }
    let last = driver(scene.random.below(2));
    works(
        scene,
        "corrected",
        run(last, &url, hasty(&set).single_transaction(true)).map(drop),
    );
    let differences = place.differences(&expected);
    scene.violations(differences);
    recorded(scene, &place, &files);
    Ok(())
}

fn revert(driver: Driver, url: &str, runner: Runner<'_>) -> Result<(), Trouble> {
    operate!(driver, url, runner, revert, revert_async, Revert::Last(1)).map(drop)
}

/// Obstacles in down files.
pub(super) fn down(scene: &mut Scene<'_>) -> Result<(), String> {
    let rights = Rights::Creator;
    let files = sets::reversible();
    let expected = reference(scene.server, rights, &files)?;
    let mut place = Place::new(scene.server, rights);
    if scene.chance(2) {
        place.set_at_random(&mut scene.random, 20);
    }
    let directory = Directory::new(&files)?;
    let set = directory.load();
    let url = place.url();
    let with_down: Vec<&File> = files.iter().filter(|file| file.down.is_some()).collect();
    let Some(file) = with_down.get(scene.random.below(with_down.len())).copied() else {
        return Ok(());
    };
    let first = driver(scene.random.below(2));
    works(
        scene,
        "before the mistake",
        run(first, &url, up_to(&set, file.version)).map(drop),
    );
    let scripts = file.down.iter().map(|down| (file.version, down));
    let obstacle = obstruct(scene, &mut place, obstacles(scripts));
    scene.round.notes.extend(place.set.iter().cloned());
    let Some(obstacle) = obstacle else {
        return Ok(());
    };
    let atomic = file.down.as_ref().is_some_and(|down| down.transactional);
    for attempt in ["first", "second"] {
        let one = driver(scene.random.below(2));
        fails(
            scene,
            &format!("{attempt} revert"),
            revert(one, &url, hasty(&set)),
        );
        let (applied, rows) = place.recorded();
        let left = file.version - usize::from(!atomic);
        if rows != file.version || applied != left {
            scene.violation(format!(
                "{attempt} revert: {applied} of {rows} are recorded as applied"
            ));
        }
        if !atomic {
            let other = driver(scene.random.below(2));
            fails(
                scene,
                "a run in between",
                run(other, &url, hasty(&set)).map(drop),
            );
        }
    }
    place.database.execute(&obstacle.mends);
    let last = driver(scene.random.below(2));
    works(scene, "the last revert", revert(last, &url, hasty(&set)));
    let prefix: Vec<File> = files
        .iter()
        .filter(|other| other.version < file.version)
        .cloned()
        .collect();
    let differences = place.differences(&reference(scene.server, rights, &prefix)?);
    // A column that was dropped leaves its number.
    scene.violations(without_numbers(differences));
    works(
        scene,
        "the run after it",
        run(last, &url, hasty(&set)).map(drop),
    );
    let differences = place.differences(&expected);
    scene.violations(without_numbers(differences));
    recorded(scene, &place, &files);
    Ok(())
}

/// Without the columns, whose numbers tell of columns that are gone.
pub(super) fn without_numbers(mut differences: Vec<String>) -> Vec<String> {
    differences.retain(|line| !line.contains(": column "));
    differences
}
