//! Being asked to end in the middle.

use migrate_fixtures::wait_until;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};

use crate::place::Place;

/// The first migration waits for the session that holds the lock 42.
const FILES: [(&str, &str); 2] = [
    (
        "1_slow.sql",
        "CREATE TABLE slow ();\nSELECT pg_advisory_xact_lock(42);\n",
    ),
    ("2_next.sql", "CREATE TABLE next ();\n"),
];

/// `migrate run`, stuck in its first migration.
struct Stuck {
    place: Place,
    holder: postgres::Client,
    child: Child,
    stderr: BufReader<std::process::ChildStderr>,
    said: String,
}

impl Stuck {
    fn start() -> Self {
        let place = Place::new(&FILES);
        let mut holder = place.database.client();
        holder.batch_execute("SELECT pg_advisory_lock(42)").unwrap();
        let is_waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 42 AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        Self::waiting(place, holder, is_waiting)
    }

    /// Runs what `holder` is in the way of, until the query `is_waiting` finds one that waits.
    fn waiting(place: Place, holder: postgres::Client, is_waiting: &str) -> Self {
        let mut child = place
            .command(&["run", "--lock-timeout", "10min"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let stuck = Self {
            place,
            holder,
            child,
            stderr,
            said: String::new(),
        };
        stuck.wait_until(is_waiting);
        stuck
    }

    /// Until a query counts one.
    fn wait_until(&self, query: &str) {
        wait_until(|| self.place.database.value(query) == "1");
    }

    /// Sends a signal and waits for the line with which the program answers.
    fn signal(&mut self, signal: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", signal, &pid]).status();
        assert!(sent.unwrap().success());
        self.stderr.read_line(&mut self.said).unwrap();
    }

    /// What came of it, once nothing is in the way.
    fn finish(mut self) -> (String, Place) {
        self.holder
            .batch_execute("SELECT pg_advisory_unlock(42)")
            .unwrap();
        self.stderr.read_to_string(&mut self.said).unwrap();
        let mut output = self.child.wait_with_output().unwrap();
        output.stderr = self.said.into_bytes();
        (self.place.show(&output), self.place)
    }
}

#[test]
fn the_first_signal_stops_after_the_migration_under_way() {
    let mut stuck = Stuck::start();
    stuck.signal("TERM");
    let (shown, place) = stuck.finish();
    insta::assert_snapshot!(shown, @r"
    exit: 1
    ----- stdout
    applied migrations/1_slow.sql in [n] ms
    ----- stderr
    finishing the current migration; interrupt again to cancel it
    error: stopped on request before the end
      = help: run again to continue: what is committed is in the history
    ");
    let tables = "SELECT concat(to_regclass('slow'), to_regclass('next'))";
    assert_eq!(place.database.value(tables), "slow");
    place.database.assert_quiet();
}

#[test]
fn the_second_signal_cancels_it_and_nothing_is_left() {
    let mut stuck = Stuck::start();
    stuck.signal("INT");
    stuck.signal("INT");
    let status = stuck.child.wait().unwrap();
    assert_eq!(status.code(), Some(1));
    let (shown, place) = stuck.finish();
    insta::assert_snapshot!(shown, @"
    exit: 1
    ----- stderr
    finishing the current migration; interrupt again to cancel it
    cancelling the current migration
    error: migrations/1_slow.sql:2:1: canceling statement due to user request
      |
    2 | SELECT pg_advisory_xact_lock(42);
      | ^
      = statement: 2 of 2
      = sqlstate: 57014
      = note: nothing of this migration was kept
    ");
    let tables = "SELECT concat(to_regclass('slow'), to_regclass('next'))";
    assert_eq!(place.database.value(tables), "");
    place.database.assert_quiet();
}

#[test]
fn the_second_signal_leaves_an_invalid_index_and_the_next_run_builds_it() {
    let place = Place::new(&[
        ("1_t.sql", "CREATE TABLE t (a int);\n"),
        (
            "2_i.sql",
            "-- migrate: no-transaction\nCREATE INDEX CONCURRENTLY i ON t (a);\n",
        ),
    ]);
    place.command(&["run", "--to", "1"]).output().unwrap();
    let mut holder = place.database.client();
    holder.batch_execute("BEGIN; LOCK TABLE t").unwrap();
    let is_waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 't'::regclass";
    let mut stuck = Stuck::waiting(place, holder, is_waiting);
    // It has to be built in part: the table is free, and an older transaction is waited for.
    let mut reader = stuck.place.database.client();
    reader
        .batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM pg_class")
        .unwrap();
    stuck.holder.batch_execute("COMMIT").unwrap();
    let invalid = "SELECT count(*) FROM pg_index i JOIN pg_locks l ON l.locktype = 'virtualxid' \
         AND NOT l.granted WHERE NOT i.indisvalid";
    stuck.wait_until(invalid);
    stuck.signal("INT");
    stuck.signal("INT");
    let status = stuck.child.wait().unwrap();
    assert_eq!(status.code(), Some(1));
    reader.batch_execute("COMMIT").unwrap();
    assert_eq!(stuck.place.database.invalid_indexes().len(), 1);
    let output = stuck.place.command(&["run"]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(stuck.place.database.invalid_indexes().is_empty());
    stuck.place.database.assert_quiet();
}
