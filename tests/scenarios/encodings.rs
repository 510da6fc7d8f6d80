//! Databases that do not store UTF-8, and names at PostgreSQL's limit.

use std::time::Duration;

use migrate_fixtures::Server;
use migrate_runtime::HistoryTable;

use crate::set::{DRIVERS, Set};

const PLAIN: &str = "LC_COLLATE 'C' LC_CTYPE 'C'";

#[test]
fn other_encodings_take_the_same_files() {
    for encoding in ["LATIN1", "SQL_ASCII", "UTF8"] {
        for driver in DRIVERS {
            let database =
                Server::shared().database_with(&format!("ENCODING '{encoding}' {PLAIN}"));
            let set = Set::new(&[
                (
                    "1_a.sql",
                    "CREATE TABLE \"é\" (a text); INSERT INTO \"é\" VALUES ('größe')",
                ),
                (
                    "2_b.sql",
                    "-- migrate: no-transaction\nCREATE INDEX CONCURRENTLY \"ü\" ON \"é\" (a);",
                ),
            ])
            .load();
            assert_eq!(
                driver.run(&database, set.runner()).unwrap().applied.len(),
                2
            );
            assert!(driver.run(&database, set.runner()).unwrap().is_noop());
        }
    }
}

#[test]
fn an_error_s_place_is_right_where_the_server_counts_bytes() {
    for encoding in ["SQL_ASCII", "LATIN1", "UTF8"] {
        for driver in DRIVERS {
            let database =
                Server::shared().database_with(&format!("ENCODING '{encoding}' {PLAIN}"));
            for directive in ["", "-- migrate: no-transaction\n"] {
                let text = format!("{directive}SELECT 'äöüß', nowhere;");
                let set = Set::new(&[("1_a.sql", &text)]).load();
                let error = driver.run(&database, set.runner()).unwrap_err().to_string();
                let line = 1 + directive.lines().count();
                let place = format!("migrations/1_a.sql:{line}:16: column \"nowhere\"");
                assert!(error.starts_with(&place), "{encoding}: {error}");
                database.execute("DROP TABLE IF EXISTS schema_migrations");
            }
        }
    }
}

#[test]
fn a_character_that_the_database_cannot_store_is_an_error_and_nothing_else() {
    for driver in DRIVERS {
        let database = Server::shared().database_with(&format!("ENCODING 'LATIN1' {PLAIN}"));
        let text = "CREATE TABLE a (t text);\n-- größer\nINSERT INTO a VALUES ('漢')";
        for (directive, lines) in [("", 0), ("-- migrate: no-transaction\n", 1)] {
            for together in [false, true] {
                let set = Set::new(&[("1_a.sql", "SELECT 1"), ("2_b.sql", "SELECT 2")]);
                set.write("3_c.sql", &format!("{directive}{text}"));
                let set = set.load();
                let runner = || set.runner().single_transaction(together && lines == 0);
                let error = driver.run(&database, runner()).unwrap_err();
                assert_eq!(error.sqlstate(), Some("22P05"), "{error}");
                let shown = format!("{error:#}");
                let place = format!("migrations/3_c.sql:{}:24: character", 3 + lines);
                assert!(shown.starts_with(&place), "{shown}");
                let is_there = database.value("SELECT to_regclass('a') IS NOT NULL");
                assert_eq!(is_there, if lines == 0 { "f" } else { "t" }, "{shown}");
                database.assert_quiet();
                database.execute("DROP TABLE IF EXISTS schema_migrations, a");
            }
        }
    }
}

#[test]
fn names_of_63_bytes_with_quotes_and_spaces_are_kept_whole() {
    for driver in DRIVERS {
        let database = Server::shared().database();
        let schema = format!("a \"b\" é {}", "s".repeat(63 - 9));
        let name = format!("it's \\ {}", "t".repeat(63 - 7));
        assert_eq!((schema.len(), name.len()), (63, 63));
        let table = HistoryTable::new(schema.clone(), name.clone()).unwrap();
        let set = Set::new(&[
            ("1_a.sql", "CREATE TABLE a (id int)"),
            ("2_b.sql", "-- migrate: no-transaction\nVACUUM a;"),
        ])
        .load();
        let runner = || set.runner().table(table.clone());
        assert_eq!(driver.run(&database, runner()).unwrap().applied.len(), 2);
        assert!(driver.run(&database, runner()).unwrap().is_noop());
        assert_eq!(
            database.rows("SELECT schemaname, tablename FROM pg_tables WHERE tablename LIKE 'it%'"),
            [[schema, name]]
        );
        database.assert_quiet();
    }
}

#[test]
fn a_role_whose_name_is_not_utf_8_is_shown_all_the_same() {
    let latin = Server::shared().database_with(&format!("ENCODING 'LATIN1' {PLAIN}"));
    for driver in DRIVERS {
        let database = Server::shared().database();
        let set = Set::new(&[("1_a.sql", "SELECT 1")]).load();
        driver.baseline(&database, set.runner(), 1).unwrap();
        let role = database.role("");
        let mut holder = database.client_for(&role);
        let key = set.table().lock_key();
        holder
            .execute("SELECT pg_advisory_lock($1)", &[&key])
            .unwrap();
        // Stored in the encoding of this database, and read as it is stored in every other.
        latin.execute(&format!("ALTER ROLE {role} RENAME TO \"{role}_ü\""));

        let status = driver.status(&database.url(), set.runner()).unwrap();
        let shown = status.holder.unwrap().user;
        database.execute("DELETE FROM schema_migrations");
        let runner = set.runner().wait_timeout(Duration::from_millis(200));
        let error = driver.run(&database, runner).unwrap_err();

        latin.execute(&format!("ALTER ROLE \"{role}_ü\" RENAME TO {role}"));
        assert_eq!(shown, "\u{fffd}");
        assert!(error.is_locked(), "{error}");
        assert!(error.to_string().contains(": pid "), "{error}");
    }
}
