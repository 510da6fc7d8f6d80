//! Adopting while another session is in the way: the wait has an end, is told of, and names the session.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use migrate_adopt::{AdoptReport, Adoption, Error, Tool, adopt};
use migrate_check::Layout;
use migrate_fixtures::Database;
use migrate_runtime::{Event, HistoryTable, Migrations, StopToken};

use crate::{Project, database, perform, perform_async, table_text};

const WAIT: Duration = Duration::from_millis(300);

const GOOSE: &str =
    "CREATE TABLE goose_db_version (id serial PRIMARY KEY, version_id bigint NOT NULL, \
    is_applied boolean NOT NULL, tstamp timestamp DEFAULT now());
    INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, true), (1, true)";

fn one() -> Project {
    let file = format!(
        "-- +goose Up\n{}\n-- +goose Down\nDROP TABLE t1;\n",
        table_text(1)
    );
    Project::new(Layout::Goose, &[("00001_one.sql", file)])
}

type Perform = fn(&Database, &Adoption<'_>) -> Result<AdoptReport, Error>;

const DRIVERS: [Perform; 2] = [perform, perform_async];

/// Three ways for another session to be in the way: of who records, of who reads, and of who locks what it has read.
fn obstacles() -> [String; 3] {
    let key = HistoryTable::default().lock_key();
    [
        format!("SELECT pg_advisory_xact_lock({key})"),
        "LOCK TABLE goose_db_version IN ACCESS EXCLUSIVE MODE".to_owned(),
        "LOCK TABLE goose_db_version IN ROW EXCLUSIVE MODE".to_owned(),
    ]
}

fn beside(obstacle: &str, check: impl Fn(&Database, &Migrations, Perform)) {
    for perform in DRIVERS {
        let database = database(GOOSE, 1);
        let set = one().set();
        let mut other = database.client();
        other
            .batch_execute(&format!(
                "SET application_name TO 'shop'; BEGIN; {obstacle}"
            ))
            .unwrap();
        check(&database, &set, perform);
        let history = "SELECT to_regclass('schema_migrations') IS NULL";
        assert_eq!(database.value(history), "t", "{obstacle}");
        other.batch_execute("ROLLBACK").unwrap();
        let adopted = perform(&database, &adopt(&set).from(Tool::Goose)).unwrap();
        assert_eq!(adopted.recorded.len(), 1, "{obstacle}");
        database.assert_quiet();
    }
}

#[test]
fn another_session_is_waited_for_with_an_end_and_a_name() {
    for obstacle in obstacles() {
        beside(&obstacle, |database, set, perform| {
            let told = AtomicUsize::new(0);
            let adoption = adopt(set).wait_timeout(WAIT).observer(|event| {
                let named = match event {
                    Event::Waiting { holder, .. } | Event::TableLocked { holder, .. } => holder,
                    _ => &None,
                };
                told.fetch_add(usize::from(named.is_some()), Ordering::Relaxed);
            });
            let error = perform(database, &adoption).unwrap_err();
            assert!(error.is_locked(), "{obstacle}: {error:#}");
            let text = error.to_string();
            assert!(text.contains("application shop"), "{obstacle}: {text}");
            assert!(told.load(Ordering::Relaxed) > 0, "{obstacle}");
        });
    }
}

#[test]
fn a_stop_request_ends_the_wait() {
    for obstacle in obstacles() {
        beside(&obstacle, |database, set, perform| {
            let token = StopToken::new();
            let adoption = adopt(set).stop(&token).observer(|_| token.stop());
            let error = perform(database, &adoption).unwrap_err();
            assert!(error.is_stopped(), "{obstacle}: {error:#}");
        });
    }
}
