//! PgBouncer in each of its modes.

use migrate_fixtures::{PoolMode, Pooler};

use super::Scene;
use super::files::{self, Directory};
use super::herds::{driver, herd, recorded, together};
use super::instance::{hasty, run};
use super::place::{Place, Rights, reference};
use super::sets;

/// Starts one, or says that there is none.
fn pooler(scene: &mut Scene<'_>, mode: PoolMode) -> Result<Option<Pooler>, String> {
    match Pooler::start_in(scene.server, 3, mode) {
        Ok(pooler) => Ok(Some(pooler)),
        Err(failure) if scene.plan.pooler_required => Err(failure.to_string()),
        Err(failure) => {
            scene.round.notes.push(format!("not tried: {failure}"));
            Ok(None)
        }
    }
}

/// As good as none.
pub(super) fn session(scene: &mut Scene<'_>) -> Result<(), String> {
    let Some(pooler) = pooler(scene, PoolMode::Session)? else {
        return Ok(());
    };
    let files = sets::all(&mut scene.random, scene.server.installation().major);
    let expected = reference(scene.server, Rights::Pooled, &files)?;
    let mut place = Place::new(scene.server, Rights::Pooled);
    if scene.chance(2) {
        place.set_at_random_for_a_pool(&mut scene.random, 20);
    }
    place.through = Some(pooler.port());
    herd(scene, &place, &files, &expected)
}

/// Each message may meet another session.
pub(super) fn transaction(scene: &mut Scene<'_>) -> Result<(), String> {
    let Some(pooler) = pooler(scene, PoolMode::Transaction)? else {
        return Ok(());
    };
    let files = sets::all(&mut scene.random, scene.server.installation().major);
    let expected = reference(scene.server, Rights::Pooled, &files)?;
    let mut place = Place::new(scene.server, Rights::Pooled);
    if scene.chance(2) {
        place.set_at_random_for_a_pool(&mut scene.random, 20);
    }
    scene.round.notes.extend(place.set.iter().cloned());
    let url = place.database.url_through(&place.role, pooler.port());
    let transactional: Vec<_> = files
        .iter()
        .filter(|file| file.up.transactional)
        .cloned()
        .collect();
    // A quick file is wrong, three times, while others use the pool.
    let directory = Directory::new(&transactional)?;
    let right = directory.load();
    let version = 10 + scene.random.below(3);
    for file in transactional.iter().filter(|file| file.version == version) {
        let mut wrong = file.clone();
        wrong.up.statements.push(files::plain("SELECT 1 / 0"));
        directory.write(&wrong)?;
        let set = directory.load();
        for number in 0..4 {
            scene.round.starters += 1;
            match run(driver(number), &url, hasty(&set)) {
                Ok(_) => scene.violation("a file that fails was applied"),
                Err(trouble) if trouble.is_connection() => {
                    scene.violation(format!("behind the pooler: {trouble}"));
                }
                Err(_) => scene.round.refused += 1,
            }
        }
        directory.write(file)?;
    }
    together(scene, &right, &url, 3);
    recorded(scene, &place, &transactional);
    scene.round.leaks(&place.database, &pooler);
    // The files without a transaction, directly. They are older than what is there.
    let all = Directory::new(&files)?;
    let set = all.load();
    scene.round.starters += 2;
    let late = || hasty(&set).out_of_order(migrate_runtime::Policy::Allow);
    match run(driver(scene.random.below(4)), &url, late()) {
        Err(trouble) if trouble.to_string().contains("pooler") => scene.round.refused += 1,
        Err(trouble) => scene.violation(format!(
            "without a transaction, behind the pooler: {trouble}"
        )),
        Ok(_) => {}
    }
    if let Err(trouble) = run(driver(scene.random.below(4)), &place.url(), late()) {
        scene.violation(format!("without a transaction, directly: {trouble}"));
    }
    let differences = place.differences(&expected);
    scene.violations(differences);
    recorded(scene, &place, &files);
    Ok(())
}

/// No transaction outlives a message, and not every message is let through.
pub(super) fn statement(scene: &mut Scene<'_>) -> Result<(), String> {
    let Some(pooler) = pooler(scene, PoolMode::Statement)? else {
        return Ok(());
    };
    let files = sets::all(&mut scene.random, scene.server.installation().major);
    let expected = reference(scene.server, Rights::Pooled, &files)?;
    let place = Place::new(scene.server, Rights::Pooled);
    let directory = Directory::new(&files)?;
    let set = directory.load();
    let url = place.database.url_through(&place.role, pooler.port());
    for number in 0..3 {
        scene.round.starters += 1;
        if run(driver(number), &url, hasty(&set)).is_err() {
            scene.round.refused += 1;
        }
        let (applied, _) = place.recorded();
        let first = files.get(..applied).unwrap_or(&files);
        let half = files
            .get(applied)
            .is_some_and(|file| !file.up.transactional);
        if !half {
            let differences = place.differences(&reference(scene.server, Rights::Pooled, first)?);
            scene.violations(differences);
        }
    }
    herd(scene, &place, &files, &expected)
}
