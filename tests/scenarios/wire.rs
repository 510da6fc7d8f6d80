//! What goes over the wire: messages counted between client and server.

use migrate_fixtures::{Database, Proxy, Server};

use crate::set::{DRIVERS, Driver, Set};

fn numbered(count: usize) -> Set {
    let set = Set::new(&[]);
    for number in 1..=count {
        set.write(&format!("{number:05}_m.sql"), "SELECT 1;\n");
    }
    set
}

/// Simple-query messages of one operation; there may be no others.
fn messages(proxy: &Proxy, driver: Driver, database: &Database, set: &Set) -> usize {
    let set = set.load();
    proxy.reset();
    driver
        .run_at(
            &database.url_through("postgres", proxy.port()),
            set.runner(),
        )
        .unwrap();
    let counts = proxy.counts();
    assert_eq!(counts.connections, 1);
    assert_eq!(
        counts.messages.keys().collect::<String>(),
        "Q",
        "{:?}",
        counts.messages
    );
    assert_eq!(counts.turns, counts.messages[&'Q']);
    counts.turns
}

#[test]
fn a_current_database_costs_one_round_trip_whatever_the_size_of_the_set() {
    let proxy = Proxy::start(Server::shared());
    for count in [10, 5_000] {
        let set = numbered(count);
        let database = Server::shared().database();
        // As if they had been applied: 5,000 commits are not what this test is about.
        DRIVERS[0]
            .baseline(
                &database,
                set.load().runner(),
                i64::try_from(count).unwrap(),
            )
            .unwrap();
        for driver in DRIVERS {
            assert_eq!(messages(&proxy, driver, &database, &set), 1);
        }
        let sql = proxy.counts().sql;
        assert!(
            !sql[0].contains("advisory") && !sql[0].contains("INSERT"),
            "{sql:?}"
        );
    }
}

#[test]
fn pending_migrations_cost_one_round_trip_each_at_most_and_quick_ones_share_it() {
    let proxy = Proxy::start(Server::shared());
    for driver in DRIVERS {
        let database = Server::shared().database();
        // A fresh database: look, create; then the migrations, four times as many each time while they are quick. A run with
        // more than a few begins with four.
        assert_eq!(messages(&proxy, driver, &database, &numbered(1)), 2 + 1);
        let messages_for = |count| messages(&proxy, driver, &database, &numbered(count));
        assert_eq!(messages_for(2), 1 + 1);
        let quick = messages_for(2 + 15);
        assert!((1 + 2..=1 + 15).contains(&quick), "{quick}");
        // Slow ones travel alone again.
        let slow = numbered(17);
        for number in 18..=20 {
            slow.write(&format!("{number:05}_slow.sql"), "SELECT pg_sleep(0.6);\n");
        }
        assert_eq!(messages(&proxy, driver, &database, &slow), 1 + 3);
    }
}

#[test]
fn a_concurrent_index_costs_at_most_six_round_trips() {
    let proxy = Proxy::start(Server::shared());
    for driver in DRIVERS {
        let database = Server::shared().database();
        let set = Set::new(&[("1_t.sql", "CREATE TABLE t (a int)")]);
        messages(&proxy, driver, &database, &set);
        set.write(
            "2_i.sql",
            "-- migrate: no-transaction\nCREATE INDEX CONCURRENTLY i ON t (a);",
        );
        // Read the history, begin the journal; settings, look-up, mark, build, check, record; end the journal, unlock.
        assert_eq!(messages(&proxy, driver, &database, &set), 2 + 6 + 2);
    }
}
