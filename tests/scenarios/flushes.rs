//! When the server waits for its disk: once for all migrations that share a message; and what is told of is durable.

use migrate_fixtures::{Database, Options, Server, Stop};
use migrate_runtime::{Event, Runner, StopToken};

use crate::set::{DRIVERS, Driver, Set, versions};

/// A server that writes its log to disk only where a commit asks for that.
fn server() -> Server {
    let options = Options::new()
        .setting("wal_writer_delay", "10s")
        .setting("wal_writer_flush_after", "1GB");
    Server::start(&options).unwrap()
}

/// What a file saw: its version, and how far the log was on disk and in memory.
fn seen(number: usize) -> String {
    format!(
        "INSERT INTO seen VALUES ({number}, pg_current_wal_flush_lsn(), pg_current_wal_insert_lsn(), \
         current_setting('synchronous_commit'));"
    )
}

/// So many files, each of which says what it saw; `text` comes before that in the `at`th.
fn witnesses(count: usize, at: usize, text: &str) -> Set {
    let set = Set::new(&[]);
    for number in 1..=count {
        let mut sql = if number == at {
            format!("{text}\n")
        } else {
            String::new()
        };
        if number == 1 {
            sql.push_str(
                "CREATE TABLE seen (version int, flushed pg_lsn, inserted pg_lsn, setting text);\n",
            );
        }
        sql.push_str(&seen(number));
        set.write(&format!("{number:03}_s.sql"), &sql);
    }
    set
}

/// Runs, and lists the messages that carried several: the first and the last of each.
fn batches(driver: Driver, database: &Database, runner: Runner<'_>) -> Vec<(i64, i64)> {
    let mut batches = Vec::new();
    let runner = runner.observer(|event| {
        if let Event::BatchStarted { first, last, .. } = event {
            batches.push((*first, *last));
        }
    });
    driver.run(database, runner).unwrap();
    assert!(batches.iter().any(|(first, last)| last - first >= 9));
    batches
}

/// After which of these the server had waited for its disk when the next one ran. Others flush, too: until PostgreSQL 16 the
/// server's own writer does, once in ten seconds.
fn flushed(database: &Database, first: i64, last: i64) -> Vec<i64> {
    let sql = format!(
        "SELECT this.version FROM seen AS this JOIN seen AS next ON next.version = this.version + 1 \
         WHERE next.flushed > this.inserted AND this.version BETWEEN {first} AND {last} ORDER BY 1"
    );
    numbers(database, &sql)
}

fn numbers(database: &Database, sql: &str) -> Vec<i64> {
    let rows = database.rows(sql).concat();
    rows.iter().map(|number| number.parse().unwrap()).collect()
}

/// As many flushes as others may have caused.
const STRAY: usize = 3;

#[test]
fn migrations_that_share_a_message_are_flushed_once() {
    let server = server();
    for driver in DRIVERS {
        let database = server.database();
        let set = witnesses(60, 0, "").load();
        let batches = batches(driver, &database, set.runner());
        let mut within = Vec::new();
        for (first, last) in batches {
            within.extend(flushed(&database, first, last - 1));
            if last < 60 {
                assert_eq!(flushed(&database, last, last), [last]);
            }
        }
        assert!(within.len() <= STRAY, "{within:?}");
        assert_eq!(database.value("SELECT DISTINCT setting FROM seen"), "on");
    }
}

#[test]
fn a_file_may_ask_for_a_flush_of_its_own() {
    let server = server();
    for driver in DRIVERS {
        let database = server.database();
        let set = witnesses(60, 30, "-- migrate: flush").load();
        let batches = batches(driver, &database, set.runner());
        let around = batches
            .iter()
            .find(|(first, last)| (*first..*last).contains(&30));
        let (first, last) = *around.unwrap();
        let flushed = flushed(&database, first, last - 1);
        assert!(flushed.contains(&30), "{flushed:?}");
        assert!(flushed.len() <= 1 + STRAY, "{flushed:?}");
    }
}

#[test]
fn an_option_flushes_each_migration() {
    let server = server();
    for driver in DRIVERS {
        let database = server.database();
        let set = witnesses(60, 0, "").load();
        batches(
            driver,
            &database,
            set.runner().one_flush_per_migration(true),
        );
        assert_eq!(flushed(&database, 1, 59), (1..=59).collect::<Vec<_>>());
    }
}

#[test]
fn a_message_is_flushed_as_the_session_asks() {
    let server = server();
    for driver in DRIVERS {
        let database = server.database();
        database.execute(&format!(
            "ALTER DATABASE {} SET synchronous_commit TO off",
            database.name()
        ));
        let set = witnesses(60, 30, "-- migrate: flush").load();
        batches(driver, &database, set.runner());
        let flushed = flushed(&database, 1, 59);
        assert!(flushed.len() <= STRAY, "{flushed:?}");
        assert_eq!(database.value("SELECT DISTINCT setting FROM seen"), "off");
    }
}

#[test]
fn what_a_file_sets_does_not_keep_its_message_from_the_disk() {
    let mut server = server();
    for driver in DRIVERS {
        for setting in [
            "SET LOCAL synchronous_commit TO off;",
            "SET synchronous_commit TO off;",
        ] {
            let database = server.database();
            let set = witnesses(60, 60, setting).load();
            driver.run(&database, set.runner()).unwrap();
            server.restart(Stop::Immediate).unwrap();
            assert_eq!(applied(&database), (1..=60).collect::<Vec<_>>());
        }
    }
}

fn applied(database: &Database) -> Vec<i64> {
    numbers(
        database,
        "SELECT version FROM schema_migrations WHERE state = 'applied' ORDER BY version",
    )
}

/// Runs, and crashes the server as soon as the first event tells of `version`.
fn crash_after(
    server: &mut Server,
    driver: Driver,
    database: &Database,
    runner: Runner<'_>,
    version: i64,
) -> Vec<i64> {
    let mut told = Vec::new();
    let mut crashed = false;
    let runner = runner.observer(|event| {
        if let Event::Applied { version: this, .. } = event {
            if *this == version {
                server.stop(Stop::Immediate).unwrap();
                crashed = true;
            }
            told.push(*this);
        }
    });
    let ended = driver.run(database, runner);
    assert!(crashed, "{ended:?}");
    server.resume().unwrap();
    told
}

/// Each ends a message between its migrations.
const ENDS: [&str; 4] = [
    "SELECT 1 / 0;",
    "SELECT pg_sleep(0.3);",
    "DEALLOCATE ALL;",
    "ALTER TABLE locked ADD a int;",
];

#[test]
fn what_is_told_of_survives_a_crash_however_the_message_ended() {
    let mut server = server();
    for driver in DRIVERS {
        for end in ENDS {
            let database = server.database();
            database.execute("CREATE TABLE locked ()");
            let mut holder = database.client();
            holder.batch_execute("BEGIN; LOCK TABLE locked").unwrap();
            let set = witnesses(60, 30, end).load();
            let told = crash_after(&mut server, driver, &database, set.runner(), 29);
            let kept = applied(&database);
            assert!(
                told.iter().all(|version| kept.contains(version)),
                "{end} {told:?} {kept:?}"
            );
            let effects = database.rows("SELECT version FROM seen ORDER BY version");
            assert_eq!(effects.len(), kept.len(), "{end}");
            if end != ENDS[0] && end != ENDS[3] {
                driver.run(&database, set.runner()).unwrap();
                assert_eq!(applied(&database), (1..=60).collect::<Vec<_>>());
                database.assert_quiet();
            }
        }
    }
}

#[test]
fn a_stop_request_ends_a_run_with_what_is_on_disk() {
    let mut server = server();
    for driver in DRIVERS {
        let database = server.database();
        let set = witnesses(60, 30, "SELECT pg_sleep(0.3);").load();
        let stop = StopToken::new();
        let runner = set.runner().stop(&stop).observer(|event| {
            if let Event::BatchStarted { last, .. } = event
                && *last >= 30
            {
                stop.stop();
            }
        });
        let error = driver.run(&database, runner).unwrap_err();
        assert!(error.is_stopped(), "{error}");
        server.restart(Stop::Immediate).unwrap();
        assert_eq!(versions(error.report()), (1..=30).collect::<Vec<_>>());
        assert_eq!(applied(&database), versions(error.report()));
    }
}

#[test]
fn a_role_with_no_more_than_the_rights_of_a_run_makes_sure_of_what_is_applied() {
    let mut server = server();
    for driver in DRIVERS {
        let database = server.database();
        let role = database.role("");
        driver
            .run(&database, witnesses(1, 0, "").load().runner())
            .unwrap();
        database.execute(&format!(
            "GRANT SELECT, INSERT, UPDATE ON schema_migrations TO {role}; GRANT INSERT, SELECT ON seen TO {role}"
        ));
        let set = witnesses(60, 30, "SELECT 1 / 0;").load();
        let error = driver
            .run_at(&database.url_for(&role), set.runner())
            .unwrap_err();
        server.restart(Stop::Immediate).unwrap();
        assert_eq!(versions(error.report()), (2..=29).collect::<Vec<_>>());
        assert_eq!(applied(&database), (1..=29).collect::<Vec<_>>());
    }
}
