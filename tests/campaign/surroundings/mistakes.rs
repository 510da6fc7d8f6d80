//! A statement that fails: in any file, at any place, more than once, and then works.

use std::time::Duration;

use migrate_runtime::{Migrations, Runner};

use super::Scene;
use super::files::{self, File, Script};
use super::instance::{Trouble, hasty, revert, run};
use super::place::{Place, Rights, reference};
use super::sets;
use super::stage::without_numbers;
use crate::apply::Driver;

/// What keeps one statement from working.
struct Obstacle {
    version: usize,
    number: usize,
    breaks: String,
    mends: String,
}

/// Every obstacle of a script.
fn obstacles(version: usize, script: &Script) -> Vec<Obstacle> {
    let statements = script.statements.iter().enumerate();
    let all = statements.flat_map(|(number, statement)| {
        let all = statement.obstacles.iter();
        all.map(move |(breaks, mends)| Obstacle {
            version,
            number,
            breaks: breaks.clone(),
            mends: mends.clone(),
        })
    });
    all.collect()
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

/// Two instances, neither of which may succeed; `check` sees what each has left.
fn fails_twice(
    scene: &mut Scene<'_>,
    operation: impl Fn(Driver) -> Result<(), Trouble>,
    mut check: impl FnMut(&mut Scene<'_>, &str),
) {
    for attempt in ["first attempt", "second attempt"] {
        let driver = scene.driver();
        scene.fails(attempt, operation(driver));
        check(scene, attempt);
    }
}

/// The files up to one of them.
fn up_to(set: &Migrations, version: usize) -> Runner<'_> {
    hasty(set).target(i64::try_from(version).unwrap_or(i64::MAX))
}

/// Obstacles in up files.
pub(super) fn up(scene: &mut Scene<'_>) -> Result<(), String> {
    let files = sets::all(&mut scene.random, scene.server.installation().major);
    let mut stage = scene.stage(files, 20)?;
    let mut chosen: Vec<&File> = stage.files.iter().filter(|file| file.version > 1).collect();
    // Files without a transaction are few, and most can go wrong in them.
    if scene.chance(2) {
        chosen.retain(|file| !file.up.transactional);
    }
    let Some(file) = chosen.get(scene.random.below(chosen.len())).copied() else {
        return Ok(());
    };
    let atomic = file.up.transactional;
    let earlier = stage.files.iter().map(|other| other.version);
    let earlier: Vec<usize> = earlier.filter(|other| *other < file.version).collect();
    let before = earlier.len();
    let url = stage.url();
    let last = earlier.last().copied().unwrap_or_default();
    let all = obstacles(file.version, &file.up);
    scene.runs("before the mistake", &url, up_to(&stage.set, last));
    let obstacle = obstruct(scene, &mut stage.place, all);
    scene.note(&stage.place);
    let Some(obstacle) = obstacle else {
        return Ok(());
    };
    let place = &stage.place;
    let attempt = |driver| run(driver, &url, hasty(&stage.set)).map(drop);
    fails_twice(scene, attempt, |scene, attempt| {
        let (applied, rows) = place.recorded();
        if applied != before || rows > before + usize::from(!atomic) {
            scene.violation(format!(
                "{attempt}: {applied} of {rows} files are recorded as applied, {before} are"
            ));
        }
        if !place.database.held().is_empty() {
            let unrest = place.unrest(Duration::from_secs(10)).into_iter();
            let unrest = unrest.filter(|line| !line.starts_with("invalid"));
            scene.violations(unrest.collect());
        }
    });
    place.database.execute(&obstacle.mends);
    scene.runs("after the mistake", &url, hasty(&stage.set));
    scene.ends(&stage);
    Ok(())
}

/// A statement that never works, taken out again.
pub(super) fn corrected(scene: &mut Scene<'_>) -> Result<(), String> {
    let files = sets::all(&mut scene.random, scene.server.installation().major);
    let mut stage = scene.stage(files, 20)?;
    let transactional = stage.files.iter().filter(|file| file.up.transactional);
    let transactional: Vec<&File> = transactional.collect();
    let Some(right) = transactional
        .get(scene.random.below(transactional.len()))
        .copied()
        .cloned()
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
    stage.place.set.push(format!(
        "file {}, statement {}: {mistake}",
        wrong.version,
        at + 1
    ));
    scene.note(&stage.place);
    stage.directory.write(&wrong)?;
    let earlier = stage.files.iter();
    let before = earlier.filter(|file| file.version < right.version).count();
    let url = stage.url();
    let mistaken = stage.directory.load();
    // Nothing is wrong with a table of that name before there is one.
    let is_wrong = !(mistake.starts_with("CREATE TABLE") && right.version == 1);
    if is_wrong {
        let attempt = |driver| run(driver, &url, hasty(&mistaken)).map(drop);
        fails_twice(scene, attempt, |scene, attempt| {
            let recorded = stage.place.recorded();
            if recorded != (before, before) {
                scene.violation(format!(
                    "{attempt}: {recorded:?} are recorded, {before} are applied"
                ));
            }
        });
    }
    stage.directory.write(&right)?;
    scene.runs("corrected", &url, hasty(&stage.directory.load()));
    scene.ends(&stage);
    Ok(())
}

/// All in one transaction, or nothing.
pub(super) fn single_transaction(scene: &mut Scene<'_>) -> Result<(), String> {
    let files = sets::transactional(&mut scene.random);
    let mut stage = scene.stage(files, 12)?;
    let url = stage.url();
    // Whatever is in the way must be there before anything runs: in a schema of the same name, say.
    let broken = stage.files.iter().filter(|file| file.version > 1);
    let broken: Vec<&File> = broken.collect();
    let Some(right) = broken
        .get(scene.random.below(broken.len()))
        .copied()
        .cloned()
    else {
        return Ok(());
    };
    let mut wrong = right.clone();
    let at = scene.random.below(wrong.up.statements.len() + 1);
    wrong.up.statements.insert(at, files::plain("SELECT 1 / 0"));
    stage.place.set.push(format!(
        "file {}, statement {}: SELECT 1 / 0",
        wrong.version,
        at + 1
    ));
    scene.note(&stage.place);
    let before = stage.place.state();
    stage.directory.write(&wrong)?;
    let mistaken = stage.directory.load();
    let whole = |driver| run(driver, &url, hasty(&mistaken).single_transaction(true)).map(drop);
    fails_twice(scene, whole, |scene, attempt| {
        if stage.place.state() != before || stage.place.recorded() != (0, 0) {
            scene.violation(format!("{attempt}: something was kept"));
        }
    });
    stage.directory.write(&right)?;
    let runner = hasty(&stage.set).single_transaction(true);
    scene.runs("corrected", &url, runner);
    scene.ends(&stage);
    Ok(())
}

/// Obstacles in down files.
pub(super) fn down(scene: &mut Scene<'_>) -> Result<(), String> {
    let mut stage = scene.stage(sets::reversible(), 20)?;
    let url = stage.url();
    let with_down = stage.files.iter().filter(|file| file.down.is_some());
    let with_down: Vec<&File> = with_down.collect();
    let Some((version, down)) = with_down
        .get(scene.random.below(with_down.len()))
        .and_then(|file| Some((file.version, file.down.clone()?)))
    else {
        return Ok(());
    };
    scene.runs("before the mistake", &url, up_to(&stage.set, version));
    let obstacle = obstruct(scene, &mut stage.place, obstacles(version, &down));
    scene.note(&stage.place);
    let Some(obstacle) = obstacle else {
        return Ok(());
    };
    let atomic = down.transactional;
    let attempt = |driver| revert(driver, &url, hasty(&stage.set));
    fails_twice(scene, attempt, |scene, attempt| {
        let (applied, rows) = stage.place.recorded();
        let left = version - usize::from(!atomic);
        if rows != version || applied != left {
            scene.violation(format!(
                "{attempt}: {applied} of {rows} are recorded as applied"
            ));
        }
        if !atomic {
            let other = scene.driver();
            let outcome = run(other, &url, hasty(&stage.set)).map(drop);
            scene.fails("a run in between", outcome);
        }
    });
    stage.place.database.execute(&obstacle.mends);
    let last = scene.driver();
    scene.works("the last revert", revert(last, &url, hasty(&stage.set)));
    let prefix = stage.files.iter().filter(|other| other.version < version);
    let prefix: Vec<File> = prefix.cloned().collect();
    let reverted = reference(scene.server, Rights::Creator, &prefix)?;
    let differences = stage.place.differences(&reverted);
    scene.violations(without_numbers(differences));
    scene.runs("the run after it", &url, hasty(&stage.set));
    scene.ends_reverted(&stage);
    Ok(())
}
