//! Answers that are not what the server has said: no panic, no hang, and nothing done twice.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use migrate_fixtures::{Corruption, Proxy, Server};
use migrate_tests::apply::{DRIVERS, Driver, apply};

use crate::set::Set;

/// Long enough for a busy machine; a run takes some hundred milliseconds.
const BOUND: Duration = Duration::from_secs(60);

/// Numbers that look random and are the same in each run.
fn numbers(seed: u64) -> impl FnMut(usize) -> usize {
    let mut state = seed;
    move |below| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    }
}

#[test]
fn corrupted_answers_make_no_run_panic_or_hang() {
    let set = Set::new(&[
        (
            "1_t.sql",
            "CREATE TABLE effects (version int); INSERT INTO effects VALUES (1)",
        ),
        ("2_two.sql", "INSERT INTO effects VALUES (2)"),
        (
            "3_i.sql",
            "-- migrate: no-transaction\nCREATE INDEX CONCURRENTLY i ON effects (version);",
        ),
        ("4_four.sql", "INSERT INTO effects VALUES (4)"),
    ])
    .load();
    for (at, driver) in DRIVERS.into_iter().enumerate() {
        let mut number = numbers(7 + at as u64);
        for round in 0..16 {
            let database = Server::shared().database();
            let proxy = Proxy::start(Server::shared());
            let url = database.url_through("postgres", proxy.port());
            // What a run is told is some 2 KB, of which connecting is the first quarter.
            let byte = number(2400);
            let corruption = match round % 3 {
                0 => Corruption::Truncate(byte),
                1 => Corruption::Flip(byte, 0x80),
                _ => Corruption::Flip(byte, 1 << number(7)),
            };
            proxy.corrupt(Some(corruption));
            let (sender, ended) = channel();
            let runner = thread::spawn({
                let set = set.clone();
                move || {
                    // Whatever the answer seems to say, it is no reason to panic.
                    let _ = apply(&set, &url, driver);
                    let _ = sender.send(());
                }
            });
            let heard = ended.recv_timeout(BOUND);
            assert!(
                heard != Err(RecvTimeoutError::Timeout),
                "{driver:?} hangs after {corruption:?}"
            );
            // sqlx reads some messages without looking at their length.
            let may_panic = matches!(driver, Driver::Sqlx | Driver::Sqlx08);
            assert!(
                runner.join().is_ok() || may_panic,
                "{driver:?} panics after {corruption:?}"
            );
            apply(&set, &database.url(), driver).unwrap();
            assert_eq!(
                database
                    .value("SELECT string_agg(version::text, ',' ORDER BY version) FROM effects"),
                "1,2,4",
                "{driver:?}, {corruption:?}"
            );
            assert!(database.invalid_indexes().is_empty());
        }
    }
}
