//! The server crashes in the middle of a message that carries several migrations. What was committed without a flush may be
//! gone, with its history row; what an instance was told of may not.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use migrate_fixtures::{Database, Options, Server, Stop, Wanted};
use migrate_runtime::Event;
use tempfile::TempDir;

use super::Scene;
use super::instance::run;

/// How many files: a run of them takes some tenths of a second.
const FILES: i64 = 120;

/// One round: a server of its own, which flushes, and crashes again and again.
pub(super) fn within_a_message(scene: &mut Scene<'_>) -> Result<(), String> {
    let binaries = scene.server.installation().binaries.clone();
    let options = Options::new()
        .wanted(Wanted::Binaries(binaries))
        .setting("fsync", "on")
        .setting("full_page_writes", "on")
        // Nothing but commits brings the log to the disk, so a crash takes as much as it can.
        .setting("wal_writer_delay", "10s")
        .setting("wal_writer_flush_after", "1GB");
    let mut server = Server::start(&options).map_err(|failure| failure.to_string())?;
    let root = files().map_err(|error| error.to_string())?;
    let mut within = 0;
    for _ in 0..scene.plan.crashes_in_a_round {
        within += usize::from(crash(scene, &mut server, &root)?);
    }
    let all = scene.plan.crashes_in_a_round;
    let note = format!("{within} of {all} crashes in the middle of a run");
    scene.round.notes.push(note);
    Ok(())
}

fn files() -> std::io::Result<TempDir> {
    let root = tempfile::tempdir()?;
    let directory = root.path().join("migrations");
    fs::create_dir(&directory)?;
    for number in 1..=FILES {
        let mut sql = String::new();
        match number % 20 {
            1 if number == 1 => sql.push_str("CREATE TABLE effects (version int);\n"),
            3 => {
                let _ = writeln!(sql, "CREATE TABLE t{number} (id int PRIMARY KEY);");
            }
            // To delete a file the server flushes, whatever the commit says.
            7 => {
                let _ = writeln!(sql, "DROP TABLE t{};", number - 4);
            }
            12 => sql.push_str("-- migrate: flush\n"),
            17 => sql.push_str("SELECT pg_sleep(0.01);\n"),
            _ => {}
        }
        let _ = writeln!(sql, "INSERT INTO effects VALUES ({number});");
        fs::write(directory.join(format!("{number:03}_f.sql")), sql)?;
    }
    Ok(root)
}

/// A run, a crash in it, and another run. Whether the crash was in its middle.
fn crash(scene: &mut Scene<'_>, server: &mut Server, root: &TempDir) -> Result<bool, String> {
    let set = crate::load(root.path());
    let database = server.database();
    let (url, driver) = (database.url(), scene.driver());
    let delay = Duration::from_micros(scene.random.next() % 150_000);
    let told = Mutex::new(Vec::new());
    let ended = thread::scope(|scope| {
        let running = scope.spawn(|| {
            let runner = set.runner().observer(|event| {
                if let Event::Applied { version, .. } = event {
                    told.lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push(*version);
                }
            });
            run(driver, &url, runner)
        });
        let patience = Instant::now() + Duration::from_secs(20);
        let is_told = || !told.lock().is_ok_and(|told| told.is_empty());
        while !is_told() && !running.is_finished() && Instant::now() < patience {
            thread::sleep(Duration::from_micros(200));
        }
        thread::sleep(delay);
        let crashed = server.stop(Stop::Immediate);
        let ended = running.join();
        crashed
            .and_then(|()| server.resume())
            .map_err(|failure| failure.to_string())?;
        ended.map_err(|_| "the run panics".to_owned())
    })?;
    scene.round.starters += 1;
    let told = told.into_inner().unwrap_or_else(PoisonError::into_inner);
    let reported: Vec<i64> = match &ended {
        Ok(report) => report.applied.iter().map(|one| one.version).collect(),
        Err(trouble) if trouble.is_connection() => told.clone(),
        Err(trouble) => {
            scene.violation(format!("the run that met the crash: {trouble}"));
            told.clone()
        }
    };
    scene.round.deaths += usize::from(ended.is_err());
    let kept = kept(scene, &database);
    for version in told.iter().chain(&reported) {
        if !kept.contains(version) {
            scene.violation(format!("{version} was told of, and the crash has taken it"));
        }
    }
    if !kept
        .iter()
        .copied()
        .eq(1..=i64::try_from(kept.len()).unwrap_or_default())
    {
        scene.violation(format!("the crash has left gaps: {kept:?}"));
    }
    let again = run(scene.driver(), &url, set.runner());
    scene.works("the run after the crash", again.map(drop));
    let complete = self::kept(scene, &database);
    if !complete.into_iter().eq(1..=FILES) {
        scene.violation("the run after the crash has not completed the set");
    }
    Ok(ended.is_err() && kept.len() < usize::try_from(FILES).unwrap_or_default())
}

/// The versions that are recorded; their effects have to be the same, each of them once.
fn kept(scene: &mut Scene<'_>, database: &Database) -> BTreeSet<i64> {
    let versions = |sql: &str| -> Vec<i64> {
        let rows = database.rows(sql).concat();
        rows.iter().filter_map(|row| row.parse().ok()).collect()
    };
    let is_there = |table: &str| {
        database.value(&format!("SELECT to_regclass('public.{table}') IS NOT NULL")) == "t"
    };
    let mut recorded = Vec::new();
    if is_there("schema_migrations") {
        recorded = versions(
            "SELECT version FROM schema_migrations WHERE state = 'applied' ORDER BY version",
        );
        let all = database.value("SELECT count(*) FROM schema_migrations");
        if all != recorded.len().to_string() {
            scene.violation("the history holds rows of half-done migrations");
        }
    }
    let mut effects = Vec::new();
    if is_there("effects") {
        effects = versions("SELECT version FROM effects ORDER BY version");
    }
    if recorded != effects {
        scene.violation(format!("recorded: {recorded:?}, done: {effects:?}"));
    }
    recorded.into_iter().collect()
}
